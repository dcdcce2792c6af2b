"""Hand-overs: made for a portfolio or for chosen contacts, listed, and read by the successor contact by contact."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.accounts.decorators import staff_required
from apps.accounts.preferences import preferences_of
from apps.contacts.listing import TABS, entity_listing, entity_scope
from apps.core import clock
from apps.core.clock import company_day
from apps.core.form_errors import show_errors
from apps.core.htmx import Request, render_page
from apps.core.setting_sheets import show_sheet
from apps.core.sheets import close_sheet, way_back
from apps.core.toasts import toast
from apps.crm.doors import deals_with_money
from apps.crm.forms.teams import HandOverForm
from apps.crm.hand_over_listing import hand_over_listing
from apps.crm.models import HandOver
from apps.crm.permissions.teams import can_confirm
from apps.crm.selectors.dossier import dossiers, items_read_by, items_seen, with_files
from apps.crm.selectors.hand_overs import hand_overs_seen, portfolio_of, with_counts
from apps.crm.services import hand_overs as service
from apps.crm.services.papers.dossiers import KEY as DOSSIER
from apps.messaging.services.documents import begin_document

DOSSIERS_A_PAGE = 20


@staff_required
@require_GET
def hand_over_list(request: Request) -> HttpResponse:
    scope = hand_overs_seen(request.user)
    page = hand_over_listing().page(request, scope, page_size=preferences_of(request.user).page_size)
    return page.render(request, "crm/hand_overs.html")


@staff_required
@require_http_methods(["GET", "POST"])
def hand_over_make(request: Request) -> HttpResponse:
    """Everything of one person, `?giver=`; what of it the reader doesn't manage stays where it is."""
    given = request.GET.get("giver", "")
    giver = int(given) if given.isdecimal() and len(given) < 19 else request.user.pk
    initial = {"giver": giver, "on": company_day(clock.now())}
    form = HandOverForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        giving = form.cleaned_data["giver"]
        made = _begin(request, form, portfolio_of(giving, on=form.cleaned_data["on"]))
        if made is not None:
            return _made(request, made)
    return show_sheet(request, form, title=_("Hand contacts over"), back=reverse("crm:hand_over_list"))


@staff_required
@require_POST
def hand_over_chosen(request: Request) -> HttpResponse:
    """The list of contacts posts its selection here and gets the form; the form posts itself with `confirmed`."""
    tab = request.GET.get("tab", "all")
    tab = tab if tab in TABS else "all"
    selection = entity_listing(request.user, tab=tab).selection(request, entity_scope(request.user, tab))
    confirmed = "confirmed" in request.POST
    form = HandOverForm(request.POST if confirmed else None, initial={"on": company_day(clock.now())}, chosen=True)
    if confirmed and form.is_valid():
        ids = selection.queryset.order_by("pk").values_list("pk", flat=True)[: service.MOST + 1]
        made = _begin(request, form, list(ids))
        if made is not None:
            return _made(request, made)
    context = {
        "form": form,
        "tab": tab,
        "selection": selection,
        "total": selection.count(),
        "back": way_back(request, reverse("contacts:list")),
    }
    status = 422 if form.errors else 200
    return render_page(request, "crm/hand_over_chosen.html", context, fragment="sheet", status=status)


@staff_required
@require_GET
def hand_over(request: Request, hand_over_id: int) -> HttpResponse:
    """The dossier; `?unread=1` leaves out what was confirmed."""
    found = _hand_over(request, hand_over_id)
    unread = bool(request.GET.get("unread"))
    seen = items_seen(found, request.user)
    items = seen.filter(confirmed_at=None) if unread else seen
    pages = Paginator(with_files(items).order_by("pk"), DOSSIERS_A_PAGE)
    pages.count, reading = items_read_by(found, request.user, unread=unread)
    page = pages.get_page(request.GET.get("page"))
    now = clock.now()
    context = {
        "hand_over": found,
        "page": page,
        "dossiers": dossiers(list(page), user=request.user, sees_money=deals_with_money(request.user), now=now),
        "all_count": found.all_count,
        "confirmed_count": found.confirmed_count,
        "may_confirm": found.done_at is not None and can_confirm(request.user, found, on=company_day(now)),
        "unread": unread,
        "reading": reading if found.done_at else 0,
        "is_over": found.until is not None and found.until <= company_day(now),
    }
    return render_page(request, "crm/hand_over.html", context)


@staff_required
@require_POST
def hand_over_confirm(request: Request, hand_over_id: int) -> HttpResponse:
    """One item (`item`), or all."""
    found = _hand_over(request, hand_over_id)
    item = request.POST.get("item", "")
    ids = [int(item)] if item.isdecimal() and len(item) < 19 else None
    count = service.confirm_items(actor=request.user, hand_over=found, item_ids=ids, now=clock.now())
    toast(request, ngettext("%(count)s contact confirmed", "%(count)s contacts confirmed", count) % {"count": count})
    back = reverse("crm:hand_over", args=[found.pk])
    return redirect(way_back(request, back))


@staff_required
@require_POST
def hand_over_paper(request: Request, hand_over_id: int) -> HttpResponse:
    """The dossier as a PDF, made by a worker."""
    found = _hand_over(request, hand_over_id)
    operation = begin_document(actor=request.user, key=DOSSIER, record_id=found.pk, language="", now=clock.now())
    return redirect("messaging:document", operation.pk)


def _hand_over(request: Request, hand_over_id: int) -> Any:
    """With its counts, which the model knows nothing of."""
    rows = with_counts(hand_overs_seen(request.user)).select_related(
        "from_user", "to_user", "to_team", "made_by", "operation"
    )
    return get_object_or_404(rows, pk=hand_over_id)


def _begin(request: Request, form: HandOverForm, entity_ids: list[int]) -> HandOver | None:
    """What was made, or None with the objections at the form's fields."""
    given = form.cleaned_data
    terms = service.Terms(
        user=given["user"],
        team=given["team"],
        starts_on=given["on"],
        until=given["until"],
        note=given["note"],
        takes_tasks=given["takes_tasks"],
    )
    try:
        return service.begin_hand_over(
            actor=request.user, entity_ids=entity_ids, terms=terms, from_user=given.get("giver"), now=clock.now()
        )
    except ValidationError as error:
        show_errors(form, error)
    return None


def _made(request: Request, made: HandOver) -> HttpResponse:
    """A large one shows its bar first."""
    if made.done_at is None and made.operation is not None:
        return close_sheet(request, reverse("core:operation", args=[made.operation.pk]))
    undo = reverse("core:operation_undo", args=[made.operation_id]) if made.operation_id else ""
    toast(request, _("Handed over"), undo_url=undo)
    return close_sheet(request, reverse("crm:hand_over", args=[made.pk]))
