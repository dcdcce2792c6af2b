"""Claims in the portal: the list, filing one with photos from the phone, its page."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.accounts.preferences import preferences_of
from apps.core import clock
from apps.core.form_errors import show_errors
from apps.core.htmx import Request, render_page
from apps.core.sheets import close_sheet
from apps.core.toasts import toast
from apps.crm.claim_listing import portal_listing
from apps.crm.forms.claims import ClaimForm, MessageForm, PhotosForm
from apps.crm.models import Claim, ClaimPhoto, Construction, Order
from apps.crm.permissions.claims import can_dispute, may_speak_for
from apps.crm.pictures import as_picture
from apps.crm.portal.doors import portal_required
from apps.crm.portal.late import sources_for
from apps.crm.selectors.claim_subjects import what_is_known
from apps.crm.selectors.claims import claim_page, constructions_of
from apps.crm.selectors.threads import entries_of, thread_of
from apps.crm.services import claim_photos
from apps.crm.services.claim_beginnings import carrying, from_unloading
from apps.crm.services.claim_filing import ClaimInput, add_photos, file_claim

_PIECES = 24  # drawings on a page


@portal_required
@require_GET
def claims(request: Request) -> HttpResponse:
    listing = portal_listing(request.user)
    found = Claim.objects.visible_to(request.user)
    page = listing.page(request, found, page_size=preferences_of(request.user).page_size)
    return page.render(request, "portal/claims.html", {})


@portal_required
@require_http_methods(["GET", "POST"])
def claim_file(request: Request, order_id: int) -> HttpResponse:
    """First which construction, where there are several; then its drawing to tap, words and photos.

    What is no photo is named at the field; the others, and all that was typed, come again with the form.
    """
    order = get_object_or_404(Order.objects.visible_to(request.user).select_related("dealer", "plant"), pk=order_id)
    pieces = constructions_of(order)
    if request.method != "POST":
        asked = request.GET.get("construction", "")
        chosen = _piece(pieces, asked)
        if chosen is None and asked != "whole" and len(pieces) > 1:
            return _choosing(request, order, pieces)
        chosen = chosen or (pieces[0] if pieces and asked != "whole" else None)
        noted = from_unloading(request.GET.get("unloading", ""), order, user=request.user)
        initial = {**noted.values, "parts": request.GET.getlist("parts")[:60]}
        initial["construction"] = chosen.pk if chosen else ""
        form = ClaimForm(constructions=pieces, chosen=chosen, initial=initial)
        return _filing(request, form, order, noted.photos)
    form = ClaimForm(
        request.POST, request.FILES, constructions=pieces, chosen=_piece(pieces, request.POST.get("construction", ""))
    )
    valid = form.is_valid()
    kept = claim_photos.unseal(request.POST.get("kept", ""), actor=request.user)
    if not may_speak_for(request.user, order.dealer_id):
        form.add_error(None, _("You only look in on this dealer: nothing can be changed."))
        return _filing(request, form, order, kept)
    fresh, complaints = claim_photos.keep_photos(form.cleaned_data.get("photos") or [], now=clock.now())
    kept += fresh
    for complaint in complaints:
        form.add_error("photos", complaint)
    if valid and not complaints:
        try:
            data = ClaimInput(
                order=order,
                kind=form.cleaned_data["kind"],
                text=form.cleaned_data["text"],
                construction=form.chosen,
                shipment=carrying(form.cleaned_data["shipment"], order, user=request.user),
                parts=form.cleaned_data["parts"],
                photos=kept,
            )
            claim = file_claim(actor=request.user, data=data, now=clock.now())
        except ValidationError as error:
            show_errors(form, error)
        else:
            toast(request, _("Your claim has the number %(number)s.") % {"number": claim.number})
            return close_sheet(request, reverse("portal:claim", args=[claim.pk]))
    return _filing(request, form, order, kept)


@portal_required
@require_GET
def claim(request: Request, claim_id: int) -> HttpResponse:
    found = _claim(request, claim_id)
    thread = thread_of(found)
    page = claim_page(found, request.user)
    context = {
        "page": page,
        "claim": found,
        "thread": thread,
        "entries": entries_of(thread, request.user),
        "form": MessageForm() if may_speak_for(request.user, found.dealer_id) else None,
        "photos_form": PhotosForm() if found.is_open and may_speak_for(request.user, found.dealer_id) else None,
        "may_withdraw": _may_withdraw(request, found),
        "side": "dealer",
        "sources": sources_for(request) if page.compensation else None,
    }
    return render_page(request, "portal/claim.html", context, fragment="claim")


@portal_required
@require_POST
def claim_photos_add(request: Request, claim_id: int) -> HttpResponse:
    found = _claim(request, claim_id)
    form = PhotosForm(request.POST, request.FILES)
    back = redirect("portal:claim", claim_id=found.pk)
    if not form.is_valid():
        toast(request, " ".join(map(str, form.errors["photos"])), kind="danger")
        return back
    kept, complaints = claim_photos.keep_photos(form.cleaned_data["photos"], now=clock.now())
    try:
        if kept:
            add_photos(actor=request.user, claim=found, photos=kept, now=clock.now())
    except ValidationError as error:
        complaints += error.messages
    else:
        count = len(kept)
        words = ngettext("%(count)d photo was added.", "%(count)d photos were added.", count)
        toast(request, words % {"count": count}, kind="success" if count else "info")
    for complaint in complaints:
        toast(request, complaint, kind="danger")
    return back


@portal_required
@require_GET
def claim_photo(request: Request, claim_id: int, photo_id: int, size: str = "large") -> FileResponse:
    photos = ClaimPhoto.objects.visible_to(request.user).select_related("file", "thumbnail")
    found = get_object_or_404(photos, pk=photo_id, claim=claim_id)
    return as_picture(found.thumbnail if size == "small" else found.file)


def _may_withdraw(request: Request, found: Claim) -> bool:
    undecided = found.is_open and found.decided_at is None
    return found.is_dispute and undecided and can_dispute(request.user, found.dealer_id)


def _claim(request: Request, claim_id: int) -> Claim:
    found = Claim.objects.visible_to(request.user).select_related("order", "construction", "dealer", "shipment")
    return get_object_or_404(found.select_related("subject"), pk=claim_id)


def _piece(pieces: list[Construction], asked: str) -> Construction | None:
    return next((each for each in pieces if str(each.pk) == asked), None)


def _other(request: Request, form: ClaimForm) -> dict[str, str] | None:
    """What else the claim may be about: another construction, or the order as such."""
    if not form.pieces:
        return None
    if len(form.pieces) == 1 and form.chosen:
        return {"url": f"{request.path}?construction=whole", "words": _("It is about the whole order")}
    return {"url": request.path, "words": _("Choose another")}


def _choosing(request: Request, order: Order, pieces: list[Construction]) -> HttpResponse:
    """Some drawings a page: an order may have hundreds of constructions."""
    asked = request.GET.get("from", "")
    start = int(asked) if asked.isdecimal() and len(asked) < 5 else 0
    after = start + _PIECES
    context = {
        "order": order,
        "pieces": pieces[start:after],
        "before": max(0, start - _PIECES) if start else None,
        "after": after if after < len(pieces) else None,
    }
    return render_page(request, "portal/claim_choose.html", context, fragment="sheet")


def _filing(request: Request, form: ClaimForm, order: Order, kept: list[claim_photos.Kept]) -> HttpResponse:
    count = len(kept)
    words = ngettext("%(count)d photo is kept already.", "%(count)d photos are kept already.", count)
    context = {
        "form": form,
        "order": order,
        "known": what_is_known(order, form.chosen, request.user),
        "other": _other(request, form),
        "sealed": claim_photos.seal(kept, actor=request.user),
        "kept_words": words % {"count": count} if count else "",
    }
    status = 422 if form.errors else 200
    return render_page(request, "portal/claim_file.html", context, fragment="sheet", status=status)
