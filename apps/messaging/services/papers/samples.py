"""SAMPLE DATA of the papers whose records come with "Dealers"; nothing here is a customer's."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

TO = ["Vikna Plus", "Shevchenka 5", "79000 Lviv"]
CURRENCY = "EUR"
TAX = Decimal("0.20")

NUMBER = "2026-1042"
ORDERED, DELIVERY, DUE = date(2026, 11, 16), date(2026, 12, 14), date(2026, 11, 30)
LINES = [("Window 1200 × 1400, white", 6, Decimal("285.00")), ("Balcony door 900 × 2200", 1, Decimal("340.00"))]
# Charges have the number of their order; a payment has none.
LEDGER = [(ORDERED, NUMBER, Decimal("2460.00")), (date(2026, 11, 18), "", Decimal("-1000.00"))]

CLAIM = "R-77"
CLAIMED_ON = date(2026, 11, 20)
CLAIMED = [("Window 1200 × 1400, white", 1)]
