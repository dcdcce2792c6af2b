"""Dealers as staff see them: the list, one dealer from all sides, looking into the portal as one."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_GET, require_POST

from apps.accounts.preferences import preferences_of
from apps.core import clock
from apps.core.htmx import Request, render_page
from apps.core.pickers import PICKER_PAGE, Option, picker_response
from apps.crm.dealer_listing import dealer_listing
from apps.crm.doors import deals_with_money, orders_required
from apps.crm.models import Dealer
from apps.crm.selectors.dealer_pages import dealer_page
from apps.crm.services.looking_in import look_in, stop_looking


@orders_required
@require_GET
def dealer_list(request: Request) -> HttpResponse:
    scope = Dealer.objects.visible_to(request.user)
    page = dealer_listing().page(request, scope, page_size=preferences_of(request.user).page_size)
    return page.render(request, "crm/dealers.html")


@orders_required
@require_GET
def dealer_pick(request: Request) -> HttpResponse:
    found = Dealer.objects.visible_to(request.user).order_by("name", "pk")
    if wanted := request.GET.get("q", "").strip():
        found = found.filter(Q(name__icontains=wanted) | Q(code__icontains=wanted))
    page = Paginator(found, PICKER_PAGE).get_page(request.GET.get("page"))
    return picker_response([Option(str(each.pk), each.name, each.code) for each in page], more=page.has_next())


@orders_required
@require_GET
def dealer(request: Request, dealer_id: int) -> HttpResponse:
    found = get_object_or_404(Dealer.objects.visible_to(request.user), pk=dealer_id)
    page = dealer_page(found, user=request.user, sees_money=deals_with_money(request.user), now=clock.now())
    return render_page(request, "crm/dealer.html", {"dealer": found, "page": page})


@orders_required
@require_POST
def dealer_view_as(request: Request, dealer_id: int) -> HttpResponse:
    found = get_object_or_404(Dealer.objects.visible_to(request.user).active(), pk=dealer_id)
    look_in(actor=request.user, dealer=found, session=request.session, now=clock.now())
    return redirect("portal:order_list")


@orders_required
@require_POST
def dealer_leave(request: Request) -> HttpResponse:
    stop_looking(actor=request.user, session=request.session, now=clock.now())
    return redirect("crm:dealer_list")
