"""What a record must keep to beside its schema."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal

from django.utils.translation import gettext as _
from msgspec.structs import replace

from apps.crm.feed.records import (
    ConstructionRecord,
    DealerRecord,
    LedgerRecord,
    OrderStatusRecord,
    PriceRecord,
    Record,
)
from apps.crm.services.feed.naming import Group, group_of

TOO_EARLY = timedelta(minutes=5)  # clocks of plants may be ahead by this much
_MOST = Decimal(10) ** 12
_CENT = Decimal("0.01")


class Refused(Exception):
    """A record that is not applied: `code` for machines, the text for people."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


def checked(record: Record, *, source: str, owners: Mapping[str, str], now: datetime) -> Record:
    """The record with its amounts in cents. Raises Refused."""
    _owned(record, source, owners)
    if record.happened_at > now + TOO_EARLY:
        raise Refused("future", _("Its time lies in the future: %(time)s.") % {"time": record.happened_at.isoformat()})
    if isinstance(record, (OrderStatusRecord, ConstructionRecord)):  # a tuple: no union is made for each record
        _counts(record.quantity, record.made, record.shipped)
    elif isinstance(record, (PriceRecord, LedgerRecord)):
        return replace(record, amount=_amount(record.amount))
    elif isinstance(record, DealerRecord):
        limit = record.credit_limit
        return record if limit is None else replace(record, credit_limit=_amount(limit))
    return record


def _owned(record: Record, source: str, owners: Mapping[str, str]) -> None:
    group = group_of(record)
    owner = owners.get(group)
    # A dealer of another source's is only linked to: see `dealers`.
    if owner == source or (group == Group.DEALER and owner is not None):
        return
    if owner is None:
        raise Refused("not_its_field", _("No source may send “%(group)s” for this plant yet.") % {"group": group.label})
    raise Refused(
        "not_its_field",
        _("“%(group)s” of this plant come from %(owner)s, not from %(source)s.")
        % {"group": group.label, "owner": owner, "source": source},
    )


def _amount(amount: Decimal) -> Decimal:
    if not amount.is_finite() or abs(amount) >= _MOST:
        raise Refused("amount", _("The amount is too large: at most 12 digits before the point."))
    rounded = amount.quantize(_CENT)
    if rounded != amount:
        raise Refused("amount", _("The amount has more than two digits after the point."))
    return rounded


def _counts(quantity: int | None, made: int | None, shipped: int | None) -> None:
    if quantity is None:
        return
    for count in (made, shipped):
        if count is not None and count > quantity:
            raise Refused(
                "counts",
                _("%(count)s pieces of %(quantity)s: more than there are.") % {"count": count, "quantity": quantity},
            )
