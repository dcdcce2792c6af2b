"""What people type about links for the fitter."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class LinkForm(forms.Form):
    label = forms.CharField(
        label=_("Who is it for?"),
        help_text=_("A name, so that you see who ticked and signed."),
        max_length=120,
        widget=forms.TextInput(attrs={"autofocus": True}),
    )
