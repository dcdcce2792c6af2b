"""What a claim manager does with a claim. Each step names the version it saw; the first of two wins."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.db.models import Max
from django.utils.translation import gettext as _

from apps.activities.services.recording import clean_text
from apps.core.services.operations import Recorder, operate, snapshot
from apps.crm.models import Claim, Compensation, DealerPlant, Inquiry
from apps.crm.permissions.claims import can_handle_claim, decides_claims
from apps.crm.services.claim_history import record_step, tell_pages
from apps.crm.services.compensations import book_claim
from apps.crm.services.dealer_feed.audiences import announce_decision
from apps.crm.services.dealer_notices import tell_dealer
from apps.crm.services.inquiries import answer_inquiries
from apps.crm.services.threads import add_message

if TYPE_CHECKING:
    from apps.accounts.models import User
    from apps.crm.models import ClaimCause

State = Claim.State
MOST = Decimal("999999999999.99")
_IN_TURN = 0x636C61696D  # the advisory lock of decisions


class ClaimChanged(Exception):
    """Somebody else was faster; nothing was done."""

    def __init__(self, claim: Claim) -> None:
        self.claim = claim
        state = claim.get_state_display()
        super().__init__(_("Somebody has changed this claim meanwhile: %(state)s. Look again.") % {"state": state})


@dataclass(frozen=True, kw_only=True)
class Decision:
    """`amount` only where it is accepted, and None where no money is given.

    Of a dispute it is the correction, which may be below zero: then the dealer owes more. In the line's currency.
    `cause` is for the house alone.
    """

    accepted: bool
    text: str
    amount: Decimal | None = None
    currency: str = ""
    cause: ClaimCause | None = None


def take_over(*, actor: User, claim: Claim, version: int, now: datetime) -> int | None:
    """See to the claim oneself; returns the operation to undo. Raises PermissionDenied, ClaimChanged."""
    with _step(claim, actor=actor, verb="claim.taken", version=version, now=now) as (locked, recorder):
        locked.manager = actor
        if locked.state == State.NEW:
            locked.state = State.IN_REVIEW
        Inquiry.objects.waiting().filter(claim=locked).update(manager=actor)
    return recorder.operation.pk


def ask_dealer(*, actor: User, claim: Claim, version: int, text: str, now: datetime) -> None:
    """Write to the dealer; the claim waits for their answer. Raises PermissionDenied, ClaimChanged, ValidationError."""
    words = clean_text(text, required=True)
    with _step(claim, actor=actor, verb="claim.asked", version=version, now=now, undoable=False) as (locked, _recorder):
        _refuse_closed(locked)
        locked.state = State.WAITING
        locked.manager = locked.manager or actor
        add_message(locked, actor=actor, text=words, now=now)
        about = ("claim_answer", "claim.asked", "crm.claim", locked.pk)
        tell_dealer(locked.dealer_id, *about, now=now, actor=actor, of_money=locked.is_dispute)


def decide(*, actor: User, claim: Claim, version: int, decision: Decision, now: datetime) -> None:
    """Accept or refuse, for good. What is given stands announced until accounting books it.

    Raises PermissionDenied, ClaimChanged, ValidationError by field.
    """
    words = clean_text(decision.text, required=not decision.accepted)
    amount = _checked_amount(claim, decision)
    with _step(claim, actor=actor, verb="claim.decided", version=version, now=now, undoable=False) as (
        locked,
        recorder,
    ):
        if locked.decided_at is not None:
            raise ClaimChanged(locked)
        _refuse_closed(locked)
        locked.state = State.ACCEPTED if decision.accepted else State.REFUSED
        locked.decision, locked.decided_by, locked.decided_at = words, actor, _in_turn(now)
        locked.manager = locked.manager or actor
        locked.cause = decision.cause
        if amount is not None:
            currency = locked.entry.currency if locked.entry else decision.currency or currency_of(locked)
            recorder.created(_announce(locked, amount, currency, now))
        answer_inquiries(
            actor=actor, dealer=locked.dealer, kinds=["claim", "message"], claim=locked, order=None, now=now
        )
        record_step(locked, f"claim.{locked.state}", actor=actor, text=words, now=now)
        told = ("decided", f"claim.{locked.state}", "crm.claim", locked.pk)
        tell_dealer(locked.dealer_id, *told, now=now, of_money=locked.is_dispute)
        announce_decision(locked, now=now)
    book_claim(claim, now=now)


def close_claim(*, actor: User, claim: Claim, version: int, now: datetime) -> int | None:
    """Nothing is left to do; a decided one keeps saying how. Returns the operation to undo."""
    with _step(claim, actor=actor, verb="claim.closed", version=version, now=now) as (locked, recorder):
        _refuse_closed(locked)
        locked.closed_at = now
        if locked.decided_at is None:
            locked.state = State.CLOSED
        answer_inquiries(
            actor=actor, dealer=locked.dealer, kinds=["claim", "message"], claim=locked, order=None, now=now
        )
        record_step(locked, "claim.closed", actor=actor, now=now)
    return recorder.operation.pk


def reopen_claim(*, actor: User, claim: Claim, version: int, now: datetime) -> int | None:
    """Go on with a closed claim, unless its line is disputed anew. Returns the operation to undo."""
    with _step(claim, actor=actor, verb="claim.reopened", version=version, now=now) as (locked, recorder):
        if locked.closed_at is None or _has_successor(locked):
            raise ClaimChanged(locked)
        locked.closed_at = None
        if locked.state == State.CLOSED:
            locked.state = State.IN_REVIEW
        record_step(locked, "claim.reopened", actor=actor, now=now)
    return recorder.operation.pk


def currency_of(claim: Claim) -> str:
    """That of the dealer's account with the claim's plant."""
    accounts = DealerPlant.objects.filter(dealer=claim.dealer_id, plant=claim.plant_id).order_by("pk")
    return accounts.values_list("currency", flat=True).first() or "UAH"


def editable_claims(actor: User, ids: Collection[int]) -> set[int]:
    """Whose changes this user may undo."""
    if not decides_claims(actor):
        return set()
    claims = Claim.objects.visible_to(actor).filter(pk__in=ids)
    return {each.pk for each in claims if can_handle_claim(actor, each) and not _has_successor(each)}


def after_undo(ids: list[int], now: datetime) -> None:
    for claim in Claim.objects.filter(pk__in=ids):
        tell_pages(claim)


@contextmanager
def _step(
    claim: Claim, *, actor: User, verb: str, version: int, now: datetime, undoable: bool = True
) -> Iterator[tuple[Claim, Recorder]]:
    if not can_handle_claim(actor, claim):
        raise PermissionDenied
    with operate(actor=actor, verb=verb, now=now, undoable=undoable) as recorder:
        rows = Claim.objects.select_for_update(of=("self",)).select_related("dealer__entity")
        locked = rows.get(pk=claim.pk)
        if locked.version != version:
            raise ClaimChanged(locked)
        before = snapshot(locked)
        yield locked, recorder
        locked.version += 1
        locked.changed_at = now
        locked.save()
        recorder.updated(locked, before)
        tell_pages(locked)


def _has_successor(claim: Claim) -> bool:
    """Whether the line is disputed by another claim, which is open: a line has one at a time."""
    if not claim.is_dispute:
        return False
    return Claim.objects.open().filter(entry=claim.entry_id).exclude(pk=claim.pk).exists()


def _refuse_closed(claim: Claim) -> None:
    if claim.closed_at is not None:
        raise ClaimChanged(claim)


def _checked_amount(claim: Claim, decision: Decision) -> Decimal | None:
    amount = decision.amount
    if not decision.accepted or (amount is None and not claim.is_dispute):
        return None
    if amount is None:
        raise ValidationError({"amount": _("Whoever accepts says by how much the line is corrected.")})
    if abs(amount) > MOST or amount != amount.quantize(Decimal("0.01")) or amount == 0:
        raise ValidationError({"amount": _("An amount above zero, with two decimals at most.")})
    if amount < 0 and not claim.is_dispute:
        raise ValidationError({"amount": _("An amount above zero, with two decimals at most.")})
    return amount


def _announce(claim: Claim, amount: Decimal, currency: str, now: datetime) -> Compensation:
    return Compensation.objects.create(
        claim=claim,
        dealer_id=claim.dealer_id,
        plant_id=claim.plant_id,
        kind=Compensation.Kind.CORRECTION if claim.is_dispute else Compensation.Kind.COMPENSATION,
        amount=amount,
        currency=currency,
        announced_at=now,
    )


def _in_turn(now: datetime) -> datetime:
    """The moment of a decision, later than that of any before it: whoever reads them by a cursor misses none."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_IN_TURN])
    latest = Claim.objects.aggregate(latest=Max("decided_at"))["latest"]
    return now if latest is None or now > latest else latest + timedelta(microseconds=1)
