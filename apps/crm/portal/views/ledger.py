"""The dealer's finances: accounts line by line, files of them, the firm's own reports."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Any

from django.http import Http404, HttpResponse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from apps.core import clock
from apps.core.htmx import Request, render_page
from apps.core.tables import FORMATS, as_table
from apps.crm.forms.ledger import Asked, page_query, read_asked, statement_asked
from apps.crm.list_news import FINANCES_KEY, page_news
from apps.crm.models.reach import PortalReader, portal_reader
from apps.crm.portal.doors import money_required, portal_required, sees_money
from apps.crm.portal.late import sources_for
from apps.crm.selectors import settlements
from apps.crm.selectors.movements import disputes_of
from apps.crm.selectors.reports import report_of, totals


@money_required
@require_GET
def finances(request: Request) -> HttpResponse:
    today = localdate(clock.now())
    reader = _reader(request)
    accounts = settlements.accounts_of(reader.dealer_id)
    asked = read_asked(request.GET, accounts, today)
    channel = f"dealer:{reader.dealer_id}"
    context: dict[str, Any] = {"accounts": accounts, "asked": asked, "today": today, "channel": channel}
    context["sources"] = sources_for(request)
    if asked.account is not None:
        context |= _account_context(request, reader, asked, today)
    return render_page(request, "portal/finances.html", context, fragment="finances")


def _account_context(request: Request, reader: PortalReader, asked: Asked, today: date) -> dict[str, Any]:
    account = asked.account
    if account is None:
        return {}
    lines = settlements.lines_of(request.user, reader.dealer_id, account)
    news = page_news(request.user, FINANCES_KEY, "received_at")
    since = news.since if news else None
    if since is not None and request.GET.get("new") == "yes":
        shown = settlements.of_news(lines, since, after=asked.after)
    else:
        shown = statement_asked(lines, asked)
    return {
        "news": news,
        "new_count": settlements.count_news(lines, since) if since else 0,
        "statement": shown,
        "disputes": disputes_of([line.entry.pk for line in shown.lines]),
        "next_query": page_query(request.GET, shown.next_key),
        "ages": settlements.ages_of(lines, account.balance, today=today),
        "curve": settlements.curve_for_chart(settlements.curve_of(account)),
        "query": page_query(request.GET, ""),
    }


@money_required
@require_GET
def finances_download(request: Request, kind: str) -> HttpResponse:
    """All the lines whose pages have this address."""
    if kind not in FORMATS:
        raise Http404
    today = localdate(clock.now())
    reader = _reader(request)
    asked = read_asked(request.GET, settlements.accounts_of(reader.dealer_id), today)
    if asked.account is None:
        raise Http404
    lines = settlements.lines_of(request.user, reader.dealer_id, asked.account)
    found = statement_asked(lines, replace(asked, after=None), most=None)
    titles = [_("Day"), _("What"), _("Order"), _("Claim"), _("Client"), _("Text"), _("Amount"), _("Balance")]
    rows = _file_rows(found, asked)
    return as_table(kind, f"account-{asked.account.key}-{today:%Y-%m-%d}", [*titles, _("Currency")], rows)


def _file_rows(found: settlements.Statement, asked: Asked) -> Iterable[list[Any]]:
    currency = asked.account.currency if asked.account else ""
    if not found.is_filtered:
        yield [asked.start, _("Opening balance"), "", "", "", "", None, found.opening, currency]
    for line in found.lines:
        entry = line.entry
        number = entry.order.number if entry.order else entry.order_key
        row = [entry.booked_on, entry.get_kind_display(), number, entry.claim_number, entry.client, entry.text]
        yield [*row, entry.amount, line.balance, currency]


@portal_required
@require_GET
def reports(request: Request) -> HttpResponse:
    """Orders, claims and, for readers of money, turnover by month."""
    today = localdate(clock.now())
    money = sees_money(request.user)
    year = today.replace(month=1, day=1)
    asked = read_asked(request.GET, [], today)
    start = asked.start if "from" in request.GET else year
    months = report_of(request.user, start=min(start, asked.end), end=asked.end, sees_money=money)
    context = {"months": months, "total": totals(months), "start": start, "end": asked.end, "sees_money": money}
    context |= {"sources": sources_for(request), "groups": "identity money" if money else "identity"}
    return render_page(request, "portal/reports.html", context, fragment="report")


def _reader(request: Request) -> PortalReader:
    reader = portal_reader(request.user)
    if reader is None:
        raise Http404
    return reader
