"""All chosen contacts begin a sequence: the question, then a worker with a bar."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from apps.accounts.decorators import staff_required
from apps.contacts.listing import TABS, entity_listing, entity_scope
from apps.core import clock
from apps.core.form_errors import show_errors
from apps.core.htmx import Request, render_page
from apps.core.sheets import close_sheet, way_back
from apps.crm.forms.sequences import BeginForm
from apps.crm.services.sequence_bulk import begin_enrolments


@staff_required
@require_POST
def sequence_bulk(request: Request) -> HttpResponse:
    """The list of contacts posts its selection here and gets the form; the form posts itself with `confirmed`."""
    tab = request.GET.get("tab", "all")
    tab = tab if tab in TABS else "all"
    selection = entity_listing(request.user, tab=tab).selection(request, entity_scope(request.user, tab))
    form = BeginForm(request.POST if "confirmed" in request.POST else None)
    if form.is_bound and form.is_valid():
        sequence, now = form.cleaned_data["sequence"], clock.now()
        try:
            operation = begin_enrolments(actor=request.user, sequence=sequence, chosen=selection.queryset, now=now)
        except ValidationError as error:
            show_errors(form, error)
        else:
            return close_sheet(request, reverse("core:operation", args=[operation.pk]))
    context = {
        "form": form,
        "title": _("Begin a sequence"),
        "post_url": reverse("crm:sequence_bulk"),
        "tab": tab,
        "selection": selection,
        "total": selection.count(),
        "back": way_back(request, reverse("contacts:list")),
    }
    return render_page(request, "crm/journey_bulk.html", context, fragment="sheet", status=422 if form.errors else 200)
