"""A photo, and what a contact needs to sign in."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.models import Group
from django.utils.translation import gettext_lazy as _

from apps.accounts.forms import GroupsField


class PhotoForm(forms.Form):
    photo = forms.FileField(
        label=_("Picture"),
        help_text=_("JPEG, PNG, WebP, GIF or HEIC; it is turned upright and made small."),
        widget=forms.ClearableFileInput(attrs={"accept": "image/*"}),
    )


class UserForm(forms.Form):
    """A user account for a person of the contacts."""

    email = forms.EmailField(label=_("E-mail to sign in with"), max_length=254)
    roles = GroupsField(label=_("Roles"), queryset=Group.objects.order_by("name"), widget=forms.CheckboxSelectMultiple)

    def role_names(self) -> list[str]:
        chosen: Any = self.cleaned_data["roles"]
        return [group.name for group in chosen]
