"""One change to the personas or journeys of all chosen contacts: the question, then a worker with a bar."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from apps.accounts.decorators import staff_required
from apps.contacts.listing import TABS, entity_listing, entity_scope
from apps.core import clock
from apps.core.htmx import Request, render_page
from apps.core.sheets import close_sheet, way_back
from apps.crm.forms.journey_bulk import FORMS, TITLES
from apps.crm.services.journey_bulk import begin_journeys


@staff_required
@require_POST
def journey_bulk(request: Request, action: str) -> HttpResponse:
    """The list of contacts posts its selection here and gets the form; the form posts itself with `confirmed`."""
    if action not in FORMS:
        raise Http404
    tab = request.GET.get("tab", "all")
    tab = tab if tab in TABS else "all"
    selection = entity_listing(request.user, tab=tab).selection(request, entity_scope(request.user, tab))
    confirmed = "confirmed" in request.POST
    form = FORMS[action](request.POST if confirmed else None)
    if confirmed and form.is_valid():
        try:
            operation = begin_journeys(
                actor=request.user, action=form.action(), chosen=selection.queryset, now=clock.now()
            )
        except ValidationError as error:
            for message in error.messages:
                form.add_error(None, message)
        else:
            return close_sheet(request, reverse("core:operation", args=[operation.pk]))
    context = {
        "form": form,
        "title": TITLES[action],
        "post_url": reverse("crm:journey_bulk", args=[action]),
        "tab": tab,
        "selection": selection,
        "total": selection.count(),
        "back": way_back(request, reverse("contacts:list")),
    }
    return render_page(request, "crm/journey_bulk.html", context, fragment="sheet", status=422 if form.errors else 200)
