"""A card laid over a contact that is already there: what it fills, what it adds, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from apps.contacts.formats.records import Card, Job, Raw
from apps.contacts.services import derive
from apps.contacts.services.imports.drafts import Draft
from apps.contacts.services.imports.unit_drafts import UnitDraft

_FIELDS = (
    "prefix", "first_name", "middle_name", "last_name", "suffix", "nickname", "name", "legal_name",
    "registration_number", "vat_number", "industry", "organisation_type", "language", "time_zone", "birthday",
    "anniversary", "photo_url", "public_key", "notes",
)  # fmt: skip
_PLACE = (
    "street", "house_number", "street2", "postcode", "city", "region", "country", "country_name", "po_box", "geo",
    "time_zone",
)  # fmt: skip


@dataclass(slots=True)
class Merged:
    """What laying a draft over another one came to. Details are those of the target, already among its own."""

    fields: dict[str, tuple[Any, Any]] = field(default_factory=dict)  # of the entity: before, after
    unit_fields: list[tuple[UnitDraft, dict[str, tuple[Any, Any]]]] = field(default_factory=list)
    units: list[UnitDraft] = field(default_factory=list)  # new ones, with all that belongs to them
    details: list[tuple[str, UnitDraft, dict[str, Any]]] = field(default_factory=list)  # new, in units that were there
    raws: list[Raw] = field(default_factory=list)
    jobs: list[Job] = field(default_factory=list)
    job_fields: list[tuple[Job, dict[str, tuple[str, str]]]] = field(default_factory=list)
    categories: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        return any(getattr(self, name) for name in Merged.__slots__)


def merge(target: Draft, incoming: Draft, *, overwrite: bool) -> Merged:
    """Fill what is empty in `target`, add what it lacks; `overwrite` also replaces what differs.

    `target` is changed in place, so that a second card of the same contact finds what the first one brought.
    """
    merged = Merged()
    fields = _laid_over(target.values, incoming.values, _FIELDS, overwrite=overwrite)
    _attributes(target, incoming, fields, overwrite=overwrite)
    if incoming.photo is not None and (overwrite or not (target.values.get("photo_id") or target.photo)):
        target.photo = incoming.photo
    merged.fields = fields
    for name, (_, after) in fields.items():
        target.values[name] = after
        if name in Card.__dataclass_fields__ and isinstance(getattr(target.card, name), str):
            setattr(target.card, name, after)
    for unit in incoming.units:
        _unit(target, unit, merged, overwrite=overwrite)
    there = {(raw.name, raw.value) for raw in target.raws}
    merged.raws = [raw for raw in incoming.raws if (raw.name, raw.value) not in there]
    target.raws += merged.raws
    if target.values["kind"] == "person":
        _jobs(target, incoming, merged, overwrite=overwrite)
    merged.categories = [name for name in incoming.categories if name not in target.categories]
    target.categories += merged.categories
    return merged


def _laid_over(
    there: dict[str, Any], coming: dict[str, Any], names: tuple[str, ...], *, overwrite: bool
) -> dict[str, tuple[Any, Any]]:
    found = {}
    for name in names:
        value, current = coming.get(name), there.get(name)
        if value and value != current and (overwrite or not current):
            found[name] = (current or "", value)
    return found


def _attributes(target: Draft, incoming: Draft, fields: dict[str, tuple[Any, Any]], *, overwrite: bool) -> None:
    there, coming = target.values.get("attributes") or {}, incoming.values.get("attributes") or {}
    added = {
        key: value
        for key, value in coming.items()
        if there.get(key) != value and (overwrite or there.get(key) in (None, ""))
    }
    if added:
        fields["attributes"] = (there, there | added)


def _unit(target: Draft, unit: UnitDraft, merged: Merged, *, overwrite: bool) -> None:
    home = _same_place(target, unit) or _place_to_fill(target, unit, overwrite=overwrite)
    if home is None:
        home = UnitDraft({**unit.values, "is_primary": not target.units}, unit.parent_name)
        target.units.append(home)
        _add_details(target, home, unit, merged, is_new=True)
        if not home.is_bare() or any(home.values.get(name) for name in _PLACE):
            merged.units.append(home)
        else:
            target.units.remove(home)
        return
    changed = _laid_over(home.values, unit.values, _PLACE, overwrite=overwrite)
    if changed:
        home.values |= {name: after for name, (_, after) in changed.items()}
        # A unit that this very import has just made is written whole.
        if home not in merged.units and "id" in home.values:
            merged.unit_fields.append((home, changed))
    _add_details(target, home, unit, merged, is_new=home in merged.units)


def _add_details(target: Draft, home: UnitDraft, unit: UnitDraft, merged: Merged, *, is_new: bool) -> None:
    for kind, key in (("emails", _email_key), ("phones", _phone_key), ("links", _link_key)):
        known = {key(detail) for each in target.units for detail in getattr(each, kind)}
        own: list[dict[str, Any]] = getattr(home, kind)
        for detail in getattr(unit, kind):
            if key(detail) in known:
                continue
            known.add(key(detail))
            detail = {**detail, "is_primary": not own, "position": len(known)}
            own.append(detail)
            if not is_new:
                merged.details.append((kind, home, detail))
    target.emails |= {email["address"].lower() for email in unit.emails}
    target.numbers |= {phone["digits_reversed"] for phone in unit.phones} - {""}


def _address_of(unit: UnitDraft) -> tuple[str, ...]:
    return tuple(
        derive.fold_name(unit.values.get(name) or "") for name in ("street", "house_number", "postcode", "city")
    )


def _same_place(target: Draft, unit: UnitDraft) -> UnitDraft | None:
    wanted = _address_of(unit)
    if not any(wanted):
        return None
    return next((each for each in target.units if _address_of(each) == wanted), None)


def _place_to_fill(target: Draft, unit: UnitDraft, *, overwrite: bool) -> UnitDraft | None:
    """A unit of the same kind that has no address yet, or any for what comes without an address."""
    has_address = any(_address_of(unit))
    same_kind = [each for each in target.units if each.values.get("kind") == unit.values.get("kind")]
    if has_address:
        return next((each for each in same_kind if overwrite or not any(_address_of(each))), None)
    return next(iter(same_kind), None) or next((each for each in target.units if each.values["is_primary"]), None)


def _jobs(target: Draft, incoming: Draft, merged: Merged, *, overwrite: bool) -> None:
    for job in incoming.jobs:
        name = derive.fold_name(job.organisation)
        there = next((each for each in target.jobs if derive.fold_name(each.organisation) == name), None)
        if there is None and not name:
            there = next(iter(target.jobs), None)
        if there is None:
            job.is_primary = job.is_primary and not any(each.is_primary for each in target.jobs)
            target.jobs.append(job)
            merged.jobs.append(job)
            continue
        changed = {}
        for column, before, after in (
            ("job_title", there.title, job.title),
            ("department", " / ".join(there.departments), " / ".join(job.departments)),
            ("role", there.role, job.role),
        ):
            if after and after != before and (overwrite or not before):
                changed[column] = (before, after)
        if changed:
            there.title = changed.get("job_title", ("", there.title))[1]
            there.departments = changed["department"][1].split(" / ") if "department" in changed else there.departments
            there.role = changed.get("role", ("", there.role))[1]
            if there not in merged.jobs:
                merged.job_fields.append((there, changed))


def _email_key(email: dict[str, Any]) -> str:
    return str(email["address"]).lower()


def _phone_key(phone: dict[str, Any]) -> str:
    return f"{phone['digits_reversed'] or phone['raw']};{phone['extension']}"


def _link_key(link: dict[str, Any]) -> str:
    return str(link["url"])
