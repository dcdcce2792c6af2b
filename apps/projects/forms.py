"""What people type about groups; messages are cleaned by their service."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.accounts.selectors import staff_users
from apps.core.choosing import offer_rows


class PeopleForm(forms.Form):
    users = forms.ModelMultipleChoiceField(label=_("Colleagues"), queryset=User.objects.none())

    def __init__(self, *args: Any, reader: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_rows(self, "users", staff_users().exclude(pk=reader.pk))


class GroupForm(PeopleForm):
    """One colleague and no name: direct messages."""

    title = forms.CharField(
        label=_("Name"), max_length=120, required=False, help_text=_("Leave it empty to write to one colleague alone.")
    )
    is_channel = forms.BooleanField(label=_("Only those who manage it write"), required=False)
    shows_history = forms.BooleanField(label=_("Newcomers read what was written before"), required=False, initial=True)

    field_order = ("users", "title", "is_channel", "shows_history")

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if not given.get("title") and "users" in given and len(given["users"]) != 1:
            raise ValidationError({"title": _("A group needs a name.")})
        return given
