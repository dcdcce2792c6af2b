"""Teams, their people, who is in charge of a contact, and hand-overs."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.accounts.models import Team, TeamMembership
from apps.accounts.permissions import STAFF_ROLES
from apps.core.choosing import offer_rows
from apps.crm.forms.people import DayInput, StaffField
from apps.crm.services.hand_overs import NOTE_LENGTH


class TeamForm(forms.Form):
    """Working hours are the same on each of the days chosen."""

    name = forms.CharField(label=_("Name"), max_length=100)
    kind = forms.ChoiceField(label=_("Kind"), choices=Team.Kind.choices)
    days = forms.MultipleChoiceField(
        label=_("Working days"),
        required=False,
        choices=[(str(number + 1), name) for number, name in WEEKDAYS.items()],
        widget=forms.CheckboxSelectMultiple,
    )
    begins = forms.TimeField(
        label=pgettext_lazy("day", "From"), required=False, widget=forms.TimeInput({"type": "time"}, format="%H:%M")
    )
    ends = forms.TimeField(label=_("Until"), required=False, widget=forms.TimeInput({"type": "time"}, format="%H:%M"))

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        begins, ends = given.get("begins"), given.get("ends")
        if given.get("days") and not (begins and ends):
            raise ValidationError({"begins": _("Say from when until when.")})
        span = [f"{each:%H:%M}" for each in (begins, ends) if each]
        given["hours"] = dict.fromkeys(given.get("days", []), span)
        return given

    @staticmethod
    def initial_of(team: Team) -> dict[str, Any]:
        span = next(iter(team.hours.values()), ["", ""])
        return {"name": team.name, "kind": team.kind, "days": list(team.hours), "begins": span[0], "ends": span[1]}


class MemberForm(forms.Form):
    user = StaffField(label=_("Who"))
    role = forms.ChoiceField(label=_("Role"), choices=TeamMembership.Role.choices, initial=TeamMembership.Role.MEMBER)
    valid_from = forms.DateField(label=pgettext_lazy("day", "From"), widget=DayInput)
    valid_to = forms.DateField(
        label=_("Up to"), required=False, help_text=_("This day doesn't count any more."), widget=DayInput
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["user"]
        field.offer(STAFF_ROLES)


class TakerForm(forms.Form):
    """A person or a team, from a day on."""

    user = StaffField(label=_("To whom"), required=False, empty_label=_("nobody"))
    team = forms.ModelChoiceField(
        label=_("Or to a team"), queryset=Team.objects.none(), required=False, empty_label=_("none")
    )
    on = forms.DateField(label=pgettext_lazy("day", "From"), widget=DayInput)
    until = forms.DateField(
        label=pgettext_lazy("hand-over", "Back on"),
        required=False,
        help_text=_("Without a day it is for good."),
        widget=DayInput,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["user"]
        field.offer(STAFF_ROLES)
        offer_rows(self, "team", Team.objects.filter(retired_at=None).order_by("name"))

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("user") and given.get("team"):
            raise ValidationError({"team": _("Choose a person or a team.")})
        return given


class ChargeForm(TakerForm):
    """Who is in charge of one contact; with nobody chosen nobody is."""

    reason = forms.CharField(label=_("Why"), max_length=300, required=False)


class HandOverForm(TakerForm):
    """`giver`: everything of one person; left out where contacts were chosen in a list."""

    giver = StaffField(label=_("Everything of"))
    takes_tasks = forms.BooleanField(
        label=_("Open tasks and meetings go along"),
        required=False,
        initial=True,
        help_text=_("To one person. A stand-in has them among their own until the day, then they are back."),
    )
    note = forms.CharField(
        label=_("What to know"), required=False, max_length=NOTE_LENGTH, widget=forms.Textarea({"rows": 3})
    )
    field_order = ["giver", "user", "team", "on", "until", "takes_tasks", "note"]

    def __init__(self, *args: Any, chosen: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["giver"]
        field.offer(STAFF_ROLES)
        if chosen:
            del self.fields["giver"]
