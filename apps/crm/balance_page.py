"""A balance with its parts as both sides see it: the context of the page, and the rows of its file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.http import Http404, QueryDict
from django.utils.translation import gettext as _

from apps.crm.forms.balance import BalanceAsked, asked_account, read_balance
from apps.crm.models import LedgerEntry
from apps.crm.selectors import balances, settlements
from apps.crm.selectors.balances import GROUPS
from apps.crm.selectors.movements import moved
from apps.crm.selectors.settlements import LINES, accounts_of, lines_of

if TYPE_CHECKING:
    from apps.accounts.models import User
    from apps.crm.models.ledger import LedgerEntryQuerySet

_FROM_THE_BEGINNING = date(1990, 1, 1)


def balance_context(query: QueryDict, *, user: User, dealer_id: int, today: date) -> dict[str, Any]:
    """Raises Http404 for an account or a line that isn't there."""
    asked, lines = _asked(query, user, dealer_id, today)
    page = balances.explain(lines, account=asked.account, span=asked.span, page=asked.page)
    own = balances.movements(lines, asked.span).filter(group=asked.group) if asked.group else lines.none()
    shown = list(own.select_related("order")[(asked.lines - 1) * LINES : asked.lines * LINES + 1])
    return {
        "asked": asked,
        "page": page,
        "groups": [(group, _opening(asked, group.key)) for group in page.groups],
        "movements": moved(lines, shown[:LINES]),
        "announced": balances.announced(user, dealer_id, asked.account),
        "query": asked.query(),
        "before": asked.query(page=asked.page - 1) if asked.page > 1 else "",
        "after": asked.query(page=asked.page + 1) if page.number > asked.page * GROUPS else "",
        "lines_before": asked.query(group=asked.group, lines=asked.lines - 1) if asked.lines > 1 else "",
        "lines_after": asked.query(group=asked.group, lines=asked.lines + 1) if len(shown) > LINES else "",
        "periods": _periods(asked),
    }


def balance_rows(query: QueryDict, *, user: User, dealer_id: int, today: date) -> tuple[BalanceAsked, list[list[Any]]]:
    """All the parts as rows of a file: the opening balance, each movement, the balance. Raises Http404."""
    asked, lines = _asked(query, user, dealer_id, today)
    page = balances.explain(lines, account=asked.account, span=asked.span, most=1_000_000)
    titles = {group.key: group.title for group in page.groups}
    return asked, list(_rows(asked, page, titles, lines))


def file_titles() -> list[str]:
    return [
        *(_("Day"), _("What"), _("Belongs to"), _("Claim"), _("Client"), _("Text"), _("Source"), _("Received by us")),
        *(_("Line"), _("Corrects the line"), _("Amount"), _("Currency")),
    ]


def _rows(
    asked: BalanceAsked, page: balances.Balance, titles: dict[str, str], lines: LedgerEntryQuerySet
) -> Iterator[list[Any]]:
    currency, empty = asked.account.currency, [""] * 6
    yield [asked.span.start, _("Opening balance"), *empty, "", "", page.opening, currency]
    found = list(balances.movements(lines, asked.span).select_related("order"))
    for each in moved(lines, found):
        entry: Any = each.entry
        said = [entry.booked_on, entry.get_kind_display(), titles.get(entry.group, ""), entry.claim_number]
        told = [entry.client, entry.text, each.source, entry.received_at, str(entry.pk)]
        corrects = str(each.corrects.pk) if each.corrects else ""
        yield [*said, *told, corrects, entry.amount, currency]
    yield [asked.span.end, _("Balance"), *empty, "", "", page.closing, currency]


def _asked(query: QueryDict, user: User, dealer_id: int, today: date) -> tuple[BalanceAsked, LedgerEntryQuerySet]:
    accounts = accounts_of(dealer_id)
    line = _line(query, user, dealer_id)
    if line is not None:
        query = query.copy()
        query["account"] = f"{line.plant_id}-{line.currency}"
    lines = lines_of(user, dealer_id, asked_account(query, accounts))
    newest = lines.order_by("-booked_on").values_list("booked_on", flat=True).first()
    asked = read_balance(query, accounts, newest=newest, line=line, today=today)
    return (asked if line is None else _opened(asked, lines, line)), lines


def _line(query: QueryDict, user: User, dealer_id: int) -> LedgerEntry | None:
    given = query.get("line", "")
    if not given:
        return None
    seen = LedgerEntry.objects.visible_to(user).filter(dealer=dealer_id)
    found = seen.filter(pk=int(given)).first() if given.isdecimal() and len(given) <= 18 else None
    if found is None:
        raise Http404
    return found


def _opened(asked: BalanceAsked, lines: LedgerEntryQuerySet, line: LedgerEntry) -> BalanceAsked:
    """With the group of `line` open, on the pages that both are on."""
    found = balances.movements(lines, asked.span)
    group = found.filter(pk=line.pk).values_list("group", flat=True).first() or ""
    before = Q(booked_on__lt=line.booked_on) | Q(booked_on=line.booked_on, pk__lt=line.pk)
    number = found.filter(before, group=group).count()
    whole = balances.explain(lines, account=asked.account, span=asked.span, most=1_000_000)
    place = next((number for number, each in enumerate(whole.groups) if each.key == group), 0)
    return replace(asked, group=group, lines=number // LINES + 1, page=place // GROUPS + 1)


def _opening(asked: BalanceAsked, group: str) -> str:
    """The address that opens a group, or closes the open one."""
    return asked.query(group="" if group == asked.group else group)


def _periods(asked: BalanceAsked) -> list[tuple[str, str, bool]]:
    """Ready periods that end where this one does: words, address, whether it is this one."""
    end = asked.span.end
    starts = [
        (_("That month"), end.replace(day=1)),
        (_("Three months"), settlements.usual_start(end)),
        (_("That year"), end.replace(month=1, day=1)),
        (_("From the beginning"), _FROM_THE_BEGINNING),
    ]
    addresses = [asked.query(**{"from": start.isoformat(), "page": ""}) for _words, start in starts]
    return [
        (words, address, start == asked.span.start) for (words, start), address in zip(starts, addresses, strict=True)
    ]
