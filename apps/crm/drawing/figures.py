"""Figures of orders as readers see them: statuses, amounts, and what has not come yet."""

from __future__ import annotations

from decimal import Decimal

from django.utils.formats import number_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from apps.core.markup import fill
from apps.crm.models import Stage, Status


def status_badge(status: int) -> SafeString:
    """The badge of a status: its own colour, its full words, as wide as every other."""
    known = Status(status)
    return fill(
        '<span class="status order-status order-status--{}">{}</span>',
        known.name.lower().replace("_", "-"),
        known.label,
    )


def stage_badge(stage: int) -> SafeString:
    """A construction's stage, in the colour of the order's status of that name."""
    return status_badge(Status(Stage(stage).value))


def money(amount: Decimal | None, currency: str = "") -> SafeString:
    """An amount with its currency, in the reader's way of writing; "awaited" where accounting hasn't told it."""
    if amount is None:
        return awaited()
    shown = number_format(amount, 2, use_l10n=True, force_grouping=True)
    return fill('<span class="money">{} {}</span>', shown, currency) if currency else fill("{}", shown)


def awaited() -> SafeString:
    """What has not come from its source yet; never zero."""
    return fill('<span class="awaited">{}</span>', _("awaited"))
