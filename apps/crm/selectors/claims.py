"""What a claim's page shows, and the board of claims by state."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import Count

from apps.crm import claim_drawing
from apps.crm.models import Claim, ClaimPhoto, Compensation, Construction, LedgerEntry, Order
from apps.crm.models.reach import MONEY_ROLES, has_role, portal_reader
from apps.crm.selectors.claim_subjects import Subject, marks_of, subject_of

if TYPE_CHECKING:
    from apps.accounts.models import User

BOARD = (Claim.State.NEW, Claim.State.IN_REVIEW, Claim.State.WAITING, Claim.State.ACCEPTED, Claim.State.REFUSED)
_IN_COLUMN = 50


@dataclass(frozen=True, slots=True)
class ClaimPage:
    claim: Claim
    photos: Sequence[ClaimPhoto]
    compensation: Compensation | None  # None also for readers without money
    subject: Subject
    line: LedgerEntry | None = None  # that is disputed; None also for readers without money
    sees_money: bool = False


@dataclass(frozen=True, slots=True)
class Card:
    claim: Claim
    urgency: str


@dataclass(frozen=True, slots=True)
class BoardColumn:
    """The oldest promise first; `number` counts all of the state, `late` those shown that are late."""

    state: str
    title: str
    cards: list[Card]
    number: int
    late: int

    @property
    def has_more(self) -> bool:
        return self.number > len(self.cards)


def claim_page(claim: Claim, user: User) -> ClaimPage:
    """`claim` comes with its subject."""
    photos = ClaimPhoto.objects.visible_to(user).filter(claim=claim).order_by("position", "pk")
    given = Compensation.objects.visible_to(user).filter(claim=claim).select_related("entry").first()
    line = LedgerEntry.objects.visible_to(user).filter(disputes=claim).first() if claim.is_dispute else None
    reader = portal_reader(user)
    sees_money = has_role(user, MONEY_ROLES) if reader is None else reader.sees_money
    return ClaimPage(claim, list(photos), given, subject_of(claim, marks_of(claim, user)), line, sees_money)


def constructions_of(order: Order) -> list[Construction]:
    return list(Construction.objects.filter(order=order).order_by("position", "pk")[:500])


def claim_board(user: User, *, now: datetime) -> list[BoardColumn]:
    """Open claims that `user` sees, a column for each state."""
    found = Claim.objects.visible_to(user).open()
    numbers = dict(found.values_list("state").annotate(number=Count("pk")).values_list("state", "number"))
    columns = []
    for state in BOARD:
        rows = found.filter(state=state).select_related("dealer", "order", "manager").order_by("due_at", "pk")
        cards = [Card(claim, claim_drawing.urgency(claim, now)) for claim in rows[:_IN_COLUMN]]
        late = sum(card.urgency == "late" for card in cards)
        columns.append(BoardColumn(state, str(state.label), cards, numbers.get(state, 0), late))
    return columns
