"""Which balance is asked for, and how far its parts are opened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from django import forms
from django.http import Http404, QueryDict
from django.utils.translation import gettext_lazy as _

from apps.activities.services.recording import TEXT_LENGTH
from apps.crm.forms.ledger import read_day, read_place
from apps.crm.models import LedgerEntry
from apps.crm.selectors.balances import Span
from apps.crm.selectors.settlements import Account, usual_start

MOST_PAGES = 100_000


@dataclass(frozen=True, slots=True)
class BalanceAsked:
    """`group` is the one whose lines are shown, `page` and `lines` the pages of groups and of its lines."""

    account: Account
    span: Span
    group: str = ""
    page: int = 1
    lines: int = 1

    def query(self, **changed: object) -> str:
        """The address of the same balance with some things otherwise; "" takes one off."""
        upto = self.span.upto
        asked: dict[str, object] = {
            "account": self.account.key,
            "from": self.span.start.isoformat(),
            "day": "" if upto else self.span.end.isoformat(),
            "upto": f"{upto[0].isoformat()}_{upto[1]}" if upto else "",
            "page": self.page if self.page > 1 else "",
        } | changed
        return urlencode({key: value for key, value in asked.items() if value != ""})


def read_balance(
    query: QueryDict, accounts: Sequence[Account], *, newest: date | None, line: LedgerEntry | None, today: date
) -> BalanceAsked:
    """Take what makes sense from an address; the rest is the usual: all that is booked, from three months before on.

    `newest` is the day of the last line, which may be ahead; `line` is one that must be among the parts.
    """
    account = asked_account(query, accounts)
    upto = read_place(query.get("upto", ""))
    day = read_day(query.get("day", ""))
    end = upto[0] if upto else day or max(today, newest or today)
    start = read_day(query.get("from", "")) or usual_start(end)
    if line is not None:
        start, end = min(start, line.booked_on), max(end, line.booked_on)
    pages = (_page(query.get("page", "")), _page(query.get("lines", "")))
    return BalanceAsked(
        account, Span(min(start, end), end, upto, is_whole=not (upto or day)), query.get("group", "")[:80], *pages
    )


def asked_account(query: QueryDict, accounts: Sequence[Account]) -> Account:
    """The named one, else the first. Raises Http404."""
    wanted = query.get("account", "")
    found = next((each for each in accounts if wanted in ("", each.key)), None)
    if found is None:
        raise Http404
    return found


def _page(text: str) -> int:
    return min(int(text), MOST_PAGES) if text.isdecimal() and 0 < len(text) <= 6 and int(text) else 1


class DisputeForm(forms.Form):
    text = forms.CharField(
        label=_("What is wrong with it?"),
        max_length=TEXT_LENGTH,
        widget=forms.Textarea(attrs={"rows": 4, "autofocus": True}),
    )
    expected = forms.DecimalField(
        label=_("What should it be?"),
        help_text=_("If you know the right amount."),
        required=False,
        max_digits=14,
        decimal_places=2,
    )
