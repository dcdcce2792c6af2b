"""The contact as a card: a vCard to save, and its QR code to take along."""

from __future__ import annotations

import segno
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.views.decorators.http import require_GET

from apps.accounts.decorators import staff_required
from apps.contacts.formats.vcard import write
from apps.contacts.models import Entity
from apps.contacts.permissions import can_export_entity
from apps.contacts.services.exports.cards import cards_of, pocket_card
from apps.contacts.views.lookups import visible_entity
from apps.core.htmx import Request, render_page


@staff_required
@require_GET
def entity_qr(request: Request, entity_id: int) -> HttpResponse:
    """The vCard as a picture to be read by a phone, with as much as a camera can read."""
    entity = visible_entity(request, entity_id)
    text = b"".join(write([pocket_card(entity)], version="3.0")).decode()
    try:
        picture = segno.make(text, error="l", micro=False).svg_data_uri(omitsize=True)
    except segno.DataOverflowError:
        picture = ""
    return render_page(request, "contacts/qr.html", {"entity": entity, "picture": picture}, fragment="sheet")


@staff_required
@require_GET
def entity_vcard(request: Request, entity_id: int) -> HttpResponse:
    entity = visible_entity(request, entity_id)
    if not can_export_entity(request.user, entity):
        raise PermissionDenied
    content = b"".join(write(cards_of(Entity.objects.filter(pk=entity.pk), reader=request.user), version="4.0"))
    response = HttpResponse(content, content_type="text/vcard; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="contact-{entity.pk}.vcf"'
    return response
