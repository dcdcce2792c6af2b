"""What people type about their devices."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class AppPasswordForm(forms.Form):
    name = forms.CharField(
        label=_("Name of the device"), max_length=100, help_text=_("Such as “iPhone” or “Thunderbird at home”.")
    )
