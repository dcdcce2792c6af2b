"""What the views of contacts share: finding the contact, and the form's way back from a service's objection."""

from __future__ import annotations

from django.contrib.postgres.expressions import ArraySubquery
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef
from django.db.models.functions import JSONObject
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect

from apps.accounts.models import User
from apps.contacts.models import Category, Entity, Favourite
from apps.contacts.models.entities import EntityQuerySet
from apps.contacts.models.rights import rights_of
from apps.contacts.permissions import can_edit_entity
from apps.core.htmx import Request
from apps.core.prepared import blank_number, prepared

Found = Entity | HttpResponse

_ENTITY, _READER = blank_number(), blank_number()


def visible_entity(request: Request, entity_id: int) -> Entity:
    """The contact, in the trash too, for whoever may see it; 404 for all others."""
    return get_object_or_404(Entity.objects.visible_to(request.user).select_related("folder"), pk=entity_id)


def entity_to_show(request: Request, entity_id: int) -> Entity:
    """`visible_entity` with what its page shows beside: the categories' `badges`, and `is_favourite`."""
    found = _shown.ask({_ENTITY: entity_id, _READER: request.user.pk}, request.user)
    if not found:
        raise Http404
    return found[0]


@prepared(rights_of)
def _shown(user: User) -> EntityQuerySet:
    categories = Category.objects.filter(entities=OuterRef("pk")).order_by("name", "pk")
    badges = ArraySubquery(categories.values(badge=JSONObject(name="name", colour="colour")))
    favourite = Exists(Favourite.objects.filter(user=_READER, entity=OuterRef("pk")))
    shown = Entity.objects.visible_to(user).select_related("folder")
    return shown.annotate(badges=badges, is_favourite=favourite).filter(pk=_ENTITY)


def editable_entity(request: Request, entity_id: int) -> Entity:
    """The contact for whoever may edit it; 404 for who may not see it, 403 for all others."""
    entity = visible_entity(request, entity_id)
    if not can_edit_entity(request.user, entity):
        raise PermissionDenied
    return entity


def forwarded(entity: Entity) -> HttpResponse | None:
    """Where the contact was merged into another one, the way there."""
    if entity.merged_into_id:
        return redirect("contacts:entity", entity_id=entity.merged_into_id)
    return None
