"""Cleaning of what a person typed into the history."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.utils.timezone import get_current_timezone
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Team, User
from apps.accounts.selectors import members_of, staff_users
from apps.activities.forms.kind_fields import KindFieldsForm
from apps.activities.models import Activity, ActivityCategory, Call
from apps.activities.selectors.kind_fields import fields_of_kind, values_of
from apps.activities.selectors.kinds import kinds_by_hand, known_kinds
from apps.activities.selectors.timelines import Narrowing
from apps.contacts.forms.ties import EntitiesChoiceField
from apps.core.choosing import offer
from apps.core.forms import InPageForm


class FilesField(forms.FileField):
    """Any number of files; cleans to a list."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=_FilesInput(), required=False, **kwargs)

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        given = data if isinstance(data, list) else [data]
        return [each for each in given if each is not None]


class _FilesInput(forms.FileInput):
    allow_multiple_selected = True


class EntryForm(forms.Form):
    """What every entry has: words, and who may read it."""

    text = forms.CharField(
        label=_("What happened?"),
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 2, "placeholder": _("Write a note, or what was said")}),
    )
    visibility = forms.ChoiceField(
        label=_("Who may read it"),
        choices=Activity.Visibility.choices,
        initial=Activity.Visibility.PUBLIC,
        required=False,
    )
    category = forms.ModelChoiceField(
        label=_("Category"), queryset=ActivityCategory.objects.none(), required=False, empty_label=_("None")
    )
    uploads = FilesField(label=_("Files"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["category"].queryset = ActivityCategory.objects.order_by("name")  # type: ignore[attr-defined]

    def clean_visibility(self) -> str:
        return self.cleaned_data["visibility"] or Activity.Visibility.PUBLIC


class ComposerForm(EntryForm, KindFieldsForm):
    """The composer on a contact's page: a note, or another kind that is only words, with that kind's own fields.

    Choosing another kind fetches its fields from `address`. `chosen` is the kind whose fields the form has.
    """

    kind = forms.ChoiceField(label=_("Kind"), widget=forms.RadioSelect, initial="note")

    field_order = ["kind", "text", "visibility", "category", "uploads"]

    def __init__(self, *args: Any, user: User, address: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = kinds_by_hand()
        offer(self, "kind", [(key, kind.title) for key, kind in offered.items()])
        asked = self.data.get("kind") if self.is_bound else self.initial.get("kind")
        self.chosen = self.initial["kind"] = asked if asked in offered else "note"
        if any(map(fields_of_kind, offered)):
            swap = {"hx-get": address, "hx-target": "#entry-fields", "hx-swap": "outerHTML"}
            self.fields["kind"].widget.attrs |= {**swap, "hx-sync": "closest form:replace"}
        self.show_fields_of(self.chosen, user=user)

    @property
    def is_missing_fields(self) -> bool:
        """Was it sent from a page that showed the fields of another kind?"""
        return bool(self.is_bound and self.own) and self.data.get("fields_of") != self.chosen

    def once_more(self) -> dict[str, Any]:
        """What was sent beside the own fields, for a form that shows these too; files have to be chosen again."""
        return {name: self.data.get(name, "") for name in ("kind", "text", "visibility", "category")}


class DurationField(forms.CharField):
    """Minutes and seconds ("4:30"), minutes alone ("4"), or hours too ("1:04:30"); cleans to seconds or None."""

    def clean(self, value: Any) -> int | None:
        typed = str(value or "").strip()
        if not typed:
            return None
        if not re.fullmatch(r"\d{1,4}(:[0-5]\d){0,2}", typed):
            raise forms.ValidationError(_("Write it as minutes and seconds, like 4:30."))
        parts = [int(part) for part in typed.split(":")]
        if len(parts) == 1:
            return parts[0] * 60
        seconds = 0
        for part in parts:
            seconds = seconds * 60 + part
        return seconds


class CallForm(EntryForm):
    outcome = forms.ChoiceField(
        label=_("Outcome"), choices=Call.Outcome.choices, widget=forms.RadioSelect, initial="reached"
    )
    direction = forms.ChoiceField(
        label=_("Direction"), choices=Call.Direction.choices, widget=forms.RadioSelect, initial="out"
    )
    duration = DurationField(label=_("How long"), required=False, help_text=_("Minutes and seconds, like 4:30"))
    occurred_at = forms.DateTimeField(
        label=_("Began at"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    number = forms.CharField(required=False, max_length=60, widget=forms.HiddenInput)

    field_order = [
        "outcome",
        "direction",
        "duration",
        "occurred_at",
        "text",
        "visibility",
        "category",
        "files",
        "number",
    ]


class EditForm(EntryForm, KindFieldsForm):
    """An entry that is there: its words, its kind's own fields, whom it is about, who may read it."""

    field_order = ["text", "entities", "visibility", "category", "uploads"]

    def __init__(self, *args: Any, user: User, activity: Activity, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].label = _("Text")
        self.fields["entities"] = EntitiesChoiceField(user=user, label=_("About"))
        self.order_fields(self.field_order)
        self.show_fields_of(activity.kind, user=user, values=values_of(activity))


class NoteForm(InPageForm):
    """The composer's one field; everything else stands in the sheet behind "More"."""

    text = EntryForm.base_fields["text"]


class SummaryForm(forms.Form):
    """What of the history of everything one wants to read; nothing in it is required, nonsense narrows nothing."""

    kind = forms.ChoiceField(label=_("Kind"), required=False)
    actor = forms.ModelChoiceField(
        label=_("By"), queryset=User.objects.none(), required=False, empty_label=_("Everybody")
    )
    team = forms.ModelChoiceField(
        label=_("Team"), queryset=Team.objects.none(), required=False, empty_label=_("All teams")
    )
    since = forms.DateField(label=_("From"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label=_("To"), required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(key, kind.title) for key, kind in known_kinds().items()]
        self.fields["kind"].choices = [("", _("All kinds")), *choices]  # type: ignore[attr-defined]
        self.fields["actor"].queryset = staff_users()  # type: ignore[attr-defined]
        self.fields["team"].queryset = Team.objects.order_by("name")  # type: ignore[attr-defined]

    def narrowing(self, today: date) -> Narrowing:
        """What was asked for, as far as it can be read; days are those of the reader's zone."""
        self.is_valid()
        asked = self.cleaned_data
        actors: tuple[int, ...] | None = (asked["actor"].pk,) if asked.get("actor") else None
        if asked.get("team"):
            members = members_of(asked["team"], on=today)
            actors = tuple(pk for pk in members if actors is None or pk in actors)
        return Narrowing(
            kinds=(asked["kind"],) if asked.get("kind") else (),
            actors=actors,
            since=_midnight(asked["since"]) if asked.get("since") else None,
            until=_midnight(asked["until"] + timedelta(days=1)) if asked.get("until") else None,
        )


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, get_current_timezone())
