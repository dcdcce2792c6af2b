"""What a dealer's balance is made of, for staff who deal with money."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.timezone import localdate
from django.views.decorators.http import require_GET

from apps.core import clock
from apps.core.htmx import Request, render_page
from apps.core.tables import FORMATS, as_table
from apps.crm.balance_page import balance_context, balance_rows, file_titles
from apps.crm.doors import settlements_required
from apps.crm.models import Dealer
from apps.crm.models.reach import CLAIM_ROLES, has_role
from apps.crm.selectors.freshness import sources_of


@settlements_required
@require_GET
def balance(request: Request, dealer_id: int) -> HttpResponse:
    dealer = get_object_or_404(Dealer.objects.visible_to(request.user), pk=dealer_id)
    context = balance_context(request.GET, user=request.user, dealer_id=dealer.pk, today=localdate(clock.now()))
    context |= {
        "dealer": dealer,
        "is_staff_page": True,
        "opens_claims": has_role(request.user, CLAIM_ROLES),
        "channel": f"dealer:{dealer.pk}",
        "sources": sources_of([context["asked"].account.plant.pk], now=clock.now()),
    }
    return render_page(request, "crm/balance.html", context, fragment="balance")


@settlements_required
@require_GET
def balance_download(request: Request, dealer_id: int, kind: str) -> HttpResponse:
    dealer = get_object_or_404(Dealer.objects.visible_to(request.user), pk=dealer_id)
    if kind not in FORMATS:
        raise Http404
    today = localdate(clock.now())
    asked, rows = balance_rows(request.GET, user=request.user, dealer_id=dealer.pk, today=today)
    name = f"balance-{dealer.code}-{asked.account.key}-{asked.span.end:%Y-%m-%d}"
    return as_table(kind, name, file_titles(), rows)
