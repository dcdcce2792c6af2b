"""Whose tasks and meetings a stand-in has meanwhile: those of hand-overs under way, with the contacts that passed."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from apps.core.contributions import StoodFor
from apps.core.kept import Kept
from apps.crm.models import Assignment, HandOver, HandOverItem
from apps.crm.models.assignments import valid_on

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from apps.accounts.models import User

Layer = Assignment.Layer


@dataclass(frozen=True, slots=True)
class Lent:
    """A hand-over up to a day; `until` is the first one on which its contacts are back."""

    hand_over_id: int
    from_user_id: int | None
    starts_on: date
    until: date
    takes_tasks: bool


@Kept
def _lent() -> dict[int, list[Lent]]:
    """By whoever stands in: the hand-overs that nobody was told the end of yet, few at any time."""
    rows = HandOver.objects.standing().filter(to_user__isnull=False, until__isnull=False, told_return_at=None)
    found: dict[int, list[Lent]] = defaultdict(list)
    for pk, giver, taker, start, until, takes_tasks in rows.order_by("pk").values_list(
        "pk", "from_user", "to_user", "starts_on", "until", "takes_tasks"
    ):
        if taker is not None and until is not None:
            found[taker].append(Lent(pk, giver, start, until, takes_tasks))
    return dict(found)


def lent_to(user: User, *, on: date) -> list[Lent]:
    """The hand-overs by which `user` stands in that day, the oldest first; without a query."""
    return [each for each in _lent().get(user.pk, ()) if each.starts_on <= on < each.until]


def stood_for(user: User, on: date) -> list[StoodFor]:
    """Those whose work `user` does that day; without a query for whoever stands in for nobody."""
    rows = []
    for lent in lent_to(user, on=on):
        if lent.takes_tasks:
            passed = _passed(user, lent, on)
            givers = [lent.from_user_id] if lent.from_user_id else _givers(passed, on)
            rows += [StoodFor(giver, _of(giver, passed, on), lent.until) for giver in givers]
    return rows


def _passed(user: User, lent: Lent, on: date) -> QuerySet[Assignment, int]:
    """Contacts of the hand-over that `user` has that day."""
    items = HandOverItem.objects.filter(hand_over=lent.hand_over_id).order_by().values("entity")
    held = Assignment.objects.filter(valid_on(on), user=user, layer=Layer.STAND_IN, purpose="account", entity__in=items)
    return held.order_by().values_list("entity", flat=True)


def _givers(passed: QuerySet[Assignment, int], on: date) -> list[int]:
    held = Assignment.objects.filter(valid_on(on), layer=Layer.BASE, purpose="account", entity__in=passed)
    return [pk for pk in held.order_by("user").values_list("user", flat=True).distinct() if pk is not None]


def _of(giver: int, passed: QuerySet[Assignment, int], on: date) -> QuerySet[Assignment, int]:
    held = Assignment.objects.filter(valid_on(on), user=giver, layer=Layer.BASE, purpose="account", entity__in=passed)
    return held.order_by().values_list("entity", flat=True)
