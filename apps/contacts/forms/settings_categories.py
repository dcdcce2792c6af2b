"""Categories: name, colour, place in the tree, and who sees their contacts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib.auth.models import Group
from django.utils.translation import gettext_lazy as _

from apps.accounts.forms import GroupsField
from apps.accounts.models import OUTSIDE_ROLES
from apps.contacts.forms.settings_choices import tree_choices
from apps.contacts.models import Category
from apps.contacts.selectors.folders import category_tree, flat
from apps.core.choosing import offer
from apps.core.palette import colour_field

if TYPE_CHECKING:
    from apps.accounts.models import User


class CategoryForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=100, widget=forms.TextInput(attrs={"autofocus": True}))
    colour = colour_field()
    parent = forms.ChoiceField(label=_("Part of"), required=False)
    is_restricted = forms.BooleanField(
        label=_("Restricted"),
        required=False,
        help_text=_("Its contacts, and those of the categories below it, are hidden from all but these groups."),
    )
    groups = GroupsField(
        label=_("Who sees them, besides administrators"),
        queryset=Group.objects.exclude(name__in=["admin", *OUTSIDE_ROLES]).order_by("name"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )

    def __init__(self, *args: Any, user: User, category: Category | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = [row for row in flat(category_tree(user)) if category is None or row.item.pk != category.pk]
        self._parents = {str(row.item.pk): row.item for row in rows}
        offer(self, "parent", tree_choices(rows, _("nothing")))

    def clean_parent(self) -> Category | None:
        return self._parents.get(self.cleaned_data["parent"])
