"""Settlements of all dealers, for staff who deal with money."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.timezone import localdate
from django.views.decorators.http import require_GET

from apps.accounts.preferences import preferences_of
from apps.core import clock
from apps.core.htmx import Request, render_page
from apps.crm.account_listing import account_listing
from apps.crm.doors import settlements_required
from apps.crm.forms.ledger import page_query, read_asked, statement_asked
from apps.crm.models import Dealer, DealerPlant
from apps.crm.models.reach import CLAIM_ROLES, has_role
from apps.crm.selectors import settlements
from apps.crm.selectors.freshness import sources_of
from apps.crm.selectors.movements import disputes_of
from apps.crm.services.papers.statements import statement_key


@settlements_required
@require_GET
def settlement_list(request: Request) -> HttpResponse:
    scope = DealerPlant.objects.visible_to(request.user)
    sources = sources_of(None, now=clock.now())
    page = account_listing(sources).page(request, scope, page_size=preferences_of(request.user).page_size)
    return page.render(request, "crm/settlements.html", {"sources": sources})


@settlements_required
@require_GET
def settlement(request: Request, dealer_id: int) -> HttpResponse:
    """A dealer's accounts as the dealer sees them."""
    dealer = get_object_or_404(Dealer.objects.visible_to(request.user), pk=dealer_id)
    today = localdate(clock.now())
    accounts = settlements.accounts_of(dealer.pk)
    asked = read_asked(request.GET, accounts, today)
    context = {
        "dealer": dealer,
        "accounts": accounts,
        "asked": asked,
        "is_staff_page": True,
        "opens_claims": has_role(request.user, CLAIM_ROLES),
        "channel": f"dealer:{dealer.pk}",
        "sources": sources_of([each.plant.pk for each in accounts], now=clock.now()),
    }
    if asked.account is not None:
        lines = settlements.lines_of(request.user, dealer.pk, asked.account)
        shown = statement_asked(lines, asked)
        context |= {
            "statement": shown,
            "disputes": disputes_of([line.entry.pk for line in shown.lines]),
            "ages": settlements.ages_of(lines, asked.account.balance, today=today),
            "curve": settlements.curve_for_chart(settlements.curve_of(asked.account)),
            "statement_key": statement_key(asked.account, asked.start, asked.end),
            "query": page_query(request.GET, ""),
            "next_query": page_query(request.GET, shown.next_key),
        }
    return render_page(request, "crm/settlement.html", context, fragment="finances")
