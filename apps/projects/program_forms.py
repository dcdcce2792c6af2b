"""What is typed about bots and receivers of a group."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from apps.projects.services.group_events import TYPES


class HookForm(forms.Form):
    name = forms.CharField(
        label=_("Name"), max_length=100, help_text=_("Its messages stand under it: the crane, the weather.")
    )
    sign = forms.CharField(label=_("Emoji"), max_length=16, required=False, help_text=_("Stands before its name."))

    def clean_sign(self) -> str:
        sign: str = self.cleaned_data["sign"].strip()
        if any(each.isspace() or each in "<>&\"'" or each.isalnum() for each in sign):
            raise ValidationError(_("Choose an emoji."))
        return sign


class BotForm(HookForm):
    reads = forms.BooleanField(
        label=_("Reads what is said here"), required=False, help_text=_("Otherwise it only writes.")
    )


class GroupReceiverForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=100)
    url = forms.CharField(label=_("Address"), max_length=500, help_text=_("It begins with https://."))
    types = forms.MultipleChoiceField(
        label=_("Events"),
        choices=list(TYPES.items()),
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=_("None chosen: all of them, new ones too."),
    )
    sees_text = forms.BooleanField(
        label=_("Hears what is said"),
        required=False,
        help_text=_("Words and names leave the house. Otherwise only the numbers of messages and members do."),
    )

    def given(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("name", "url", "types", "sees_text")}
