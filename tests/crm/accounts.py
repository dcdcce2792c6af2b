"""Lines of dealers' accounts for tests, with the sums of their months, as applying a feed keeps them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import F

from apps.crm.models import Dealer, LedgerEntry, LedgerMonth
from tests.crm.factories import NOW, a_plant


def an_entry(dealer: Dealer, day: date, amount: str, kind: str = "charge", **fields: Any) -> LedgerEntry:
    values: dict[str, Any] = {"plant": a_plant(), "currency": "UAH", "source": "accounts-kyiv", "version": 1} | fields
    values.setdefault("key", f"E-{LedgerEntry.objects.count() + 1}")
    entry = LedgerEntry.objects.create(
        dealer=dealer, booked_on=day, amount=Decimal(amount), kind=kind, received_at=NOW, **values
    )
    account = {"dealer": dealer, "plant": values["plant"], "currency": values["currency"]}
    month, _made = LedgerMonth.objects.get_or_create(**account, month=day.replace(day=1))
    column = "charged" if entry.amount > 0 else "paid"
    LedgerMonth.objects.filter(pk=month.pk).update(**{column: F(column) + entry.amount, "count": F("count") + 1})
    return entry
