"""Bob leads a team, is away in January, and handed a contact over to alice."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from apps.accounts.models import TeamMembership
from apps.contacts.models import Entity
from apps.crm.models import Absence, Assignment, AssignmentRule, Enrolment, HandOver, HandOverItem, Rule, Sequence
from tests.conftest import NOW

if TYPE_CHECKING:
    from tests.access.world import World


def add_teams(world: World) -> None:
    bob, alice = world.users["sales"], world.users["manager"]
    entity = Entity.objects.get(pk=world.places["public"]["entity_id"])
    membership = TeamMembership.objects.create(
        team_id=world.places["all"]["team_id"], user=bob, role="lead", valid_from=date(2026, 1, 1)
    )
    absence = Absence.objects.create(user=bob, starts_on=date(2027, 1, 4), ends_on=date(2027, 1, 11), created_at=NOW)
    Assignment.objects.create(entity=entity, user=bob, valid_from=date(2026, 1, 1), created_at=NOW)
    handed = HandOver.objects.create(
        from_user=bob, to_user=alice, starts_on=date(2026, 1, 1), made_by=bob, made_at=NOW, done_at=NOW
    )
    HandOverItem.objects.create(hand_over=handed, entity=entity)
    rule = AssignmentRule.objects.create(name="By hand", how="user", user=bob, is_active=False)
    automation = Rule.objects.create(name="Greet", trigger="contact_made", is_active=False, owner=alice, changed_at=NOW)
    sequence = Sequence.objects.create(name="New dealer")
    enrolled = Enrolment.objects.create(
        sequence=sequence, entity=entity, plan=[[3, "call", ""]], due_on=date(2026, 11, 5), enrolled_at=NOW
    )
    world.places["public"]["enrolment_id"] = enrolled.pk
    world.places["all"] |= {
        "sequence_id": sequence.pk,
        "rule_id": rule.pk,
        "automation_id": automation.pk,
        "membership_id": membership.pk,
        "absence_id": absence.pk,
        "hand_over_id": handed.pk,
    }
    world.places["team"] = {"user_id": bob.pk}
