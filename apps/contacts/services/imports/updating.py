"""Contacts that are already here: read whole and locked, laid over with cards, written back with what they gained."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Model

from apps.contacts.formats.records import Card, Job, Raw
from apps.contacts.models import (
    EmailAddress,
    Entity,
    EntityCategory,
    ExternalUid,
    Link,
    Participant,
    PhoneNumber,
    RawProperty,
    Relationship,
    Unit,
)
from apps.contacts.services import copies
from apps.contacts.services.imports import labels, photos
from apps.contacts.services.imports.context import SOURCE, Context
from apps.contacts.services.imports.copying import to_json
from apps.contacts.services.imports.creating import DEPARTMENTS, add_job, note
from apps.contacts.services.imports.drafts import Draft
from apps.contacts.services.imports.merging import Merged
from apps.contacts.services.imports.rows import EMAIL, LINK, PHONE, UNIT, Rows
from apps.contacts.services.imports.unit_drafts import UnitDraft
from apps.core.batch import reserve_ids, update_rows
from apps.core.models import Change
from apps.core.services.operations import record_type, snapshot

_DETAILS: dict[str, tuple[type[Model], tuple[tuple[str, Any], ...]]] = {
    "emails": (EmailAddress, EMAIL),
    "phones": (PhoneNumber, PHONE),
    "links": (Link, LINK),
}
_UPDATED = (
    "prefix", "first_name", "middle_name", "last_name", "suffix", "nickname", "name", "legal_name",
    "registration_number", "vat_number", "industry", "organisation_type", "language", "time_zone", "birthday",
    "anniversary", "photo_url", "public_key", "notes", "photo", "source", "is_restricted", "version",
    "modified_at", "modified_by",
)  # fmt: skip


class Existing(Draft):
    """A contact of ours in the shape of a draft; its units and details bear their ids."""

    __slots__ = ("gained", "new_uids", "row", "uids")

    row: Entity
    gained: list[Merged]
    uids: list[str]
    new_uids: list[str]


def load(ids: Iterable[int]) -> dict[int, Existing]:
    """Read these contacts with all that belongs to them and lock them, in the order of their keys."""
    found: dict[int, Existing] = {}
    for row in Entity.objects.select_for_update(no_key=True).filter(pk__in=set(ids)).order_by("pk"):
        found[row.pk] = _existing(row)
    units: dict[int, UnitDraft] = {}
    for unit in Unit.objects.filter(entity__in=found).order_by("position", "pk"):
        values = {name: getattr(unit, name) for name, _ in UNIT} | {"attributes": unit.attributes}
        units[unit.pk] = UnitDraft(values)
        found[unit.entity_id].units.append(units[unit.pk])
    for kind, (model, columns) in _DETAILS.items():
        for detail in model._default_manager.filter(entity__in=found).order_by("position", "pk"):
            values = {name: getattr(detail, name) for name, _ in columns}
            getattr(units[values["unit_id"]], kind).append(values)
    for raw in RawProperty.objects.filter(entity__in=found).order_by("position", "pk"):
        found[raw.entity_id].raws.append(Raw(raw.name, raw.value, raw.params, raw.group))
    for tie in ExternalUid.objects.filter(entity__in=found):
        found[tie.entity_id].uids.append(tie.uid)
    _load_jobs(found)
    for existing in found.values():
        existing.emails = frozenset(email["address"].lower() for unit in existing.units for email in unit.emails)
        existing.numbers = frozenset(phone["digits_reversed"] for unit in existing.units for phone in unit.phones)
    return found


def _existing(row: Entity) -> Existing:
    values = {name: getattr(row, name) for name in _UPDATED if name not in ("photo", "modified_by")}
    values |= {"kind": row.kind, "photo_id": row.photo_id, "attributes": row.attributes, "folder_id": row.folder_id}
    card = Card(kind=row.kind, uid=str(row.uid))
    for name in ("prefix", "first_name", "middle_name", "last_name", "suffix", "nickname", "name", "legal_name"):
        setattr(card, name, getattr(row, name))
    existing = Existing(card, values, [], [], [], [], None, row.uid, row.name_key)
    existing.entity_id, existing.folder_id = row.pk, row.folder_id
    existing.row, existing.gained, existing.uids, existing.new_uids = row, [], [str(row.uid)], []
    return existing


def _load_jobs(found: dict[int, Existing]) -> None:
    mine = Participant.objects.filter(entity__in=found, side="source", relationship__type__key=copies.WORKS_FOR)
    mine = mine.order_by("position", "pk")
    employers = dict(
        Participant.objects.filter(relationship__in=mine.values("relationship"), side="target")
        .order_by("-pk")
        .values_list("relationship_id", "entity__display_name")
    )
    for tie in mine:
        departments = tie.department.split(DEPARTMENTS) if tie.department else []
        job = Job(employers.get(tie.relationship_id, ""), departments, tie.job_title, tie.role, tie.is_primary)
        job.organisation_uid = f"participant:{tie.pk}"
        found[tie.entity_id].jobs.append(job)


class Updates:
    """What a portion does to contacts that were there; written when the portion is."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.touched: dict[int, Existing] = {}
        self.parts: list[EntityCategory | ExternalUid | RawProperty] = []

    def take(self, existing: Existing, merged: Merged, draft: Draft) -> bool:
        """Keep what `draft` brought; False where it brought nothing."""
        if draft.card.uid and draft.card.uid not in existing.uids and draft.card.uid != f"urn:uuid:{existing.row.uid}":
            existing.uids.append(draft.card.uid)
            existing.new_uids.append(draft.card.uid)
        if not (merged or existing.photo is not None or existing.new_uids):
            return False
        existing.gained.append(merged)
        self.touched[existing.entity_id] = existing
        return True

    def write(self, rows: Rows, *, adopted: Sequence[int] = ()) -> list[int]:
        """Put new rows into `rows`, update the others at once; return the ids of the contacts that gained something."""
        changes: list[Change] = []
        entity_rows = []
        self.parts = []
        for existing in sorted(self.touched.values(), key=lambda each: each.entity_id):
            entity_rows.append(self._entity(existing, changes, rows, is_adopted=existing.entity_id in adopted))
        attributes = [(each.entity_id, to_json(each.values["attributes"])) for each in self.touched.values()]
        update_rows(Entity, _UPDATED, entity_rows)
        update_rows(Entity, ("attributes",), attributes)
        self._units(rows, changes)
        self._details(rows, changes)
        self._jobs(rows, changes)
        for model in (EntityCategory, ExternalUid, RawProperty):
            parts = [part for part in self.parts if isinstance(part, model)]
            model._base_manager.bulk_create(parts)  # type: ignore[arg-type]  # all of one model
            changes += [_creation(part, part.entity_id) for part in parts]
        for change in changes:
            existing = self.touched[change.subject_id or 0]
            change.version_before, change.version_after = existing.row.version, existing.row.version + 1
            note(rows, self.context, change)
        return list(self.touched)

    def _entity(self, existing: Existing, changes: list[Change], rows: Rows, *, is_adopted: bool) -> tuple[Any, ...]:
        values, row = existing.values, existing.row
        diff: dict[str, list[Any]] = {}
        for merged in existing.gained:
            for name, (before, after) in merged.fields.items():
                diff[name] = [diff.get(name, [before])[0], after]
        if existing.photo is not None:
            before = row.photo_id
            values.pop("photo_id", None)
            photos.keep(existing, now=self.context.now)
            values.setdefault("photo_id", before)
            if values["photo_id"] != before:
                diff["photo"] = [before, values["photo_id"]]
        if is_adopted:
            values["source"] = SOURCE
            diff["source"] = [row.source, SOURCE]
        made: list[Change] = []
        for place, raw in enumerate(
            (raw for merged in existing.gained for raw in merged.raws), start=len(existing.raws)
        ):
            self.parts.append(
                RawProperty(
                    entity=row, name=raw.name, params=raw.params, value=raw.value, group=raw.group, position=place
                )
            )
        for uid in existing.new_uids:
            self.parts.append(ExternalUid(entity=row, folder_id=row.folder_id, source=SOURCE, uid=uid))
        names = [name for merged in existing.gained for name in merged.categories]
        bears = set(EntityCategory.objects.filter(entity=row).values_list("category_id", flat=True)) if names else set()
        for category_id, is_restricted in labels.categories_of(names, self.context, made):
            if category_id not in bears:
                bears.add(category_id)
                self.parts.append(EntityCategory(entity=row, category_id=category_id))
                values["is_restricted"] = values["is_restricted"] or is_restricted
        for change in made:
            note(rows, self.context, change)
        # Also with nothing of its own to tell: the Change bears the version.
        changes.append(
            Change(
                record_type="contacts.entity", record_id=row.pk, subject_id=row.pk, kind=Change.Kind.UPDATED, diff=diff
            )
        )
        values |= {"version": row.version + 1, "modified_at": self.context.now, "modified_by": self.context.actor.pk}
        return (row.pk, *(values["photo_id"] if name == "photo" else values[name] for name in _UPDATED))

    def _units(self, rows: Rows, changes: list[Change]) -> None:
        changed = []
        for existing in self.touched.values():
            for merged in existing.gained:
                for unit, fields in merged.unit_fields:
                    changed.append((unit.values["id"], *(unit.values[name] for name in _PLACE)))
                    diff = {name: [before, after] for name, (before, after) in fields.items()}
                    changes.append(
                        Change(
                            record_type="contacts.unit", record_id=unit.values["id"], subject_id=existing.entity_id,
                            kind=Change.Kind.UPDATED, diff=diff,
                        )
                    )  # fmt: skip
        update_rows(Unit, _PLACE, list({row[0]: row for row in changed}.values()))
        new = [
            (existing, unit)
            for existing in self.touched.values()
            for merged in existing.gained
            for unit in merged.units
        ]
        for (existing, unit), pk in zip(new, reserve_ids({Unit: len(new)})[Unit], strict=True):
            unit.values |= {"id": pk, "entity_id": existing.entity_id, "position": existing.units.index(unit)}
            unit.values.pop("parent_id", None)
            rows.add(Unit, unit.values)
            changes.append(_creation(Unit(**unit.values), existing.entity_id))

    def _details(self, rows: Rows, changes: list[Change]) -> None:
        new: dict[str, list[tuple[Existing, UnitDraft, dict[str, Any]]]] = {kind: [] for kind in _DETAILS}
        for existing in self.touched.values():
            for merged in existing.gained:
                for kind, unit, detail in merged.details:
                    new[kind].append((existing, unit, detail))
                for unit in merged.units:
                    for kind in _DETAILS:
                        new[kind] += [(existing, unit, detail) for detail in getattr(unit, kind)]
        reserved = reserve_ids({_DETAILS[kind][0]: len(found) for kind, found in new.items()})
        for kind, found in new.items():
            model = _DETAILS[kind][0]
            for (existing, unit, detail), pk in zip(found, reserved[model], strict=True):
                detail |= {"id": pk, "entity_id": existing.entity_id, "unit_id": unit.values["id"]}
                rows.add(model, detail)
                changes.append(_creation(model(**detail), existing.entity_id))

    def _jobs(self, rows: Rows, changes: list[Change]) -> None:
        new = [
            (existing, job) for existing in self.touched.values() for merged in existing.gained for job in merged.jobs
        ]
        for (existing, job), pk in zip(new, reserve_ids({Relationship: len(new)})[Relationship], strict=True):
            place = existing.jobs.index(job)
            add_job(existing.entity_id, job, place, pk, self.context, rows, version=existing.row.version + 1)
        filled: dict[int, tuple[Any, ...]] = {}
        for existing in self.touched.values():
            for merged in existing.gained:
                for job, fields in merged.job_fields:
                    pk = int(job.organisation_uid.removeprefix("participant:"))
                    filled[pk] = (pk, job.title, DEPARTMENTS.join(job.departments), job.role)
                    diff = {name: [before, after] for name, (before, after) in fields.items()}
                    changes.append(
                        Change(
                            record_type="contacts.participant", record_id=pk, subject_id=existing.entity_id,
                            kind=Change.Kind.UPDATED, diff=diff,
                        )
                    )  # fmt: skip
        update_rows(Participant, ("job_title", "department", "role"), list(filled.values()))


_PLACE = (
    "street", "house_number", "street2", "postcode", "city", "region", "country", "country_name", "po_box", "geo",
    "time_zone",
)  # fmt: skip


def _creation(part: Model, entity_id: int) -> Change:
    diff = {name: [None, value] for name, value in snapshot(part).items()}
    return Change(
        record_type=record_type(part), record_id=part.pk, subject_id=entity_id, kind=Change.Kind.CREATED, diff=diff
    )
