"""The addresses of balances and their parts."""

from __future__ import annotations

from datetime import date
from urllib.parse import urlencode

from django.urls import reverse


def balance_address(
    account: str,
    dealer: object = "",
    *,
    start: date | None = None,
    day: date | None = None,
    upto: tuple[date, int] | None = None,
    line: int | None = None,
    group: str = "",
) -> str:
    """The parts of the balance of an account (its key), as the dealer sees it; for staff with the dealer's id.

    At the end of `day`, or after the line at the place `upto`; `line` opens the one with this id.
    """
    asked = {
        "account": account,
        "from": start.isoformat() if start else "",
        "day": day.isoformat() if day else "",
        "upto": f"{upto[0].isoformat()}_{upto[1]}" if upto else "",
        "line": line or "",
        "group": group,
    }
    page = reverse("crm:balance", args=[dealer]) if dealer else reverse("portal:balance")
    query = urlencode({key: value for key, value in asked.items() if value})
    return f"{page}?{query}" if query else page
