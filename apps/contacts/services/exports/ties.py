"""Jobs and other relationships of a portion of entities, as their cards tell of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from apps.contacts.formats.records import Job, Tie
from apps.contacts.models import Entity, Participant, Relationship
from apps.contacts.services.imports.creating import DEPARTMENTS

if TYPE_CHECKING:
    from apps.accounts.models import User

_WORKS_FOR = "works_for"


@dataclass(slots=True)
class Ties:
    """By entity id."""

    jobs: dict[int, list[Job]] = field(default_factory=lambda: defaultdict(list))
    ties: dict[int, list[Tie]] = field(default_factory=lambda: defaultdict(list))


def load_ties(ids: Sequence[int], *, reader: User | None, numbers: Mapping[int, Sequence[int]]) -> Ties:
    """What the cards of `ids` say of whom they are tied to; `numbers` are each entity's units in their order.

    Without a `reader` they name employers only.
    """
    found = Ties()
    mine = Participant.objects.filter(entity__in=ids).order_by("position", "pk")
    relationships = {
        each.pk: each
        for each in Relationship.objects.filter(participants__entity__in=ids).select_related("type").distinct()
    }
    ends: dict[int, list[Participant]] = defaultdict(list)
    for end in Participant.objects.filter(relationship__in=list(relationships)).order_by("position", "pk"):
        ends[end.relationship_id].append(end)
    others = {end.entity_id for each in ends.values() for end in each}
    # An employer's name stands on its people's own pages; of other ties only what the reader sees is named.
    names = dict(Entity.objects.filter(pk__in=others).values_list("pk", "display_name"))
    seen = Entity.objects.visible_to(reader).live().filter(pk__in=others) if reader else Entity.objects.none()
    uids = {pk: str(uid) for pk, uid in seen.values_list("pk", "uid")}
    for own in mine:
        relationship = relationships[own.relationship_id]
        across = [end for end in ends[relationship.pk] if end.side != own.side]
        if _is_plain_job(relationship, ends[relationship.pk]):
            if own.side == Participant.Side.SOURCE:
                found.jobs[own.entity_id].append(_job(relationship, own, across, names, uids))
            continue
        if reader is None:
            continue
        other = next((end for end in across if end.entity_id in uids), None)
        units = numbers.get(own.entity_id, ())
        found.ties[own.entity_id].append(
            Tie(
                type_key=relationship.type.key,
                key=str(relationship.pk),
                other_uid=uids[other.entity_id] if other else "",
                other_name=names[other.entity_id] if other else "",
                name=relationship.name,
                description=relationship.description,
                valid_from=relationship.valid_from,
                valid_to=relationship.valid_to,
                role=own.role,
                side=own.side,
                attributes=relationship.attributes,
                job_title=own.job_title,
                department=own.department,
                is_primary=own.is_primary,
                unit_number=units.index(own.unit_id) + 1 if own.unit_id in units else 0,
            )
        )
    return found


def _is_plain_job(relationship: Relationship, ends: Sequence[Participant]) -> bool:
    """Whether a job holds all there is to it."""
    if relationship.type.key != _WORKS_FOR or relationship.name or relationship.description or relationship.attributes:
        return False
    sources = [end for end in ends if end.side == Participant.Side.SOURCE]
    targets = [end for end in ends if end.side == Participant.Side.TARGET]
    if len(sources) != 1 or len(targets) > 1 or any(end.unit_id for end in ends):
        return False
    return not any(end.role or end.job_title or end.department or end.is_primary for end in targets)


def _job(
    relationship: Relationship,
    own: Participant,
    across: Sequence[Participant],
    names: Mapping[int, str],
    uids: Mapping[int, str],
) -> Job:
    employer = across[0].entity_id if across else 0
    return Job(
        organisation=names.get(employer, ""),
        departments=own.department.split(DEPARTMENTS) if own.department else [],
        title=own.job_title,
        role=own.role,
        is_primary=own.is_primary,
        organisation_uid=uids.get(employer, ""),
        valid_from=relationship.valid_from,
        valid_to=relationship.valid_to,
    )
