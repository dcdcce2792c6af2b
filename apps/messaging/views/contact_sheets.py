"""The customer sheet as a page: the contact at once, what the apps add and what happened a moment later."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from apps.accounts.decorators import staff_required
from apps.contacts.models import Attachment, Entity
from apps.core import clock
from apps.core.contributions import SheetBlock
from apps.core.htmx import Request, render_page
from apps.messaging.services.papers.customer_sheet import badges_of, happenings_of, head_of, parts_of, subtitle_of
from apps.messaging.services.papers.letters import day
from apps.messaging.views.writing_links import send_customer_sheet

if TYPE_CHECKING:
    from apps.accounts.models import User

_MOST_FILES = 50


@staff_required
@require_GET
def contact_sheet(request: Request, entity_id: int) -> HttpResponse:
    """All that the house knows of a contact and this reader may know; `parts` adds all but its head."""
    entity = get_object_or_404(Entity.objects.visible_to(request.user).live(), pk=entity_id)
    now = clock.now()
    context: dict[str, object] = {"entity": entity}
    if "parts" in request.GET:
        context["parts"] = parts_of(request.user, entity, in_house=True, now=now)
        context["badges"] = badges_of(entity)
        context["happenings"] = happenings_of(request.user, entity, now=now)
        if request.htmx and not request.htmx.boosted:
            return render_page(request, "messaging/contact_sheet.html", context, fragment="sheet-parts")
    context |= {"subtitle": subtitle_of(entity), "compose_url": send_customer_sheet(entity.pk)}
    context |= head_of(request.user, entity)
    return render_page(request, "messaging/contact_sheet.html", context)


def sheet_link(request: HttpRequest, entity: Entity) -> str:
    """The page, in the menu of the contact's own."""
    return render_to_string("messaging/_sheet_link.html", {"entity": entity}, request)


def files_part(_user: User, entity: Entity, _now: datetime) -> SheetBlock:
    """Names of the contact's files; whoever sees the contact sees them."""
    files = Attachment.objects.filter(entity=entity, removed_at__isnull=True).order_by("-created_at", "-pk")
    rows = [(each.name, day(each.created_at)) for each in files[:_MOST_FILES]]
    return SheetBlock(head=(_("Name"), _("Added")), rows=rows)
