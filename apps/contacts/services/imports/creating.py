"""New contacts out of drafts, a portion at a time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import cache
from typing import Any

from apps.contacts.formats.records import Job
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
    SearchToken,
    Unit,
)
from apps.contacts.services import derive
from apps.contacts.services.imports import labels, photos
from apps.contacts.services.imports.context import SOURCE, Context
from apps.contacts.services.imports.copying import to_json
from apps.contacts.services.imports.drafts import Draft
from apps.contacts.services.imports.limits import lengths_of
from apps.contacts.services.imports.organisations import employers_for, job_key
from apps.contacts.services.imports.rows import Rows, creation_of, new_uid
from apps.core.batch import reserve_ids
from apps.core.models import Change

DEPARTMENTS = " / "  # between a department and those within it


def create(
    drafts: Sequence[Draft], context: Context, rows: Rows, *, also_employers_of: Sequence[Draft] = ()
) -> list[Draft]:
    """Put the rows of `drafts`, and of the organisations they make necessary, into `rows`.

    Returns the organisations made on the way; all have their ids then. `also_employers_of` are drafts that update
    somebody: their employers are found or made too.
    """
    changes = labels.settle_folders([*drafts, *also_employers_of], context)
    for draft, pk in zip(drafts, reserve_ids({Entity: len(drafts)})[Entity], strict=True):
        draft.entity_id = pk
    implied = employers_for([*drafts, *also_employers_of], drafts, context)
    coming = [*implied, *drafts]
    reserved = reserve_ids(
        {Unit: sum(len(draft.units) for draft in coming), Relationship: sum(len(draft.jobs) for draft in coming)}
    )
    unit_ids, relationship_ids = iter(reserved[Unit]), iter(reserved[Relationship])
    for draft in coming:
        _entity(draft, context, rows, changes)
        _units(draft, unit_ids, rows)
        _beside(draft, rows)
        for place, job in enumerate(draft.jobs):
            add_job(draft.entity_id, job, place, next(relationship_ids), context, rows)
    # Undo goes backwards: a folder is taken away after what lies in it.
    told, rows.changes = rows.changes, []
    for change in changes:
        note(rows, context, change)
    rows.changes += told
    return implied


def _entity(draft: Draft, context: Context, rows: Rows, changes: list[Change]) -> None:
    values = draft.values
    photos.keep(draft, now=context.now)
    today = context.now.date()
    current = [job for job in draft.jobs if is_current(job, today)]
    if current:
        job = next((job for job in current if job.is_primary), current[0])
        employer = context.organisations.get(job_key(job), (None, ""))
        values["organisation_entity_id"], values["organisation"] = employer
        values["job_title"] = job.title[: lengths_of(Entity)["job_title"]]
    employers = [context.organisations[key][1] for job in current if (key := job_key(job)) in context.organisations]
    emails = [email["address"] for unit in draft.units for email in unit.emails]
    card = draft.card
    values["search_text"] = derive.search_text(card, emails=emails, organisations=employers)
    for category_id, is_restricted in (
        labels.categories_of(draft.categories, context, changes) if draft.categories else ()
    ):
        rows.add_plain(EntityCategory, draft.entity_id, category_id)
        values["is_restricted"] = values.get("is_restricted", False) or is_restricted
    values.setdefault("source", SOURCE)
    values |= {
        "id": draft.entity_id,
        "uid": str(draft.uid) if draft.uid and not draft.keeps_foreign_uid else new_uid(),
        "folder_id": draft.folder_id,
        "owner_id": labels.owner_of(draft, context),
        "created_at": context.moment,
        "modified_at": context.moment,
        "created_by_id": context.actor.pk,
        "modified_by_id": context.actor.pk,
    }
    rows.add(Entity, values)
    # As texts: they are half of all rows.
    entity_id, folder_id = str(draft.entity_id), str(draft.folder_id)
    for token, rank in derive.search_tokens(card, emails=emails, organisations=employers):
        rows.add_plain(SearchToken, entity_id, folder_id, token, str(rank))
    operation_id = context.operation.pk if context.operation else 0
    rows.changes.append(
        (operation_id, "contacts.entity", draft.entity_id, draft.entity_id, Change.Kind.CREATED.value,
         creation_of(values), None, 1, context.moment)
    )  # fmt: skip


def is_current(job: Job, day: date) -> bool:
    return (job.valid_from is None or job.valid_from <= day) and (job.valid_to is None or day < job.valid_to)


def _units(draft: Draft, ids: Any, rows: Rows) -> None:
    entity_id = draft.entity_id
    by_name: dict[str, int] = {}
    for unit in draft.units:
        unit.values["id"] = next(ids)
        if name := unit.values.get("name"):
            by_name.setdefault(name, unit.values["id"])
    for place, unit in enumerate(draft.units):
        values = unit.values
        values["entity_id"] = entity_id
        values["position"] = place
        # A unit named before its parent could close a circle: only earlier ones are parents.
        if unit.parent_name and by_name.get(unit.parent_name, 0) > 0 and unit.parent_name != values.get("name"):
            values["parent_id"] = by_name[unit.parent_name]
        rows.add(Unit, values)
        for model, details in ((EmailAddress, unit.emails), (PhoneNumber, unit.phones), (Link, unit.links)):
            for detail in details:
                detail["entity_id"], detail["unit_id"] = entity_id, values["id"]
                rows.add(model, detail)


def _beside(draft: Draft, rows: Rows) -> None:
    for place, raw in enumerate(draft.raws):
        rows.add_plain(RawProperty, draft.entity_id, raw.name, to_json(raw.params), raw.value, raw.group, place)
    if draft.card.uid and (draft.uid is None or draft.keeps_foreign_uid or draft.card.uid != str(draft.uid)):
        rows.add_plain(ExternalUid, draft.entity_id, draft.folder_id, SOURCE, draft.card.uid.replace("\0", ""), "")
    for uid in draft.foreign_uids:
        rows.add_plain(ExternalUid, draft.entity_id, draft.folder_id, SOURCE, uid.replace("\0", ""), "")


def add_job(
    person_id: int, job: Job, place: int, relationship_id: int, context: Context, rows: Rows, *, version: int | None = 1
) -> None:
    """A tie to the employer: two participants, or one where only the work is named and not for whom."""
    values: dict[str, Any] = {"id": relationship_id, "type_id": context.works_for_id}
    if job.valid_from:
        values["valid_from"] = job.valid_from
    if job.valid_to and (job.valid_from is None or job.valid_to > job.valid_from):
        values["valid_to"] = job.valid_to
    rows.add(Relationship, values)
    lengths = lengths_of(Participant)
    rows.add(
        Participant,
        {
            "relationship_id": relationship_id,
            "entity_id": person_id,
            "side": "source",
            "job_title": job.title[: lengths["job_title"]],
            "department": DEPARTMENTS.join(job.departments)[: lengths["department"]],
            "role": job.role[: lengths["role"]],
            "is_primary": job.is_primary,
            "position": place,
        },
    )
    employer = context.organisations.get(job_key(job))
    if employer is not None:
        rows.add(Participant, {"relationship_id": relationship_id, "entity_id": employer[0], "side": "target"})
    if len(values) == 2:
        diff = _undated_job(context.works_for_id)
    else:
        days = {name: values[name].isoformat() if name in values else None for name in ("valid_from", "valid_to")}
        diff = to_json(_image(context.works_for_id, days))
    operation_id = context.operation.pk if context.operation else 0
    rows.changes.append(
        (
            operation_id,
            "contacts.relationship",
            relationship_id,
            person_id,
            "created",
            diff,
            None,
            version,
            context.moment,
        )
    )


@cache
def _undated_job(type_id: int) -> str:
    return to_json(_image(type_id, {"valid_from": None, "valid_to": None}))


def _image(type_id: int, days: dict[str, str | None]) -> dict[str, list[Any]]:
    image: dict[str, Any] = {"type": type_id, "name": "", "description": "", **days, "attributes": {}}
    return {name: [None, value] for name, value in image.items()}


def note(rows: Rows, context: Context, change: Change) -> None:
    """One Change of this import."""
    rows.changes.append(
        (context.operation.pk if context.operation else 0, change.record_type, change.record_id, change.subject_id,
         str(change.kind), to_json(change.diff), change.version_before, change.version_after, context.moment)
    )  # fmt: skip
