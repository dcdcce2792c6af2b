"""What can be printed and sent of a record: `{% load papers %}`."""

from __future__ import annotations

from typing import Any

from django import template
from django.http import HttpRequest
from django.template.context import Context

from apps.core.contributions import documents, record_actions
from apps.crm.models.reach import portal_reader
from apps.crm.services.papers import shipments

register = template.Library()
register.simple_tag(shipments.note_key, name="note_key")
_ROUTES = {"order": "crm:order_paper", "claim": "crm:claim_paper"}


@register.inclusion_tag("crm/_papers.html")
def papers(page: str, record_id: int, *, without: str = "") -> dict[str, Any]:
    """Buttons that begin a mail with a document of the record, and the documents to print; not `without`."""
    made = [(key, each) for key, each in documents.items() if each.page == page and key != without]
    sent = [
        (action, action.url(record_id))
        for key, action in record_actions.items()
        if action.page == page and key != f"crm.{without}"
    ]
    return {"sent": sent, "documents": made, "record_id": record_id, "route": _ROUTES[page]}


@register.simple_tag(takes_context=True)
def may_print(context: Context) -> bool:
    """Whether the reader of a portal's page belongs to the dealer; who only looks in takes nothing along."""
    request: HttpRequest = context["request"]
    reader = portal_reader(request.user)
    return reader is not None and bool(reader.user_id)
