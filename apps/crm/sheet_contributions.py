"""What customers, dealers and orders add to the customer sheet. See contributions.py."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from apps.core.contributions import SheetPart, sheet_parts
from apps.crm.services.papers import customer_parts


def register() -> None:
    """Called once, when the app is ready."""
    for position, (key, part) in enumerate(
        (
            ("standing", SheetPart(_("Personas and journeys"), customer_parts.standing, is_in_house=True)),
            ("charge", SheetPart(_("Who is in charge"), customer_parts.charge, is_in_house=True)),
            ("orders", SheetPart(_("Orders"), customer_parts.orders)),
            ("balance", SheetPart(_("Balance"), customer_parts.balance)),
            ("claims", SheetPart(_("Open claims"), customer_parts.claims)),
            ("shipments", SheetPart(_("Deliveries to come"), customer_parts.shipments)),
        ),
        1,
    ):
        sheet_parts.register(f"crm.{key}", part, position=10 * position)
