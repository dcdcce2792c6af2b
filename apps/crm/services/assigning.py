"""New contacts find who looks after them: the first rule that fits and has somebody there acts, set by set.

Whoever takes turns holds the rule's row: a second worker waits, and goes on where the first one stood.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import transaction

from apps.accounts.models import TeamMembership, User
from apps.accounts.selectors import staff_users
from apps.contacts.models import Entity, EntityCategory
from apps.core.batch import give_keys, insert_rows
from apps.core.clock import company_day
from apps.core.kept import Kept
from apps.crm.models import Assignment, AssignmentRule, AssignmentRun, EntityPersona
from apps.crm.models.assignments import valid_on
from apps.crm.permissions.contacts import seen_by_taker
from apps.crm.selectors.in_charge import absent_on, stand_in_for
from apps.crm.selectors.team_pages import contacts_in_charge
from apps.crm.services.assignment_notices import tell_assigned
from apps.crm.services.assignments import ACCOUNT, refresh_managers

if TYPE_CHECKING:
    from apps.core.models import Operation

How = AssignmentRule.How
_PORTION = 2000


@Kept
def _there_are_rules() -> bool:
    return AssignmentRule.objects.filter(is_active=True).exists()


@dataclass(slots=True)
class _Chooser:
    """Whom one rule gives the next contact to; None where nobody is there."""

    rule: AssignmentRule
    on: date
    people: list[int] = field(default_factory=list)  # who may be chosen, in the order of turns
    load: dict[int, int] = field(default_factory=dict)
    taken: int = 0

    @property
    def is_there(self) -> bool:
        """Somebody is, whatever they may see."""
        if self.rule.how == How.TEAM:
            return self.rule.team is not None and self.rule.team.retired_at is None
        return bool(self.people)

    def next(self, entity_id: int, sight: _Sight) -> tuple[int | None, int | None] | None:
        """Ids of a user or a team; of those in turn who may not see the contact are passed over."""
        if not self.is_there:
            return None
        if self.rule.how == How.TEAM:
            return None, self.rule.team_id
        people = self.people
        if self.rule.how == How.TURNS:
            first = (self.rule.turn + self.taken) % len(people)
            people = [*people[first:], *people[:first]]
        elif self.rule.how == How.LEAST:
            people = sorted(people, key=lambda pk: self.load.get(pk, 0))  # of equals the longest in the team
        chosen = next((pk for pk in people if sight.sees(pk, entity_id)), None)
        if chosen is None:
            return None
        self.load[chosen] = self.load.get(chosen, 0) + 1
        self.taken += people.index(chosen) + 1
        return chosen, None


@dataclass(slots=True)
class _Sight:
    """Which of these contacts colleagues may see: asked once for each of them."""

    entity_ids: Collection[int]
    known: dict[int, set[int]] = field(default_factory=dict)

    def sees(self, user_id: int, entity_id: int) -> bool:
        if user_id not in self.known:
            self.known[user_id] = seen_by_taker(self.entity_ids, User.objects.get(pk=user_id))
        return entity_id in self.known[user_id]


def on_entities_created(ids: Sequence[int], operation: Operation | None, now: datetime, **_facts: object) -> None:
    """The receiver's service: within the transaction that makes the contacts."""
    if not _there_are_rules():
        return
    maker = operation.actor if operation is not None else None
    made = []
    for begin in range(0, len(ids), _PORTION):
        made += _assign(ids[begin : begin + _PORTION], actor=maker, now=now)
    tell_assigned(made, actor=maker, now=now)


def on_persona_given(ids: Sequence[int], actor: User | None, now: datetime, **_facts: object) -> None:
    """Rules that ask for a persona act when it is given; the others had their turn when the contact was made."""
    if _there_are_rules():
        assign_new(ids, actor=actor, now=now, of_personas=True)


@transaction.atomic
def assign_new(entity_ids: Collection[int], *, actor: User | None, now: datetime, of_personas: bool = False) -> int:
    """Give those of these contacts that nobody is in charge of to whom the rules say, who hear of it; how many.

    Contacts in personal folders are their owner's and stay so. Never to somebody absent or gone.
    """
    made = _assign(entity_ids, actor=actor, now=now, of_personas=of_personas)
    tell_assigned(made, actor=actor, now=now)
    return len(made)


def _assign(
    entity_ids: Collection[int], *, actor: User | None, now: datetime, of_personas: bool = False
) -> list[AssignmentRun]:
    on = company_day(now)
    # All of them in one order: what two workers count with is counted by one after the other.
    list(AssignmentRule.objects.select_for_update(no_key=True).filter(is_active=True).order_by("pk").values_list("pk"))
    rules = list(
        AssignmentRule.objects.filter(is_active=True).select_related("user", "team").order_by("position", "pk")
    )
    rules = [rule for rule in rules if rule.persona_id is not None or not of_personas]
    if not rules:
        return []
    held = Assignment.objects.filter(entity__in=entity_ids, purpose=ACCOUNT).exclude(valid_to__lte=on)
    free = Entity.objects.live().filter(pk__in=entity_ids).exclude(pk__in=held.values("entity"))
    free = free.exclude(folder__kind="personal").order_by("pk")
    choosers = {rule.pk: _chooser(rule, on) for rule in rules}
    worn, sight = _worn(entity_ids, on), _Sight(entity_ids)
    made: list[Assignment] = []
    runs: list[AssignmentRun] = []
    for entity in free.only("pk", "country", "folder_id", "source"):
        for rule in rules:
            if not _fits(rule, entity, worn):
                continue
            chosen = choosers[rule.pk].next(entity.pk, sight)
            if chosen is None:
                if choosers[rule.pk].is_there:  # the log says that nobody there may see it
                    runs.append(AssignmentRun(rule=rule, rule_name=rule.name, entity=entity, at=now))
                continue
            made.append(_assignment(entity, rule, chosen, actor, on, now))
            runs.append(
                AssignmentRun(
                    rule=rule, rule_name=rule.name, entity=entity, user_id=chosen[0], team_id=chosen[1], at=now
                )
            )
            break
    insert_rows(made)
    give_keys(runs)
    insert_rows(runs)
    for chooser in choosers.values():
        if chooser.taken and chooser.rule.how == How.TURNS:
            AssignmentRule.objects.filter(pk=chooser.rule.pk).update(turn=chooser.rule.turn + chooser.taken)
    refresh_managers(now=now, entity_ids=[row.entity_id for row in made])
    return [run for run in runs if run.user_id is not None or run.team_id is not None]


def _fits(rule: AssignmentRule, entity: Entity, worn: set[tuple[str, int, int]]) -> bool:
    return (
        (not rule.country or rule.country == entity.country)
        and (rule.folder_id is None or rule.folder_id == entity.folder_id)
        and (not rule.source or rule.source == entity.source)
        and (rule.category_id is None or ("category", entity.pk, rule.category_id) in worn)
        and (rule.persona_id is None or ("persona", entity.pk, rule.persona_id) in worn)
    )


def _worn(entity_ids: Collection[int], on: date) -> set[tuple[str, int, int]]:
    """Categories and personas of these contacts."""
    categories = EntityCategory.objects.filter(entity__in=entity_ids).values_list("entity", "category")
    personas = EntityPersona.objects.filter(entity__in=entity_ids).valid_on(on).values_list("entity", "persona")
    return {("category", *pair) for pair in categories} | {("persona", *pair) for pair in personas}


def _chooser(rule: AssignmentRule, on: date) -> _Chooser:
    if rule.how == How.USER:
        there = stand_in_for(rule.user, on) if rule.user is not None else None
        works_here = there is not None and staff_users().filter(pk=there.pk).exists()
        return _Chooser(rule, on, [there.pk] if there is not None and works_here else [])
    if rule.how == How.TEAM or rule.team is None or rule.team.retired_at is not None:
        return _Chooser(rule, on)
    members = TeamMembership.objects.filter(
        valid_on(on), team=rule.team, user__in=staff_users().order_by().values("pk")
    )
    members = members.exclude(user__in=absent_on(on)).order_by("valid_from", "pk")
    people = list(dict.fromkeys(members.values_list("user", flat=True)))
    load = contacts_in_charge(people, on=on) if rule.how == How.LEAST else {}
    return _Chooser(rule, on, people, load)


def _assignment(
    entity: Entity,
    rule: AssignmentRule,
    chosen: tuple[int | None, int | None],
    actor: User | None,
    on: date,
    now: datetime,
) -> Assignment:
    return Assignment(
        entity=entity,
        purpose=ACCOUNT,
        user_id=chosen[0],
        team_id=chosen[1],
        valid_from=on,
        made_by=actor,
        reason=rule.name,
        created_at=now,
    )
