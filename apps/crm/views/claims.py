"""Claims for those who decide them: the board, the list, a claim with its order and photos beside."""

from __future__ import annotations

from collections.abc import Callable

from django.core.exceptions import PermissionDenied, ValidationError
from django.forms import Form
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.accounts.decorators import door
from apps.accounts.preferences import preferences_of
from apps.core import clock
from apps.core.form_errors import show_errors
from apps.core.htmx import Request, render_page
from apps.core.sheets import close_sheet
from apps.core.toasts import toast
from apps.crm.claim_listing import staff_listing
from apps.crm.forms.claims import AskForm, CorrectionForm, DecisionForm, MessageForm
from apps.crm.models import Claim, ClaimPhoto, DealerPlant
from apps.crm.permissions.claims import can_handle_claim, works_with_claims
from apps.crm.pictures import as_picture
from apps.crm.record_history import claim_mail
from apps.crm.selectors.claims import claim_board, claim_page
from apps.crm.selectors.freshness import sources_of
from apps.crm.selectors.threads import entries_of, thread_of
from apps.crm.services import claim_steps
from apps.crm.services.claim_steps import ClaimChanged, Decision

claims_required = door(works_with_claims)
_SIMPLE = {"take": claim_steps.take_over, "close": claim_steps.close_claim, "reopen": claim_steps.reopen_claim}


@claims_required
@require_GET
def claims(request: Request) -> HttpResponse:
    context = {"columns": claim_board(request.user, now=clock.now()), "tabs": claim_tabs("board")}
    return render_page(request, "crm/claims_board.html", context, fragment="board")


@claims_required
@require_GET
def claim_list(request: Request) -> HttpResponse:
    found = Claim.objects.visible_to(request.user)
    page = staff_listing().page(request, found, page_size=preferences_of(request.user).page_size)
    return page.render(request, "crm/claims.html", {"tabs": claim_tabs("list")})


@claims_required
@require_GET
def claim(request: Request, claim_id: int) -> HttpResponse:
    found = _claim(request, claim_id)
    thread = thread_of(found)
    page = claim_page(found, request.user)
    context = {
        "claim": found,
        "page": page,
        "thread": thread,
        "entries": entries_of(thread, request.user),
        "form": MessageForm(),
        "may_handle": can_handle_claim(request.user, found),
        "side": "house",
        "mail": claim_mail(request, found),
        "sources": sources_of([found.plant_id], now=clock.now()) if page.compensation else None,
    }
    return render_page(request, "crm/claim.html", context, fragment="claim")


@claims_required
@require_POST
def claim_step(request: Request, claim_id: int, step: str) -> HttpResponse:
    """Take over, close, reopen: one button each, with Undo."""
    found = _claim(request, claim_id)
    if step not in _SIMPLE:
        raise Http404
    words = {"take": _("You see to this claim."), "close": _("The claim is closed."), "reopen": _("Open again.")}
    try:
        operation = _SIMPLE[step](actor=request.user, claim=found, version=_version(request), now=clock.now())
    except ClaimChanged as error:
        toast(request, str(error), kind="warning")
    else:
        undo = reverse("core:operation_undo", args=[operation]) if operation else ""
        toast(request, words[step], undo_url=undo)
    return redirect("crm:claim", claim_id=found.pk)


@claims_required
@require_http_methods(["GET", "POST"])
def claim_ask(request: Request, claim_id: int) -> HttpResponse:
    found = _claim(request, claim_id)
    form = AskForm(request.POST or None, initial={"version": found.version})

    def ask() -> None:
        version, text = form.cleaned_data["version"], form.cleaned_data["text"]
        claim_steps.ask_dealer(actor=request.user, claim=found, version=version, text=text, now=clock.now())

    return _sheet(request, found, form, ask, _("Ask the dealer"), _("Your question is with the dealer."))


@claims_required
@require_http_methods(["GET", "POST"])
def claim_decide(request: Request, claim_id: int) -> HttpResponse:
    found = _claim(request, claim_id)
    accounts = DealerPlant.objects.filter(dealer=found.dealer_id, plant=found.plant_id).order_by("pk")
    currencies = list(accounts.values_list("currency", flat=True)) or ["UAH"]
    initial: dict[str, object] = {"version": found.version}
    kind: type[DecisionForm] = DecisionForm
    if found.entry is not None:
        kind, currencies = CorrectionForm, [found.entry.currency]
        initial["amount"] = None if found.expected is None else found.entry.amount - found.expected
    # A late delivery or a wrong amount comes from no part of a window.
    form = kind(
        request.POST or None, initial=initial, currencies=currencies, needs_cause=found.construction_id is not None
    )

    def decide() -> None:
        given = form.cleaned_data
        decision = Decision(
            accepted=given["accepted"] == "yes",
            text=given["text"],
            amount=given["amount"],
            currency=given["currency"] or currencies[0],
            cause=given["cause"],
        )
        claim_steps.decide(
            actor=request.user, claim=found, version=given["version"], decision=decision, now=clock.now()
        )

    return _sheet(request, found, form, decide, _("Decide the claim"), _("The dealer is told of your decision."))


@claims_required
@require_GET
def claim_photo(request: Request, claim_id: int, photo_id: int, size: str = "large") -> FileResponse:
    photos = ClaimPhoto.objects.visible_to(request.user).select_related("file", "thumbnail")
    found = get_object_or_404(photos, pk=photo_id, claim=claim_id)
    return as_picture(found.thumbnail if size == "small" else found.file)


def _sheet(request: Request, found: Claim, form: Form, act: Callable[[], None], title: str, done: str) -> HttpResponse:
    if not can_handle_claim(request.user, found):
        raise PermissionDenied
    if request.method == "POST" and form.is_valid():
        try:
            act()
        except ClaimChanged as error:
            form.add_error(None, str(error))
        except ValidationError as error:
            show_errors(form, error)
        else:
            toast(request, done)
            return close_sheet(request, reverse("crm:claim", args=[found.pk]))
    context = {"claim": found, "form": form, "title": title}
    return render_page(request, "crm/claim_sheet.html", context, fragment="sheet", status=422 if form.errors else 200)


def _claim(request: Request, claim_id: int) -> Claim:
    found = Claim.objects.visible_to(request.user)
    found = found.select_related("order__state", "entry", "construction", "dealer", "manager", "decided_by")
    found = found.select_related("subject", "shipment", "cause")
    return get_object_or_404(found, pk=claim_id)


def _version(request: Request) -> int:
    given = request.POST.get("version", "")
    return int(given) if given.isdecimal() and len(given) < 10 else 0


def claim_tabs(current: str) -> list[dict[str, object]]:
    pages = (
        ("board", _("Board"), "crm:claims"),
        ("list", _("List"), "crm:claim_list"),
        ("report", _("Causes"), "crm:claim_report"),
    )
    return [
        {"title": title, "url": reverse(route), "is_current": key == current, "count": None}
        for key, title, route in pages
    ]
