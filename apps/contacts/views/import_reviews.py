"""Records that wait for a person's decision: the file's beside ours."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_http_methods

from apps.accounts.decorators import staff_required
from apps.contacts.formats.records import Card
from apps.contacts.models import Entity, Import, ImportReview
from apps.contacts.permissions import can_edit_entity
from apps.contacts.services import derive
from apps.contacts.services.exports import cards_of
from apps.contacts.services.imports.reviews import card_of, decide, waiting
from apps.core import clock
from apps.core.htmx import Request, render_page
from apps.core.toasts import toast

_PAGE = 20


@staff_required
@require_http_methods(["GET", "POST"])
def import_review(request: Request, import_id: int) -> HttpResponse:
    """A page of waiting records, each with what the file says and what is here; the answers come back together."""
    rows = Import.objects.visible_to(request.user).exclude(operation=None).select_related("operation", "folder")
    found = get_object_or_404(rows, pk=min(import_id, 2**63 - 1))
    if request.method == "POST":
        return _take_decisions(request, found)
    page = Paginator(waiting(found).order_by("pk"), _PAGE).get_page(request.GET.get("page"))
    context = {"import": found, "page": page, "pairs": _pairs(request, list(page.object_list))}
    return render_page(request, "contacts/imports/review.html", context)


def _take_decisions(request: Request, found: Import) -> HttpResponse:
    same = request.POST.get("all", "")
    decisions = {
        int(name.removeprefix("decision-")): same or str(choice)
        for name, choice in request.POST.items()
        if name.startswith("decision-") and name[9:].isdecimal() and len(name) < 28 and (same or choice)
    }
    done = decide(actor=request.user, contact_import=found, decisions=decisions, now=clock.now())
    if done.refused:
        toast(request, _("Some of these contacts can't be changed any more. Create or skip those."), kind="warning")
    settled = len(decisions) - len(done.refused)
    toast(request, ngettext("%(count)d record settled.", "%(count)d records settled.", settled) % {"count": settled})
    if waiting(found).exists():
        return redirect("contacts:import_review", import_id=found.pk)
    return redirect("contacts:import_detail", import_id=found.pk)


def _pairs(request: Request, reviews: list[ImportReview]) -> list[dict[str, Any]]:
    ids = [review.candidate_id for review in reviews if review.candidate_id]
    scope = Entity.objects.live().visible_to(request.user).filter(pk__in=ids)
    by_uid = {str(entity.uid): entity for entity in scope}
    cards = {by_uid[card.uid].pk: card for card in cards_of(scope, reader=request.user, with_photos=False)}
    ours = {entity.pk: entity for entity in by_uid.values()}
    pairs = []
    for review in reviews:
        entity = ours.get(review.candidate_id or 0)
        theirs = card_of(review)
        pairs.append(
            {
                "review": review,
                "title": derive.display_name(theirs) if theirs.full_name == "" else theirs.full_name,
                "entity": entity,
                "url": reverse("contacts:entity", args=[entity.pk]) if entity else "",
                "can_update": entity is not None and can_edit_entity(request.user, entity),
                "rows": _compared(theirs, cards.get(entity.pk) if entity else None),
            }
        )
    return pairs


def _compared(theirs: Card, ours: Card | None) -> list[dict[str, Any]]:
    """Field by field, what either of them has; where they differ it says so."""
    rows = []
    for title, of in _FIELDS.items():
        new = of(theirs)
        old = of(ours) if ours else ""
        if new or old:
            rows.append(
                {"title": title(), "new": new, "old": old, "differs": derive.fold_name(new) != derive.fold_name(old)}
            )
    return rows


def _name(card: Card) -> str:
    return derive.display_name(card) if (card.first_name or card.last_name or card.name) else card.full_name


def _job(card: Card) -> str:
    return "; ".join(", ".join(filter(None, (job.title, job.organisation))) for job in card.jobs)


def _address(card: Card) -> str:
    places = [unit.address for unit in card.units if not unit.address.is_empty()]
    parts = (" ".join(filter(None, (place.street, place.house_number, place.postcode, place.city))) for place in places)
    return "; ".join(parts)


_FIELDS: dict[Callable[[], str], Callable[[Card], str]] = {
    lambda: pgettext("person", "Name"): _name,
    lambda: _("Work"): _job,
    lambda: _("E-mail"): lambda card: ", ".join(email.address for email in card.emails()),
    lambda: _("Phone"): lambda card: ", ".join(phone.raw for phone in card.phones()),
    lambda: _("Address"): _address,
    lambda: _("Links"): lambda card: ", ".join(link.url for link in card.links()),
    lambda: _("Notes"): lambda card: card.notes[:300],
}
