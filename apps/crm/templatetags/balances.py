"""Ways from a balance to its parts, and from a line to what was said against it: `{% load balances %}`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from django import template

from apps.crm.balance_links import balance_address
from apps.crm.models import Claim, LedgerEntry
from apps.crm.selectors.settlements import Place

register = template.Library()


@register.simple_tag
def balance_url(
    account: str, dealer: object = "", *, start: date | None = None, entry: LedgerEntry | None = None
) -> str:
    """The parts of an account's balance, after `entry` where one is given; `dealer` for pages of staff."""
    upto = (entry.booked_on, entry.pk) if entry is not None else None
    return balance_address(account, dealer, start=start, upto=upto)


@register.simple_tag
def opening_url(account: str, dealer: object, start: date, after: Place | None = None) -> str:
    """The parts of what an account stood at when `start` began, or after the line at a place."""
    if after is not None:
        return balance_address(account, dealer, start=start, upto=after)
    return balance_address(account, dealer, day=start - timedelta(days=1))


@register.simple_tag
def line_url(entry: LedgerEntry, dealer: object = "", *, start: date | None = None) -> str:
    """The line among the parts of its account's balance, from `start` on where that is given."""
    return f"{balance_address('', dealer, start=start, line=entry.pk)}#entry-{entry.pk}"


@register.filter
def disputed_by(entry: LedgerEntry, disputes: Mapping[int, Claim]) -> Claim | None:
    return disputes.get(entry.pk) if disputes else None
