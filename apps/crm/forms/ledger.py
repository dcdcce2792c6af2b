"""What part of an account is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.http import Http404, QueryDict
from django.utils.dateparse import parse_date

from apps.crm.models.ledger import LedgerEntryQuerySet
from apps.crm.selectors.settlements import LINES, Account, Place, Statement, of_order, statement, usual_start

_FIRST, _LAST = date(1990, 1, 1), date(2200, 12, 31)


@dataclass(frozen=True, slots=True)
class Asked:
    """Days are both included; `order` is a number, which sets the days aside; `after` is where the page begins."""

    account: Account | None
    start: date
    end: date
    order: str
    after: Place | None = None


def read_asked(query: QueryDict, accounts: Sequence[Account], today: date) -> Asked:
    """Take what makes sense from an address; the rest is the usual: the first account, the last three months."""
    wanted = query.get("account", "")
    account = next((each for each in accounts if each.key == wanted), accounts[0] if accounts else None)
    start = read_day(query.get("from", "")) or usual_start(today)
    end = read_day(query.get("to", "")) or today
    after = read_place(query.get("after", ""))
    return Asked(account, min(start, end), end, query.get("order", "").strip()[:60], after)


def statement_asked(lines: LedgerEntryQuerySet, asked: Asked, *, most: int | None = LINES) -> Statement:
    """What a page shows of these lines: those of one order, or of the days. Raises Http404 without an account."""
    if asked.account is None:
        raise Http404
    if asked.order:
        return of_order(lines, asked.order, after=asked.after, most=most)
    return statement(lines, account=asked.account, start=asked.start, end=asked.end, after=asked.after, most=most)


def page_query(query: QueryDict, after: str) -> str:
    """The same question for the page that begins behind this place; "": for the first."""
    asked = query.copy()
    asked.pop("after", None)
    if after:
        asked["after"] = after
    return asked.urlencode()


def read_place(text: str) -> Place | None:
    """A line's day and id, "2026-11-02_55"; None where it makes no sense."""
    day, _sign, pk = text.partition("_")
    found = read_day(day)
    return (found, int(pk)) if found and pk.isdecimal() and len(pk) <= 18 else None


def read_day(text: str) -> date | None:
    """A day of this age; None where it makes no sense."""
    try:
        day = parse_date(text)
    except ValueError:
        return None
    return day if day and _FIRST <= day <= _LAST else None
