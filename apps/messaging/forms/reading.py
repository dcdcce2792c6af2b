"""Cleaning of what a person chooses about mail that came."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.timezone import get_current_timezone, localtime
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.accounts.models import Team, User
from apps.activities.forms.people import ColleaguesField
from apps.activities.models import Activity
from apps.contacts.forms.ties import EntitiesChoiceField
from apps.messaging.models import MailMessage, MailTemplate

if TYPE_CHECKING:
    from collections.abc import Collection

    from django.db.models import QuerySet

    from apps.contacts.models import Entity

MORNING = time(8)
SNOOZES = [
    ("evening", _("This evening")),
    ("tomorrow", _("Tomorrow morning")),
    ("monday", _("On Monday morning")),
    ("week", _("In a week")),
    ("month", _("In a month")),
    ("day", _("On another day")),
]


def _day(label: Any, **kwargs: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **kwargs)


class SnoozeForm(forms.Form):
    """`until` is a moment by the reader's clocks, in the morning unless it is this evening."""

    choice = forms.ChoiceField(label=_("Show it again"), choices=SNOOZES, initial="tomorrow", widget=forms.RadioSelect)
    day = _day(_("Day"), required=False)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("choice") == "day" and not given.get("day"):
            self.add_error("day", _("Choose a day."))
        return given

    def until(self, now: datetime) -> datetime:
        today = localtime(now).date()
        if self.cleaned_data["choice"] == "evening":
            return datetime.combine(today, time(18), get_current_timezone())
        return datetime.combine(self._day_from(today), MORNING, get_current_timezone())

    def _day_from(self, today: date) -> date:
        match self.cleaned_data["choice"]:
            case "tomorrow":
                return today + timedelta(days=1)
            case "monday":
                return today + timedelta(days=7 - today.weekday())
            case "week":
                return today + timedelta(days=7)
            case "month":
                return today + timedelta(days=30)
            case _:
                day: date = self.cleaned_data["day"]
                return day


class AssignForm(forms.Form):
    assignee = forms.ModelChoiceField(
        label=_("Who sees to it"),
        queryset=User.objects.none(),
        required=False,
        empty_label=pgettext_lazy("mail", "Nobody"),
    )

    def __init__(self, *args: Any, among: QuerySet[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["assignee"].queryset = among  # type: ignore[attr-defined]  # a ModelChoiceField


class ShareForm(forms.Form):
    users = ColleaguesField(label=_("Colleagues"), required=False)
    team = forms.ModelChoiceField(
        label=_("Team"), queryset=Team.objects.none(), required=False, empty_label=pgettext_lazy("team", "None")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["team"].queryset = Team.objects.order_by("name", "pk")  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if not self.errors and not given.get("users") and not given.get("team"):
            self.add_error("users", _("Choose a colleague or a team."))
        return given


class FileForm(forms.Form):
    """On whose timelines a mail stands."""

    entities = forms.MultipleChoiceField(label=_("Contacts"), required=False)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["entities"] = EntitiesChoiceField(user=user, label=_("Contacts"), required=False)


class _FromMailForm(forms.Form):
    """Something to be made out of a mail, about the contacts that it is from."""

    def __init__(self, *args: Any, user: User, entities: Collection[Entity] = (), **kwargs: Any) -> None:
        given = {**kwargs.get("initial", {}), "entities": [entity.pk for entity in entities]}
        super().__init__(*args, **{**kwargs, "initial": given})
        self.fields["entities"] = EntitiesChoiceField(user=user, label=_("About whom"), required=False)


class TaskFromMailForm(_FromMailForm):
    subject = forms.CharField(label=_("What is to be done?"), max_length=300)
    due_on = _day(_("Due"), required=False)
    assignees = ColleaguesField(label=_("Who does it"), required=False)
    text = forms.CharField(
        label=_("Notes"), required=False, max_length=20_000, widget=forms.Textarea(attrs={"rows": 4})
    )
    visibility = forms.ChoiceField(label=_("Who may read it"), choices=Activity.Visibility.choices)


class NoteFromMailForm(_FromMailForm):
    text = forms.CharField(label=_("Note"), max_length=20_000, widget=forms.Textarea(attrs={"rows": 6}))
    visibility = forms.ChoiceField(label=_("Who may read it"), choices=Activity.Visibility.choices)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if not self.errors and not given.get("entities"):
            self.add_error("entities", _("Say whom it is about."))
        return given


class MeetingFromMailForm(_FromMailForm):
    subject = forms.CharField(label=_("What it is about"), max_length=300)
    day = _day(_("Day"))
    starts = forms.TimeField(label=_("At"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    minutes = forms.TypedChoiceField(
        label=_("How long"), coerce=int, initial=60, choices=[(each, f"{each}′") for each in (15, 30, 45, 60, 90, 120)]
    )
    visibility = forms.ChoiceField(label=_("Who may read it"), choices=Activity.Visibility.choices)


class ReportForm(forms.Form):
    """Who got what, when."""

    contact = forms.CharField(label=_("Contact or address"), required=False, max_length=200)
    template = forms.ModelChoiceField(
        label=_("Template"), queryset=MailTemplate.objects.none(), required=False, empty_label=_("All")
    )
    since = _day(_("From"), required=False)
    until = _day(_("To"), required=False)
    state = forms.ChoiceField(label=_("State"), required=False)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        templates = MailTemplate.objects.visible_to(user).order_by("name", "pk")
        self.fields["template"].queryset = templates  # type: ignore[attr-defined]
        states = [pair for pair in MailMessage.State.choices if pair[0] != MailMessage.State.RECEIVED]
        self.fields["state"].choices = [("", _("All")), *states]  # type: ignore[attr-defined]
