"""Cleaning of a sequence with its steps, of a contact's beginning in one, and of the words of its end."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.core.choosing import offer_rows
from apps.crm.models import Sequence, SequenceStep
from apps.crm.services.sequences.setup import MOST_STEPS, Step
from apps.messaging.selectors.templates import contact_templates

_PLACES = range(1, MOST_STEPS + 1)
SETTINGS = ("name", "is_active", "stops_at_call", "in_working_days")
_MAIL = "mail:"  # and the template's id


class SequenceForm(forms.Form):
    """Steps stand in numbered fields (`day_1`, `kind_1`, `words_1` ...); the service puts them in order of days.

    A mail's template is chosen with its kind: "mail:7".
    """

    name = forms.CharField(label=_("Name"), max_length=100)
    is_active = forms.BooleanField(label=_("Takes new contacts"), required=False, initial=True)
    stops_at_call = forms.BooleanField(label=_("Stops when a call is logged"), required=False, initial=True)

    in_working_days = forms.BooleanField(
        label=_("Counts working days"),
        required=False,
        help_text=_("Those of the team in charge; of one that has told no hours Monday to Friday."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kept = [str(value).removeprefix(_MAIL) for value in self.initial.values() if str(value).startswith(_MAIL)]
        self._templates = {f"{_MAIL}{one.pk}": one for one in contact_templates(kept=[int(each) for each in kept])}
        kinds = _kinds([(key, one.title) for key, one in self._templates.items()])
        for place in _PLACES:
            named = {"place": place}
            self.fields[f"kind_{place}"] = forms.ChoiceField(
                label=_("Step %(place)s") % named, choices=kinds, required=False
            )
            self.fields[f"day_{place}"] = forms.IntegerField(
                label=_("Step %(place)s: after how many days") % named, min_value=0, max_value=999, required=False
            )
            self.fields[f"words_{place}"] = forms.CharField(
                label=_("Step %(place)s: in words") % named, max_length=150, required=False
            )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for place in _PLACES:
            kind, day = data.get(f"kind_{place}"), f"day_{place}"
            if kind and data.get(day) is None and day not in self.errors:
                self.add_error(day, _("Say after how many days."))
            if kind == SequenceStep.Kind.TODO and not data.get(f"words_{place}"):
                self.add_error(f"words_{place}", _("Say what is to be done."))
        return data

    def steps(self) -> list[Step]:
        data = self.cleaned_data
        return [
            self._step(data[f"day_{place}"], data[f"kind_{place}"], data[f"words_{place}"])
            for place in _PLACES
            if data[f"kind_{place}"]
        ]

    def _step(self, day: int, kind: str, words: str) -> Step:
        template = self._templates.get(kind)
        return Step(day, SequenceStep.Kind.MAIL, "", template) if template is not None else Step(day, kind, words)

    @staticmethod
    def initial_of(sequence: Sequence) -> dict[str, Any]:
        found = {name: getattr(sequence, name) for name in SETTINGS}
        for place, step in enumerate(sequence.steps.order_by("position"), start=1):
            kind = f"{_MAIL}{step.template_id}" if step.kind == SequenceStep.Kind.MAIL else step.kind
            found |= {f"day_{place}": step.day, f"kind_{place}": kind, f"words_{place}": step.words}
        return found


def _kinds(mails: list[tuple[str, str]]) -> list[Any]:
    """With groups, as a select shows them."""
    chosen: list[Any] = [("", _("no step"))]
    chosen += [each for each in SequenceStep.Kind.choices if each[0] != SequenceStep.Kind.MAIL]
    return [*chosen, (_("Mail"), mails)] if mails else chosen


class BeginForm(forms.Form):
    sequence = forms.ModelChoiceField(label=_("Sequence"), queryset=Sequence.objects.none())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_rows(self, "sequence", Sequence.objects.offered().order_by("name"))


class StopForm(forms.Form):
    words = forms.CharField(label=_("Why"), max_length=200, required=False)
