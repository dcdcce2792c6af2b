"""Documents: asked for, waited for, opened; each is its asker's alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from apps.accounts.decorators import staff_required
from apps.contacts.listing import TABS, entity_listing, entity_scope
from apps.contacts.models import Entity
from apps.core import clock
from apps.core.contributions import document_of, documents
from apps.core.htmx import Request, render_page
from apps.core.models import Operation
from apps.core.selectors import describe
from apps.core.services import files
from apps.core.sheets import page_before
from apps.core.toasts import toast
from apps.messaging.services.documents import VERB, begin_document, document_file
from apps.messaging.services.papers.contact_list import MOST

if TYPE_CHECKING:
    from apps.accounts.models import User

_MOST_KEY = 2**63


@staff_required
@require_POST
def contact_document(request: Request, entity_id: int, key: str) -> HttpResponse:
    """Have a document of a contact made in the reader's own language, and wait for it."""
    entity = get_object_or_404(Entity.objects.visible_to(request.user).live(), pk=entity_id)
    document = documents.get(key)
    if document is None or document.page != "contact":
        raise Http404
    operation = begin_document(actor=request.user, key=key, record_id=entity.pk, language="", now=clock.now())
    return redirect("messaging:document", operation.pk)


@staff_required
@require_POST
def contacts_document(request: Request) -> HttpResponse:
    """The chosen contacts as a list, in the reader's own language."""
    tab = request.GET.get("tab", "all")
    tab = tab if tab in TABS else "all"
    selection = entity_listing(request.user, tab=tab).selection(request, entity_scope(request.user, tab))
    ids = list(selection.queryset.order_by("sort_name", "pk").values_list("pk", flat=True)[: MOST + 1])
    if not 0 < len(ids) <= MOST:
        toast(request, _("Choose between 1 and %(limit)s contacts.") % {"limit": MOST}, kind="danger")
        return redirect(page_before(request, reverse("contacts:list")))
    operation = begin_document(
        actor=request.user, key="contact_list", record_id=0, language="", now=clock.now(), ids=ids
    )
    return redirect("messaging:document", operation.pk)


@staff_required
@never_cache
@require_GET
def document(request: Request, operation_id: int) -> HttpResponse:
    """How the document stands; once it is there, the document itself."""
    operation = _own(request.user, operation_id)
    if document_file(operation):
        return redirect("messaging:document_file", operation.pk)
    made, _part = document_of(operation.parameters.get("document", ""))
    title = made.title if made else ""
    context = {"operation": describe(operation, now=clock.now()), "title": title}
    return render_page(request, "messaging/document.html", context, fragment="document")


@staff_required
@never_cache
@require_GET
def document_pdf(request: Request, operation_id: int) -> FileResponse:
    found = document_file(_own(request.user, operation_id))
    if found is None:
        raise Http404
    stored, name = found
    try:
        content = files.open_file(stored)
    except FileNotFoundError as error:
        raise Http404 from error
    response = FileResponse(content, filename=name, content_type="application/pdf")
    response["X-Content-Type-Options"] = "nosniff"
    return response


def contact_documents(request: HttpRequest, entity: Entity) -> str:
    """What can be printed of a contact, for the menu of its page."""
    offered = [(key, each) for key, each in documents.items() if each.page == "contact"]
    return render_to_string("messaging/document_actions.html", {"entity": entity, "documents": offered}, request)


def contacts_document_url(_none: int) -> str:
    """Where a selection of contacts is posted to."""
    return reverse("messaging:contacts_document")


def _own(user: User, operation_id: int) -> Operation:
    found = Operation.objects.of(user).filter(verb=VERB, pk=operation_id).first() if operation_id < _MOST_KEY else None
    if found is None:
        raise Http404
    return found
