"""Contacts out: the dialog, and the download that it opens."""

from __future__ import annotations

import secrets
from typing import Any

from django.core.cache import cache
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from apps.accounts.decorators import staff_required
from apps.contacts.forms.imports import ExportForm
from apps.contacts.listing import TABS, entity_listing, entity_scope
from apps.contacts.models import Entity
from apps.contacts.models.entities import EntityQuerySet
from apps.contacts.services.exports import company_scope, export_contacts, export_scope, format_by_key
from apps.core import clock
from apps.core.htmx import Request, render_page
from apps.core.sheets import close_sheet, way_back
from apps.core.streaming import streamed

_TICKET_SECONDS = 600


@staff_required
@require_http_methods(["GET", "POST"])
def export(request: Request) -> HttpResponse:
    """The list posts its selection here and gets the form; the form posts itself with `confirmed`."""
    confirmed = "confirmed" in request.POST
    selection, fields = _selection(request)
    company = _company(request)
    scopes = _scopes(selection, company)
    form = ExportForm(
        request.POST if confirmed else None, user=request.user, scopes=scopes, initial={"scope": scopes[0][0]}
    )
    if confirmed and form.is_valid():
        folder = form.cleaned_data.get("folder")
        wanted = {
            "scope": form.cleaned_data["scope"],
            "format": form.cleaned_data["format"],
            "folder": folder.pk if folder else None,
            "company": company.pk if company else None,
            "selection": selection,
        }
        ticket = secrets.token_urlsafe(24).replace("_", "-")
        cache.set(_ticket_key(request, ticket), wanted, _TICKET_SECONDS)
        return close_sheet(request, reverse("contacts:export_download", args=[ticket]))
    context = {
        "form": form,
        "fields": fields,
        "company": company,
        "tab": request.GET.get("tab", ""),
        "back": way_back(request, reverse("contacts:list")),
    }
    return render_page(
        request, "contacts/imports/export.html", context, fragment="sheet", status=422 if form.errors else 200
    )


@staff_required
@require_GET
def export_download(request: Request, ticket: str) -> Any:
    """The file, once for each time it was asked for."""
    wanted = cache.get(_ticket_key(request, ticket))
    if not wanted or not cache.delete(_ticket_key(request, ticket)):
        raise Http404
    to = format_by_key(wanted["format"])
    if to is None:
        raise Http404
    now = clock.now()
    entities, scope = _wanted_entities(request, wanted)
    parts = export_contacts(actor=request.user, entities=entities, to=to, now=now, scope=scope)
    response = StreamingHttpResponse(streamed(request, parts), content_type=to.mime_type)
    response["Content-Disposition"] = f'attachment; filename="contacts-{now:%Y-%m-%d}.{to.extension}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _ticket_key(request: Request, ticket: str) -> str:
    return f"contacts:export:{request.user.pk}:{ticket}"


def _selection(request: Request) -> tuple[dict[str, Any] | None, list[tuple[str, str]]]:
    if request.method != "POST" or not ("ids" in request.POST or "all" in request.POST):
        return None, []
    tab = _tab(request)
    selection = entity_listing(request.user, tab=tab).selection(request, entity_scope(request.user, tab))
    return {**selection.parameters(), "tab": tab}, selection.fields


def _tab(request: Request) -> str:
    tab = request.GET.get("tab", "all")
    return tab if tab in TABS else "all"


def _company(request: Request) -> Entity | None:
    asked = request.POST.get("company") or request.GET.get("company", "")
    if not asked.isdecimal() or len(asked) > 18:
        return None
    return get_object_or_404(Entity.objects.visible_to(request.user).live(), pk=int(asked))


def _scopes(selection: dict[str, Any] | None, company: Entity | None) -> list[tuple[str, Any]]:
    if selection is not None:
        return [("selection", _("Those chosen"))]
    if company is not None:
        return [("company", _("%(name)s and its people") % {"name": company.display_name})]
    return [("all", _("All that I may export")), ("folder", _("One folder"))]


def _wanted_entities(request: Request, wanted: dict[str, Any]) -> tuple[EntityQuerySet, str]:
    user = request.user
    match wanted["scope"]:
        case "selection":
            chosen = wanted["selection"]
            scope = entity_scope(user, chosen["tab"])
            if "matching" in chosen:
                matching = entity_listing(user, tab=chosen["tab"]).matching(scope, chosen["matching"])
                return export_scope(user).filter(pk__in=matching.order_by().values("pk")), "matching"
            return export_scope(user).filter(pk__in=chosen["ids"]), "selection"
        case "company":
            company = get_object_or_404(Entity.objects.visible_to(user).live(), pk=wanted["company"])
            return company_scope(user, company), f"company:{company.pk}"
        case "folder":
            return export_scope(user).filter(folder=wanted["folder"]), f"folder:{wanted['folder']}"
        case _:
            return export_scope(user), "all"
