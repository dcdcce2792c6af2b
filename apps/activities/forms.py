"""Cleaning of what a person typed into the history."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class ComposerForm(forms.Form):
    kind = forms.ChoiceField(
        label=_("Kind"), choices=[("note", _("Note")), ("call", _("Call"))], widget=forms.RadioSelect, initial="note"
    )
    text = forms.CharField(
        label=_("What happened?"),
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 2, "placeholder": _("Write a note, or what was said")}),
    )


class TextForm(forms.Form):
    text = forms.CharField(label=_("Text"), required=False, max_length=20_000, widget=forms.Textarea(attrs={"rows": 4}))
