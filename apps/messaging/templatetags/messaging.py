"""For pages of other modules: whom a record is about, and the button that writes to them."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django import template
from django.urls import reverse
from django.utils.translation import gettext as _

from apps.contacts.models import Entity

register = template.Library()


@register.inclusion_tag("messaging/contacts_panel.html", takes_context=True)
def contacts_panel(context: template.Context, entity: Entity | int) -> dict[str, Any]:
    """A card with the contact (or its id), who works there, how to call and mail them; "" for who may not see."""
    user = context["request"].user
    key = entity.pk if isinstance(entity, Entity) else entity
    found = Entity.objects.visible_to(user).live().filter(pk=key).first() if user.is_authenticated else None
    people = []
    if found is not None and found.is_organisation:
        staff = Entity.objects.visible_to(user).live().people().filter(organisation_entity=found.pk)
        people = list(staff.order_by("sort_name", "pk")[:20])
    return {"entity": found, "people": people}


@register.inclusion_tag("messaging/compose_button.html")
def compose_button(
    label: str = "",
    *,
    to: str = "",
    entity: Entity | int | None = None,
    template: str = "",
    document: str = "",
    record: int | None = None,
    kind: str = "plain",
) -> dict[str, Any]:
    """A button that opens the sheet with the mail filled: to whom, by which template, with which document."""
    wish = {
        "to": to,
        "entity": entity.pk if isinstance(entity, Entity) else entity,
        "template": template,
        "document": document,
        "record": record,
    }
    query = urlencode({name: value for name, value in wish.items() if value not in ("", None)})
    return {"label": label or _("Write"), "url": f"{reverse('messaging:compose')}?{query}", "kind": kind}
