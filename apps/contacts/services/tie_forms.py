"""Jobs and relationships changed as their forms show them, each as one intent."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from apps.contacts.models import Entity, Participant, Relationship
from apps.contacts.services import relationships
from apps.contacts.services.relationships import ParticipantInput
from apps.core.services.operations import operate

if TYPE_CHECKING:
    from apps.accounts.models import User


def update_job(
    *,
    actor: User,
    job: Participant,
    words: Mapping[str, str],
    valid_from: date | None,
    valid_to: date | None,
    is_primary: bool,
    now: datetime,
) -> None:
    """Set title, department, role and days of a job; with `is_primary` lists show it.

    Raises what the services of relationships raise.
    """
    with operate(actor=actor, verb="job.updated", now=now):
        relationships.update_relationship(
            actor=actor,
            relationship=job.relationship,
            fields={"valid_from": valid_from, "valid_to": valid_to},
            now=now,
        )
        relationships.update_participant(actor=actor, participant=job, fields=words, now=now)
        if is_primary:
            relationships.make_job_primary(actor=actor, participant=job, now=now)


def update_tie(
    *,
    actor: User,
    relationship: Relationship,
    seen_from: Participant,
    fields: Mapping[str, Any],
    role: str,
    others: Collection[Entity],
    now: datetime,
) -> None:
    """Set what a relationship says, the role of the contact it is seen from, and who stands at the other end.

    Participants that the actor doesn't see stay. Raises what the services of relationships raise.
    """
    with operate(actor=actor, verb="relationship.updated", now=now):
        relationships.update_relationship(actor=actor, relationship=relationship, fields=fields, now=now)
        if seen_from.role != role:
            relationships.update_participant(actor=actor, participant=seen_from, fields={"role": role}, now=now)
        visible = Entity.objects.visible_to(actor).live()
        there = {
            each.entity_id: each
            for each in relationship.participants.exclude(pk=seen_from.pk).filter(entity__in=visible).order_by("pk")
        }
        wanted = {entity.pk for entity in others}
        sides = Participant.Side
        far_side = sides.TARGET if seen_from.side == sides.SOURCE else sides.SOURCE
        for entity_id in sorted(wanted - there.keys()):
            given = ParticipantInput(entity_id, far_side)
            relationships.add_participant(actor=actor, relationship=relationship, participant=given, now=now)
        for entity_id in sorted(there.keys() - wanted):
            relationships.remove_participant(actor=actor, participant=there[entity_id], now=now)
