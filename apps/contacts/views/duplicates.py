"""Contacts that may be one: the list of pairs, a search through all, and "did you mean" beside a new contact."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from apps.accounts.decorators import staff_required
from apps.accounts.preferences import preferences_of
from apps.contacts.duplicate_listing import duplicate_listing
from apps.contacts.models import DuplicatePair
from apps.contacts.selectors.lookalikes import lookalikes, typed_from
from apps.contacts.services.duplicates.deciding import dismiss_pair
from apps.contacts.services.duplicates.searching import begin_search, running_search
from apps.core import clock
from apps.core.htmx import Request, render_page
from apps.core.sheets import way_back
from apps.core.toasts import toast


@staff_required
@require_GET
def duplicate_list(request: Request) -> HttpResponse:
    pairs = DuplicatePair.objects.visible_to(request.user).open()
    page = duplicate_listing(request.user).page(request, pairs, page_size=preferences_of(request.user).page_size)
    return page.render(request, "contacts/duplicates.html", {"search": running_search()})


@staff_required
@require_POST
def duplicate_search(request: Request) -> HttpResponse:
    operation = begin_search(actor=request.user, now=clock.now())
    if operation.actor_id == request.user.pk:
        return redirect("core:operation", operation.pk)
    toast(request, _("A search is at work already."))
    return redirect("contacts:duplicates")


@staff_required
@require_POST
def duplicate_dismiss(request: Request, pair_id: int) -> HttpResponse:
    pairs = DuplicatePair.objects.visible_to(request.user).select_related("left", "right")
    pair = get_object_or_404(pairs, pk=pair_id)
    operation = dismiss_pair(actor=request.user, pair=pair, now=clock.now())
    if operation is not None:
        text = _("%(one)s and %(other)s stay two.") % {"one": pair.left, "other": pair.right}
        toast(request, text, undo_url=reverse("core:operation_undo", args=[operation.pk]))
    return redirect(way_back(request, reverse("contacts:duplicates")))


@staff_required
@require_POST
def lookalike_list(request: Request) -> HttpResponse:
    """Whom the contact that is being typed may be; nothing is written."""
    found = lookalikes(request.user, typed_from(request.POST))
    return render_page(request, "contacts/parts/lookalikes.html", {"found": found})
