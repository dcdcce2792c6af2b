"""How a clash is shown: the phone's word beside ours, in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext, gettext_lazy, pgettext_lazy

from apps.contacts.formats.vcard.differences import Difference, unpacked
from apps.contacts.formats.vcard.facts import Facts
from apps.contacts.models import Entity
from apps.contacts.services.phone_edits import facts_now
from apps.sync.models import CardClash

_TITLES: dict[str, Any] = {
    "prefix": gettext_lazy("Prefix"),
    "first_name": gettext_lazy("First name"),
    "middle_name": gettext_lazy("Middle name"),
    "last_name": gettext_lazy("Last name"),
    "suffix": gettext_lazy("Suffix"),
    "nickname": gettext_lazy("Nickname"),
    "name": pgettext_lazy("organisation", "Name"),
    "notes": gettext_lazy("Notes"),
    "birthday": gettext_lazy("Birthday"),
    "anniversary": gettext_lazy("Anniversary"),
    "language": gettext_lazy("Language"),
    "time_zone": gettext_lazy("Time zone"),
    "public_key": gettext_lazy("Public key"),
    "job": gettext_lazy("Job"),
    "emails": gettext_lazy("E-mail address"),
    "phones": gettext_lazy("Phone number"),
    "links": gettext_lazy("Link"),
    "addresses": gettext_lazy("Address"),
    "categories": gettext_lazy("Category"),
    "raws": gettext_lazy("Other data"),
}
_LISTS = ("emails", "phones", "links", "addresses")
_TEXTS = _TITLES.keys() - {*_LISTS, "job", "categories", "raws"}


@dataclass(frozen=True, slots=True)
class ClashLine:
    """One field to choose. `before` is what the phone began with."""

    place: int
    title: str
    phone: str
    here: str
    before: str


def lines_of(clash: CardClash) -> list[ClashLine]:
    """Its differences in their order; only those of lists need more than the contact's own row."""
    lines = []
    facts: Facts | None = None
    for place, packed in enumerate(clash.differences):
        change = unpacked(packed)
        if change.name in _LISTS and facts is None:
            facts = facts_now(clash.entity)
        here = _here(change, clash.entity, facts)
        title = str(_TITLES.get(change.name, change.name))
        lines.append(ClashLine(place, title, _words(change.after), _words(here), _words(change.before)))
    return lines


def _here(change: Difference, entity: Entity, facts: Facts | None) -> Any:
    if change.name == "job":
        return {"organisation": entity.organisation, "title": entity.job_title}
    if facts is not None and change.name in _LISTS:
        return change.before if change.before in facts.lists[change.name].values() else None
    return getattr(entity, change.name, change.before) if change.name in _TEXTS else change.before


def _words(value: Any) -> str:
    """A text, or the words of a detail in their order; kinds and labels are told by what they belong to."""
    if not value:
        return gettext("nothing")
    if isinstance(value, dict):
        hidden = ("kind", "label", "params", "group")
        return ", ".join(str(text) for name, text in value.items() if text and name not in hidden)
    return str(value)
