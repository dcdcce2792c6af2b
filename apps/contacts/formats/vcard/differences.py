"""What somebody changed on a phone: one card compared with the one that the phone had been given.

A phone keeps what it knows and drops the rest, so that a line which is missing says nothing unless every phone can
hold it: names, numbers, addresses, notes, birthdays, the main job. All else goes only by being replaced.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from apps.contacts.formats.vcard.facts import Facts, Value

# Missing in a card they mean "taken away". A photo doesn't: programs leave it out to save their users' money.
_HELD = frozenset(
    {"prefix", "first_name", "middle_name", "last_name", "suffix", "nickname", "notes", "birthday"}
)  # fmt: skip
_LOST_KINDS = {"chat", "profile", "feed"}  # links that come as IMPP and the like, which few phones know


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing changed: a text by its name, or a detail of a list; added without `before`, gone without `after`."""

    name: str  # "last_name", "job", "emails", "raws", ...
    before: Any
    after: Any

    def packed(self) -> dict[str, Any]:
        return {"name": self.name, "before": self.before, "after": self.after}


def unpacked(data: dict[str, Any]) -> Difference:
    return Difference(data["name"], data["before"], data["after"])


def differences(before: Facts | None, after: Facts) -> list[Difference]:
    """What `after` changes of `before`. Without the card that it began with only additions can be told."""
    if before is None:
        return [one for one in differences(Facts(), after) if one.after]
    return [
        *_texts(before, after),
        *_job(before, after),
        *(one for name in after.lists for one in _list(name, before.lists.get(name, {}), after.lists[name])),
        *_categories(before, after),
        *_raws(before, after),
    ]


def _texts(before: Facts, after: Facts) -> Iterator[Difference]:
    for name, text in after.texts.items():
        old = before.texts.get(name, "")
        if text != old and (text or name in _HELD):
            yield Difference(name, old, text)


def _job(before: Facts, after: Facts) -> Iterator[Difference]:
    """The main job; a role that is missing stays, as few phones know it."""
    job, old = after.job, before.job
    known = ("organisation", "department", "title")
    if {name: job.get(name, "") for name in known} in [
        {name: one.get(name, "") for name in known} for one in before.jobs
    ] and job.get("role", "") in ("", old.get("role", "")):
        return
    if not any(job.values()) and not any(old.get(name) for name in known):
        return
    if not job.get("role"):
        job = {**job, "role": old.get("role", "")} if any(job.values()) else job
    if job != old:
        yield Difference("job", old, job)


def _list(name: str, before: dict[str, Value], after: dict[str, Value]) -> Iterator[Difference]:
    gone = [key for key in before if key not in after and before[key].get("kind") not in _LOST_KINDS]
    come = [key for key in after if key not in before]
    for old, new in _pairs(gone, come, before, after):
        gone.remove(old)
        come.remove(new)
        yield Difference(name, before[old], _kept_words(before[old], after[new]))
    for key in after:
        if (
            key in before
            and (value := _kept_words(before[key], after[key])) != before[key]
            and _says_more(before[key], value)
        ):
            yield Difference(name, before[key], value)
    yield from (Difference(name, before[key], None) for key in gone)
    yield from (Difference(name, None, after[key]) for key in come)


def _pairs(
    gone: list[str], come: list[str], before: dict[str, Value], after: dict[str, Value]
) -> list[tuple[str, str]]:
    """Details that were rewritten rather than replaced: one of a kind gone, one of that kind come."""
    if len(gone) == len(come) == 1:
        return [(gone[0], come[0])]
    pairs = []
    for kind in {_kind(before[key]) for key in gone}:
        old = [key for key in gone if _kind(before[key]) == kind]
        new = [key for key in come if _kind(after[key]) == kind]
        if len(old) == len(new) == 1:
            pairs.append((old[0], new[0]))
    return pairs


def _kind(value: Value) -> tuple[str, str]:
    return value.get("kind", ""), value.get("label", "")


def _kept_words(before: Value, after: Value) -> Value:
    """A kind or label that a phone has dropped is still the one it was given."""
    return {name: text or (before.get(name, "") if name in ("kind", "label") else "") for name, text in after.items()}


def _says_more(before: Value, after: Value) -> bool:
    """Whether more than the way of writing differs (0441 and 044 1, a street on two lines)."""
    return any(after.get(name, "") != before.get(name, "") for name in ("kind", "label"))


def _categories(before: Facts, after: Facts) -> Iterator[Difference]:
    """A phone that names none knows of none."""
    if not after.categories:
        return
    for name in after.categories:
        if name not in before.categories:
            yield Difference("categories", None, name)
    for name in before.categories:
        if name not in after.categories:
            yield Difference("categories", name, None)


def _raws(before: Facts, after: Facts) -> Iterator[Difference]:
    """Lines that we have no field for: new ones are kept; the only one of its name replaces the only one before."""
    for raw in after.raws:
        if any((one.name, one.value) == (raw.name, raw.value) for one in before.raws):
            continue
        old = [one for one in before.raws if one.name == raw.name]
        alone = len(old) == 1 and sum(one.name == raw.name for one in after.raws) == 1
        value = {"name": raw.name, "value": raw.value, "params": raw.params, "group": raw.group}
        was = {"name": raw.name, "value": old[0].value} if alone else None
        yield Difference("raws", was, value)
