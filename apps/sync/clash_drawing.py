"""How a clash is shown: the phone's word beside ours, in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext, gettext_lazy, pgettext_lazy

from apps.contacts.formats.vcard.differences import unpacked
from apps.contacts.formats.vcard.facts import Facts
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


@dataclass(frozen=True, slots=True)
class ClashLine:
    """One field to choose. `before` is what the phone began with."""

    place: int
    title: str
    phone: str
    here: str
    before: str


def lines_of(clash: CardClash) -> list[ClashLine]:
    now = facts_now(clash.entity)
    lines = []
    for place, packed in enumerate(clash.differences):
        change = unpacked(packed)
        here = _here(change.name, change.before, now)
        title = str(_TITLES.get(change.name, change.name))
        lines.append(ClashLine(place, title, _words(change.after), _words(here), _words(change.before)))
    return lines


def _here(name: str, before: Any, now: Facts) -> Any:
    if name == "job":
        return now.job
    if name in _LISTS:
        return before if before in now.lists[name].values() else None
    return now.texts.get(name, before)


def _words(value: Any) -> str:
    """A text, or the words of a detail in their order; kinds and labels are told by what they belong to."""
    if not value:
        return gettext("nothing")
    if isinstance(value, dict):
        hidden = ("kind", "label", "params", "group")
        return ", ".join(str(text) for name, text in value.items() if text and name not in hidden)
    return str(value)
