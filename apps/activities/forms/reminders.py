"""When one wants to be reminded of an entry, and whether the contacts are, too."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from apps.activities.models import Reminder
from apps.activities.services.reminders import Wanted
from apps.contacts.models import Entity

LEADS = (0, 5, 15, 30, 60, 120, 24 * 60, 2 * 24 * 60, 7 * 24 * 60)  # minutes
_UNITS = (24 * 60, 60, 1)


def lead_text(minutes: int) -> str:
    """ "15 minutes before", "1 day before" """
    if minutes <= 0:
        return _("At its time") if minutes == 0 else _("Afterwards")
    unit = next(each for each in _UNITS if minutes % each == 0)
    count = minutes // unit
    words = {
        24 * 60: ngettext("%(count)s day before", "%(count)s days before", count),
        60: ngettext("%(count)s hour before", "%(count)s hours before", count),
        1: ngettext("%(count)s minute before", "%(count)s minutes before", count),
    }
    return words[unit] % {"count": count}


class LeadsField(forms.TypedMultipleChoiceField):
    def __init__(self, *, label: Any, **kwargs: Any) -> None:
        super().__init__(label=label, coerce=int, required=False, widget=forms.CheckboxSelectMultiple, **kwargs)


class RemindersForm(forms.Form):
    """`contacts` are those who can be reminded; without any the form is about oneself alone."""

    app = LeadsField(label=gettext_lazy("Remind me in the app"))
    mail = LeadsField(label=gettext_lazy("Remind me by e-mail"))
    contacts = forms.MultipleChoiceField(
        label=gettext_lazy("Remind by e-mail, too"), required=False, widget=forms.CheckboxSelectMultiple
    )
    leads = LeadsField(label=gettext_lazy("When to remind the contacts"))

    def __init__(self, data: Any = None, *, reminders: Iterable[Reminder], contacts: Iterable[Entity]) -> None:
        mine: dict[str, list[int]] = {"app": [], "mail": [], "leads": []}
        chosen: list[int] = []
        for row in reminders:
            mine["leads" if row.entity_id else row.channel].append(row.minutes_before)
            if row.entity_id:
                chosen.append(row.entity_id)
        super().__init__(data, initial={**mine, "contacts": chosen})
        known = sorted({*LEADS, *mine["app"], *mine["mail"], *mine["leads"]})
        for name in mine:
            self.fields[name].choices = [(minutes, lead_text(minutes)) for minutes in known]  # type: ignore[attr-defined]
        people = [(each.pk, each.display_name) for each in contacts]
        self.fields["contacts"].choices = people  # type: ignore[attr-defined]
        if not people:
            del self.fields["contacts"], self.fields["leads"]

    def wanted(self, user_id: int) -> list[Wanted]:
        given = self.cleaned_data
        own = [Wanted(minutes, way, user_id) for way in ("app", "mail") for minutes in given[way]]
        contacts = [int(pk) for pk in given.get("contacts", [])]
        return [*own, *(Wanted(lead, "mail", entity_id=pk) for pk in contacts for lead in given.get("leads", []))]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if given.get("contacts") and not given.get("leads"):
            self.add_error("leads", _("Say when they are to be reminded."))
        return given
