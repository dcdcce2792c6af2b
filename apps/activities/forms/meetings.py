"""Cleaning of what a person typed about a meeting."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from email.utils import getaddresses
from typing import TYPE_CHECKING, Any
from zoneinfo import available_timezones

from django import forms
from django.utils.timezone import get_current_timezone_name
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.accounts.models import User
from apps.activities.formats.recurrence import parts_of
from apps.activities.forms.people import ColleaguesField
from apps.activities.models import Activity, ActivityCategory, Meeting
from apps.activities.services.meeting_inputs import Address, Guests, Repeat, Span, Words
from apps.activities.services.scopes import Scope
from apps.contacts.forms.ties import EntitiesChoiceField

if TYPE_CHECKING:
    from apps.contacts.models import Entity

SCOPES = [
    (Scope.ONE, _("Only this one")),
    (Scope.FOLLOWING, _("This and the following")),
    (Scope.ALL, _("All of them")),
]
_CONTINENTS = ("Africa/", "America/", "Asia/", "Atlantic/", "Australia/", "Europe/", "Indian/", "Pacific/")
REPEATS = [
    ("", _("Doesn't repeat")),
    ("DAILY", pgettext_lazy("repeat", "Every day")),
    ("WEEKLY", pgettext_lazy("repeat", "Every week")),
    ("MONTHLY", pgettext_lazy("repeat", "Every month")),
    ("YEARLY", pgettext_lazy("repeat", "Every year")),
    ("own", _("By a rule of its own")),
]


def _day(label: Any, **kwargs: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **kwargs)


def _time(label: Any) -> forms.TimeField:
    widget = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    return forms.TimeField(label=label, required=False, widget=widget)


class ScopeForm(forms.Form):
    """Which of a series is meant."""

    scope = forms.ChoiceField(label=_("What is meant"), choices=SCOPES, initial=Scope.ONE, required=False)

    def clean_scope(self) -> str:
        return self.cleaned_data["scope"] or Scope.ONE


class MeetingForm(forms.Form):
    subject = forms.CharField(label=_("What it is about"), max_length=300)
    is_all_day = forms.BooleanField(label=_("Takes whole days"), required=False)
    starts_on = _day(_("From"))
    starts_time = _time(_("At"))
    ends_on = _day(_("To"), required=False)
    ends_time = _time(_("Until"))
    zone = forms.ChoiceField(label=_("Time zone"), required=False)
    place = forms.CharField(label=_("Place"), required=False, max_length=400)
    contacts = forms.MultipleChoiceField(label=_("Contacts"), required=False)
    users = ColleaguesField(label=_("Colleagues"), required=False)
    addresses = forms.CharField(
        label=_("Others, by e-mail"), required=False, max_length=4000, help_text=_("Addresses with commas between them")
    )
    repeats = forms.ChoiceField(label=_("Repeats"), choices=REPEATS, required=False)
    rule = forms.CharField(
        label=_("Rule of its own"),
        required=False,
        max_length=500,
        help_text=_("As in iCalendar: FREQ=WEEKLY;BYDAY=MO,TH"),
    )
    until = _day(_("Last day"), required=False)
    count = forms.IntegerField(label=_("How many times"), required=False, min_value=1, max_value=1000)
    text = forms.CharField(
        label=_("Notes"), required=False, max_length=20_000, widget=forms.Textarea(attrs={"rows": 3})
    )
    status = forms.ChoiceField(label=_("Status"), required=False)
    visibility = forms.ChoiceField(label=_("Who may read it"), choices=Activity.Visibility.choices, required=False)
    category = forms.ModelChoiceField(
        label=_("Category"), queryset=ActivityCategory.objects.none(), required=False, empty_label=_("None")
    )
    scope = forms.ChoiceField(
        label=_("What is changed"), choices=SCOPES, initial=Scope.ONE, required=False, widget=forms.RadioSelect
    )

    def __init__(self, *args: Any, user: User, meeting: Meeting | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["contacts"] = EntitiesChoiceField(user=user, label=_("Contacts"), required=False)
        fields["category"].queryset = ActivityCategory.objects.order_by("name")
        fields["zone"].choices = [(name, name.replace("_", " ")) for name in _zones()]
        fields["status"].choices = [each for each in Meeting.Status.choices if each[0] != Meeting.Status.CANCELLED]
        if meeting is None or meeting.series_id is None:
            del self.fields["scope"]
        self.order_fields([name for name in MeetingForm.base_fields if name in self.fields])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        first: date | None = cleaned.get("starts_on")
        if first is None or self.errors:
            return cleaned
        last: date = cleaned.get("ends_on") or first
        begins: time | None = cleaned.get("starts_time")
        zone = cleaned.get("zone") or get_current_timezone_name()
        if cleaned.get("is_all_day"):
            start, end = (datetime.combine(day, time.min) for day in (first, last + timedelta(days=1)))
            cleaned["span"] = Span(start, end, zone, is_all_day=True)
        elif begins is None:
            self.add_error("starts_time", _("Say when it begins, or that it takes whole days."))
        else:
            start = datetime.combine(first, begins)
            ends: time | None = cleaned.get("ends_time")
            end = datetime.combine(last, ends) if ends else start + timedelta(hours=1)
            cleaned["span"] = Span(start, end, zone)
        return cleaned

    def clean_addresses(self) -> list[Address]:
        typed = re.sub(r"[;\n]", ",", self.cleaned_data["addresses"])
        return [Address(email.strip(), name.strip()) for name, email in getaddresses([typed]) if email.strip()]

    @property
    def span(self) -> Span:
        span: Span = self.cleaned_data["span"]
        return span

    @property
    def words(self) -> Words:
        typed = self.cleaned_data
        return Words(
            subject=typed["subject"],
            text=typed["text"],
            place=typed["place"],
            status=typed["status"] or Meeting.Status.CONFIRMED,
            visibility=typed["visibility"] or Activity.Visibility.PUBLIC,
            category=typed["category"],
        )

    @property
    def guests(self) -> Guests:
        typed = self.cleaned_data
        entities: list[Entity] = list(typed["contacts"])
        return Guests(entities, list(typed["users"]), typed["addresses"])

    @property
    def repeat(self) -> Repeat:
        typed = self.cleaned_data
        if not typed["repeats"]:
            return Repeat()
        rule = typed["rule"].strip() if typed["repeats"] == "own" else f"FREQ={typed['repeats']}"
        if typed["until"] and "UNTIL" not in rule.upper():
            rule += f";UNTIL={typed['until']:%Y%m%d}"
        elif typed["count"] and "COUNT" not in rule.upper():
            rule += f";COUNT={typed['count']}"
        return Repeat(rule)

    @property
    def meant(self) -> str:
        return self.cleaned_data.get("scope") or Scope.ONE


def initial_of(span: Span) -> dict[str, Any]:
    last = span.end - timedelta(days=1) if span.is_all_day else span.end
    times = {} if span.is_all_day else {"starts_time": span.start.time(), "ends_time": span.end.time()}
    return {
        "is_all_day": span.is_all_day,
        "starts_on": span.start.date(),
        "ends_on": last.date(),
        "zone": span.zone,
        **times,
    }


def initial_of_rule(rule: str) -> dict[str, Any]:
    """A plain rule by its choices, any other as it is."""
    parts = parts_of(rule)
    until, count = parts.pop("UNTIL", ""), parts.pop("COUNT", "")
    if not parts:
        return {}
    bounds = {"until": datetime.fromisoformat(until).date() if until else None, "count": count or None}
    if set(parts) <= {"FREQ", "WKST"}:
        return {"repeats": parts["FREQ"], **bounds}
    return {"repeats": "own", "rule": ";".join(f"{name}={value}" for name, value in parts.items()), **bounds}


def _zones() -> list[str]:
    here = get_current_timezone_name()
    named = sorted(each for each in available_timezones() if each.startswith(_CONTINENTS))
    return list(dict.fromkeys([here, *named, "UTC"]))
