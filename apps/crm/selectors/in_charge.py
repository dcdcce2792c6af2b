"""Who looks after a contact on a day: computed from assignments and absences, so that nothing has to return."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from django.db.models import Case, IntegerField, QuerySet, Value, When

from apps.accounts.models import TeamMembership, User
from apps.crm.models import Absence, Assignment
from apps.crm.models.assignments import valid_on

Layer = Assignment.Layer
_DEEPEST = 5  # stand-ins of stand-ins; a ring of absentees ends somewhere


def assignments_of(entity_id: int, purpose: str, on: date) -> QuerySet[Assignment]:
    """Those that hold on the day, the stand-in's layer above the base."""
    above = Case(When(layer=Layer.STAND_IN, then=Value(0)), default=Value(1), output_field=IntegerField())
    held = Assignment.objects.filter(valid_on(on), entity=entity_id, purpose=purpose)
    return held.select_related("user", "team").order_by(above, "pk")


def who_is_in_charge(entity_id: int, purpose: str, on: date) -> User | None:
    """The user in charge; of a team its member longest in it who is there that day. None: nobody is."""
    for assignment in assignments_of(entity_id, purpose, on):
        if assignment.user is not None:
            return assignment.user
        if (member := _of_team(assignment.team_id, on)) is not None:
            return member
    return None


def stand_in_for(user: User, on: date) -> User | None:
    """`user`, or while they are away who stands in for them; None where nobody does."""
    seen = {user.pk}
    current: User | None = user
    for _step in range(_DEEPEST):
        if current is None:
            return None
        absence = Absence.objects.filter(user=current, starts_on__lte=on, ends_on__gt=on).order_by("-pk").first()
        if absence is None:
            return current
        current = absence.stand_in
        if current is not None and current.pk in seen:
            return None
        if current is not None:
            seen.add(current.pk)
    return None


def absent_on(on: date) -> QuerySet[Absence, int]:
    return Absence.objects.filter(starts_on__lte=on, ends_on__gt=on).values_list("user", flat=True)


def in_charge_of(entity_ids: Collection[int], purpose: str, on: date) -> dict[int, int]:
    """User ids by entity, for many at once; teams aside."""
    held = Assignment.objects.filter(valid_on(on), entity__in=entity_ids, purpose=purpose, user__isnull=False)
    found: dict[int, int] = {}
    for entity_id, user_id, layer in held.order_by("pk").values_list("entity", "user", "layer"):
        if user_id is not None and (layer == Layer.STAND_IN or entity_id not in found):
            found[entity_id] = user_id
    return found


def _of_team(team_id: int | None, on: date) -> User | None:
    members = TeamMembership.objects.filter(team=team_id, valid_from__lte=on, user__is_active=True)
    members = members.exclude(valid_to__lte=on).exclude(user__in=absent_on(on))
    first = members.select_related("user").order_by("valid_from", "pk").first()
    return first.user if first else None
