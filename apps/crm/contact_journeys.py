"""Personas and journeys on the page of a contact."""

from __future__ import annotations

from django.http import HttpRequest
from django.template.loader import render_to_string

from apps.accounts.permissions import is_staff_member
from apps.contacts.models import Entity


def journeys_card(request: HttpRequest, entity: Entity) -> str:
    """Where the panel comes to stand: it is asked for when the page is there."""
    if not is_staff_member(request.user):
        return ""
    return render_to_string("crm/_contact_journeys.html", {"entity": entity}, request)
