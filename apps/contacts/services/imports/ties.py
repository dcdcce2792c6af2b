"""Relationships that cards tell of: made when all contacts of the file are there, each once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from django.db import transaction
from django.db.models import F

from apps.contacts.formats.records import Card, Rejected, Skipped, Tie
from apps.contacts.models import (
    Entity,
    EntityReference,
    ExternalUid,
    Import,
    Participant,
    Relationship,
    RelationshipType,
    Unit,
)
from apps.contacts.permissions import can_change_settings
from apps.contacts.services import copies, derive
from apps.contacts.services.imports.context import Context
from apps.contacts.services.imports.custom import CustomFields
from apps.contacts.services.imports.drafts import Draft, as_uuid, draft_of
from apps.contacts.services.imports.limits import lengths_of
from apps.contacts.services.imports.matching import find_matches
from apps.core.models import Change
from apps.core.services.operations import record_type, snapshot

_PORTION = 500


@dataclass(slots=True)
class _Wanted:
    tie: Tie
    ends: dict[tuple[int, str], Tie] = field(default_factory=dict)


class _Found:
    """Whom a portion's cards and ties mean."""

    def __init__(self, drafts: list[Draft], context: Context) -> None:
        matches = find_matches(drafts, actor=context.actor)
        self.own = {id(draft): found for draft, found in zip(drafts, matches, strict=True) if found}
        uids = {tie.other_uid for draft in drafts for tie in draft.card.ties if tie.other_uid}
        uids |= {uid for draft in drafts for _, uid in draft.references}
        names = {derive.fold_name(tie.other_name) for draft in drafts for tie in draft.card.ties if tie.other_name}
        seen = Entity.objects.live().visible_to(context.actor)
        self.by_uid: dict[str, int] = {}
        for uid, pk in ExternalUid.objects.filter(uid__in=uids, entity__in=seen).values_list("uid", "entity_id"):
            self.by_uid[uid] = pk
        own = {parsed: uid for uid in uids if (parsed := as_uuid(uid))}
        for ours, pk in seen.filter(uid__in=own).values_list("uid", "pk"):
            self.by_uid[own[ours]] = pk
        self.by_name = dict(seen.filter(name_key__in=names - {""}).order_by("-pk").values_list("name_key", "pk"))

    def other(self, tie: Tie) -> int | None:
        return self.by_uid.get(tie.other_uid) or self.by_name.get(
            derive.fold_name(tie.other_name) if tie.other_name else ""
        )


@transaction.atomic
def tie_all(records: Iterable[Card | Rejected | Skipped], *, context: Context) -> int:
    """Make the relationships and references that `records` tell of and that aren't there; return how many.

    Where duplicates are skipped, nothing is tied to a contact that was here before. A second run finds them all.
    """
    wanted: dict[Any, _Wanted] = {}
    references: list[tuple[int, int, int]] = []
    cards = (record for record in records if isinstance(record, Card) and (record.ties or record.attributes))
    fields = CustomFields()
    while portion := [draft_of(card, fields=fields) for card in islice(cards, _PORTION)]:
        found = _Found(portion, context)
        for draft in portion:
            own = found.own.get(id(draft))
            if own is None or not _may_tie(own.created_at == context.now, own.folder_id, context):
                continue
            for tie in draft.card.ties:
                _collect(wanted, tie, own.entity_id, None if tie.key else found.other(tie))
            references += [
                (definition_id, own.entity_id, found.by_uid[uid])
                for definition_id, uid in draft.references
                if uid in found.by_uid
            ]
    made = _make(wanted, context)
    _refer(references, context)
    return made


def _may_tie(is_new: bool, folder_id: int, context: Context) -> bool:
    if is_new:
        return True
    return context.choices.duplicates == Import.Duplicates.UPDATE and folder_id in context.rights.edit


def _collect(wanted: dict[Any, _Wanted], tie: Tie, entity_id: int, other_id: int | None) -> None:
    if tie.key:
        wanted.setdefault(tie.key, _Wanted(tie)).ends[entity_id, tie.side] = tie
        return
    if other_id is None or other_id == entity_id:
        return
    across = "target" if tie.side == "source" else "source"
    ends = {(entity_id, tie.side): tie, (other_id, across): Tie(tie.type_key)}
    wanted.setdefault((tie.type_key, frozenset(ends)), _Wanted(tie, ends))


def _make(wanted: dict[Any, _Wanted], context: Context) -> int:
    types = {each.key: each for each in RelationshipType.objects.all()}
    there = _already_there(wanted)
    lengths, ends_lengths = lengths_of(Relationship), lengths_of(Participant)
    relationships: list[tuple[Relationship, _Wanted]] = []
    for each in wanted.values():
        kind = types.get(each.tie.type_key) or _new_type(each.tie.type_key, types, context)
        if kind is None or (kind.pk, frozenset(each.ends)) in there:
            continue
        tie = each.tie
        relationships.append(
            (
                Relationship(
                    type=kind,
                    name=tie.name[: lengths["name"]],
                    description=tie.description,
                    valid_from=tie.valid_from,
                    valid_to=tie.valid_to
                    if not (tie.valid_from and tie.valid_to and tie.valid_to <= tie.valid_from)
                    else None,
                    attributes=tie.attributes,
                ),
                each,
            )
        )
    Relationship.objects.bulk_create([relationship for relationship, _ in relationships], batch_size=500)
    units = _units_by_number(wanted)
    ends = [
        Participant(
            relationship=relationship,
            entity_id=entity_id,
            side=side if side in Participant.Side.values else "source",
            role=tie.role[: ends_lengths["role"]],
            job_title=tie.job_title[: ends_lengths["job_title"]],
            department=tie.department[: ends_lengths["department"]],
            is_primary=tie.is_primary,
            unit_id=units.get((entity_id, tie.unit_number)),
        )
        for relationship, each in relationships
        for (entity_id, side), tie in each.ends.items()
    ]
    Participant.objects.bulk_create(ends, batch_size=1000)
    subjects = {relationship.pk: next(iter(each.ends))[0] for relationship, each in relationships}
    _note([(relationship, subjects[relationship.pk]) for relationship, _ in relationships], context)
    at_work = [each for relationship, each in relationships if relationship.type_id == context.works_for_id]
    copies.refresh(
        {entity_id for each in at_work for entity_id, side in each.ends if side == "source"}, now=context.now
    )
    tied = sorted({end.entity_id for end in ends})
    Entity.objects.filter(pk__in=tied).exclude(created_at=context.now).update(version=F("version") + 1)
    return len(relationships)


def _units_by_number(wanted: dict[Any, _Wanted]) -> dict[tuple[int, int], int]:
    ids = {entity_id for each in wanted.values() for (entity_id, _), tie in each.ends.items() if tie.unit_number}
    numbers: dict[int, int] = defaultdict(int)
    found = {}
    for pk, entity_id in Unit.objects.filter(entity__in=ids).order_by("position", "pk").values_list("pk", "entity_id"):
        numbers[entity_id] += 1
        found[entity_id, numbers[entity_id]] = pk
    return found


def _already_there(wanted: dict[Any, _Wanted]) -> set[tuple[int, frozenset[tuple[int, str]]]]:
    ids = {entity_id for each in wanted.values() for entity_id, _ in each.ends}
    near = Participant.objects.filter(entity__in=ids).values("relationship")
    ends: dict[tuple[int, int], set[tuple[int, str]]] = defaultdict(set)
    rows = Participant.objects.filter(relationship__in=near)
    for relationship_id, type_id, entity_id, side in rows.values_list(
        "relationship_id", "relationship__type_id", "entity_id", "side"
    ):
        ends[relationship_id, type_id].add((entity_id, side))
    return {(type_id, frozenset(each)) for (_, type_id), each in ends.items()}


def _new_type(key: str, types: dict[str, RelationshipType], context: Context) -> RelationshipType | None:
    """A type that only the file knows, by its key; made where the actor may."""
    if not key or len(key) > lengths_of(RelationshipType)["key"] or not can_change_settings(context.actor):
        return None
    name = key.replace("_", " ")
    types[key] = made = RelationshipType.objects.create(key=key, name=name, inverse_name=name)
    _note([(made, None)], context)
    return made


def _refer(references: list[tuple[int, int, int]], context: Context) -> None:
    there = set(
        EntityReference.objects.filter(entity__in={entity for _, entity, _ in references}).values_list(
            "field", "entity"
        )
    )
    new = {
        (field_id, entity_id): EntityReference(field_id=field_id, entity_id=entity_id, referenced_id=referenced_id)
        for field_id, entity_id, referenced_id in references
        if (field_id, entity_id) not in there
    }
    EntityReference.objects.bulk_create(new.values(), batch_size=1000)
    _note([(each, each.entity_id) for each in new.values()], context)


def _note(made: list[tuple[Any, int | None]], context: Context) -> None:
    Change.objects.bulk_create(
        [
            Change(
                operation=context.operation,
                record_type=record_type(instance),
                record_id=instance.pk,
                subject_id=subject_id,
                kind=Change.Kind.CREATED,
                diff={name: [None, value] for name, value in snapshot(instance).items()},
                changed_at=context.now,
            )
            for instance, subject_id in made
        ],
        batch_size=1000,
    )
