"""A dealer says that a line of the account is wrong, or takes that back. The answer is a decision on the claim."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from apps.core.database_roles import as_house
from apps.core.services.operations import operate, snapshot
from apps.crm.models import Claim, LedgerEntry
from apps.crm.permissions.claims import can_dispute
from apps.crm.services.claim_filing import ClaimInput, file_claim
from apps.crm.services.claim_history import record_step
from apps.crm.services.claim_steps import MOST, ClaimChanged
from apps.crm.services.inquiries import answer_inquiries

if TYPE_CHECKING:
    from apps.accounts.models import User


class AlreadyDisputed(Exception):
    """The line has an open claim, which is to be gone on with."""

    def __init__(self, claim: Claim) -> None:
        self.claim = claim
        super().__init__(_("This line is disputed already: claim %(number)s.") % {"number": claim.number})


@transaction.atomic
def dispute_entry(
    *, actor: User, entry: LedgerEntry, text: str, now: datetime, expected: Decimal | None = None
) -> Claim:
    """File a claim about a line that the actor was found to see; `expected` is what it should be, where they know.

    Of two at once one is filed. Raises PermissionDenied, AlreadyDisputed, ValidationError by field.
    """
    if not can_dispute(actor, entry.dealer_id):
        raise PermissionDenied
    right = _right_amount(entry, expected)
    order = entry.order if entry.order is not None and entry.order.approved_at else None
    data = ClaimInput(order=order, kind=Claim.Kind.MONEY, text=text, entry=entry, expected=right)
    with as_house():
        LedgerEntry.objects.select_for_update(no_key=True).get(pk=entry.pk)  # the second one waits for the first
        if entry.reverses_id is not None or LedgerEntry.objects.filter(reverses=entry).exists():
            raise ValidationError(_("This line was taken back: it counts no longer."))
        there = Claim.objects.open().filter(entry=entry).first()
        if there is not None:
            raise AlreadyDisputed(there)
        return file_claim(actor=actor, data=data, now=now)


def withdraw_claim(*, actor: User, claim: Claim, now: datetime) -> None:
    """Take a dispute back that nobody has decided; withdrawn already, nothing changes.

    Raises PermissionDenied, ClaimChanged where it is decided.
    """
    if not claim.is_dispute or not can_dispute(actor, claim.dealer_id):
        raise PermissionDenied
    with as_house(), operate(actor=actor, verb="claim.withdrawn", now=now, undoable=False) as recorder:
        rows = Claim.objects.select_for_update(of=("self",)).select_related("dealer__entity")
        locked = rows.get(pk=claim.pk)
        if locked.decided_at is not None:
            raise ClaimChanged(locked)
        if locked.closed_at is not None:
            return
        before = snapshot(locked)
        locked.state, locked.closed_at, locked.changed_at = Claim.State.CLOSED, now, now
        locked.version += 1
        locked.save()
        recorder.updated(locked, before)
        answer_inquiries(actor=actor, dealer=locked.dealer, kinds=["claim", "message"], claim=locked, now=now)
        record_step(locked, "claim.withdrawn", actor=actor, now=now)


def _right_amount(entry: LedgerEntry, given: Decimal | None) -> Decimal | None:
    """In the sign of the line: a payment, which stands below zero, may be typed either way."""
    if given is None:
        return None
    if abs(given) > MOST or given != given.quantize(Decimal("0.01")):
        raise ValidationError({"expected": _("An amount with two decimals at most.")})
    right = -abs(given) if entry.amount < 0 else given
    if right == entry.amount:
        raise ValidationError({"expected": _("This is the amount that the line has.")})
    return right
