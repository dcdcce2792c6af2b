"""What of the action log one wants to read; nothing in it is required, nonsense narrows nothing."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.utils.timezone import get_current_timezone
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.activities.selectors.log import LogFilter
from apps.contacts.forms.custom import EntityChoiceField
from apps.core.contributions import verbs


class LogForm(forms.Form):
    actor = forms.ModelChoiceField(
        label=_("By"), queryset=User.objects.none(), required=False, empty_label=_("Everybody")
    )
    verb = forms.ChoiceField(label=_("What"), required=False)
    since = forms.DateField(label=_("From"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label=_("To"), required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, data: Any, *, user: User) -> None:
        super().__init__(data)
        self.fields["contact"] = EntityChoiceField(user=user, label=_("Contact"), required=False)
        self.fields["actor"].queryset = User.objects.filter(is_bot=False).order_by("name", "email")  # type: ignore[attr-defined]
        named = sorted(((key, str(title)) for key, title in verbs.items()), key=lambda pair: pair[1])
        self.fields["verb"].choices = [("", _("Everything")), *named]  # type: ignore[attr-defined]

    def narrowing(self) -> LogFilter:
        """What was asked for, as far as it can be read; days are those of the reader's zone."""
        self.is_valid()
        asked = self.cleaned_data
        return LogFilter(
            actor_id=asked["actor"].pk if asked.get("actor") else None,
            entity_id=asked["contact"].pk if asked.get("contact") else None,
            verb=asked.get("verb") or "",
            since=_midnight(asked["since"]) if asked.get("since") else None,
            until=_midnight(asked["until"] + timedelta(days=1)) if asked.get("until") else None,
        )


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, get_current_timezone())
