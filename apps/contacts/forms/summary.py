"""Which facts a summary shows."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.core.choosing import offer


class SummaryForm(forms.Form):
    kind = forms.CharField(widget=forms.HiddenInput)
    facts = forms.MultipleChoiceField(label=_("Shown"), required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(self, data: Any, *, choices: list[tuple[str, Any]], initial: dict[str, Any]) -> None:
        super().__init__(data, initial=initial, auto_id=f"id_{initial['kind']}_%s")
        offer(self, "facts", choices)
