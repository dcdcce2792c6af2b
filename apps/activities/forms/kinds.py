"""What administrators type about kinds and categories of entries."""

from __future__ import annotations

from django import forms
from django.contrib.auth.models import Group
from django.utils.translation import gettext_lazy as _

from apps.accounts.forms import GroupsField
from apps.accounts.models import OUTSIDE_ROLES
from apps.core.palette import ICONS, colour_field


class KindForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=60, widget=forms.TextInput(attrs={"autofocus": True}))
    icon = forms.ChoiceField(label=_("Icon"), required=False, choices=ICONS)


class CategoryForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=60, widget=forms.TextInput(attrs={"autofocus": True}))
    colour = colour_field()
    is_restricted = forms.BooleanField(
        label=_("Restricted"),
        required=False,
        help_text=_("Its entries are absent for all but these groups and whoever wrote them."),
    )
    groups = GroupsField(
        label=_("Who reads them, besides administrators"),
        queryset=Group.objects.exclude(name__in=["admin", *OUTSIDE_ROLES]).order_by("name"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
