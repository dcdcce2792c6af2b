"""What people type about the guests of a project."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from apps.core.choosing import offer
from apps.core.clock import company_day
from apps.projects.models import GuestAccess
from apps.projects.models.guests import GUEST_TABS

_DAY = timedelta(days=1)


class GuestForm(forms.Form):
    """What one guest sees, and up to which day."""

    tabs = forms.MultipleChoiceField(
        label=_("What they see"),
        choices=GUEST_TABS,
        widget=forms.CheckboxSelectMultiple({"class": "form-check-input"}),
        help_text=_("Of history and tasks only what you show your guests; of contacts name, company and role."),
    )
    until = forms.DateField(
        label=_("Last day"),
        required=False,
        widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"),
        help_text=_("Empty: until you end it."),
    )

    def clean_until(self) -> datetime | None:
        """The moment at which the last day is over in the company's zone."""
        day = self.cleaned_data["until"]
        return datetime.combine(day + _DAY, time(), ZoneInfo(settings.RAPPORT_TIME_ZONE)) if day else None

    @staticmethod
    def initial_of(access: GuestAccess) -> dict[str, Any]:
        last = company_day(access.until - timedelta(microseconds=1)) if access.until else None
        return {"tabs": access.tabs, "until": last}


class InviteGuestForm(GuestForm):
    participant = forms.TypedChoiceField(label=_("Who"), coerce=int)
    shows_older = forms.BooleanField(label=_("They also read what was written and sent before"), required=False)

    field_order = ("participant", "tabs", "until", "shows_older")

    def __init__(self, *args: Any, participants: Sequence[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "participant", participants)
