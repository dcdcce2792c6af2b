"""Answers by mail to what dealers' people were told: where they go, and which thread they belong to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from apps.activities.models import Notice
from apps.crm.models import Claim, Dealer, Order
from apps.crm.models.reach import portal_reader
from apps.messaging.models import MailAccount

if TYPE_CHECKING:
    from apps.accounts.models import User

_TALKED_OF: dict[str, type[Dealer | Order | Claim]] = {"crm.dealer": Dealer, "crm.order": Order, "crm.claim": Claim}


def answer_address(user: User) -> str:
    """The mailbox of the account manager of this user's firm, else the manager's own address; "" for staff."""
    reader = portal_reader(user)
    if reader is None:
        return ""
    manager = Dealer.objects.filter(pk=reader.dealer_id, manager__is_active=True).values_list(
        "manager", "manager__email"
    )
    for pk, email in manager:
        own = MailAccount.objects.filter(owner=pk, closed_at__isnull=True).order_by("pk")
        return own.values_list("address", flat=True).first() or str(email)
    return ""


def answered_record(notices: Sequence[Notice], user: User) -> Dealer | Order | Claim | None:
    """What an answer to these notices is about: their one record, else the firm; None who isn't a dealer's person."""
    reader = portal_reader(user)
    if reader is None:
        return None
    records = {(each.record_type, each.record_id or 0) for each in notices if each.record_type in _TALKED_OF}
    if len(records) == 1:
        ((record_type, pk),) = records
        found = _TALKED_OF[record_type].objects.visible_to(user).filter(pk=pk).first()
        if found is not None:
            return found
    return Dealer.objects.visible_to(user).filter(pk=reader.dealer_id).first()
