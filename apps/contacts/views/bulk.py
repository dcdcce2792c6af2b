"""One change to all chosen contacts: the question, then a worker with a bar."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from apps.accounts.decorators import staff_required
from apps.contacts.forms.bulk import FORMS, TITLES
from apps.contacts.listing import TABS, entity_listing, entity_scope
from apps.contacts.services.bulk import begin_bulk
from apps.core import clock
from apps.core.htmx import Request, render_page
from apps.core.sheets import close_sheet, way_back

if TYPE_CHECKING:
    from apps.contacts.models.entities import EntityQuerySet


@staff_required
@require_POST
def bulk(request: Request, action: str) -> HttpResponse:
    """The list posts its selection here and gets the form; the form posts itself with `confirmed`."""
    if action not in FORMS:
        raise Http404
    tab = request.GET.get("tab", "all")
    tab = tab if tab in TABS else "all"
    listing = entity_listing(request.user, tab=tab)
    selection = listing.selection(request, entity_scope(request.user, tab))
    confirmed = "confirmed" in request.POST
    form = FORMS[action](request.POST if confirmed else None, user=request.user)
    if confirmed and form.is_valid():
        chosen = cast("EntityQuerySet", selection.queryset)
        try:
            operation = begin_bulk(actor=request.user, action=form.action(), chosen=chosen, now=clock.now())
        except ValidationError as error:
            for message in error.messages:
                form.add_error(None, message)
        else:
            return close_sheet(request, reverse("core:operation", args=[operation.pk]))
    context = {
        "form": form,
        "title": TITLES[action],
        "action": action,
        "tab": tab,
        "selection": selection,
        "total": selection.count(),
        "back": way_back(request, reverse("contacts:list")),
    }
    status = 422 if form.errors else 200
    return render_page(request, "contacts/bulk.html", context, fragment="sheet", status=status)
