"""What the views of contacts share: finding the contact, and the form's way back from a service's objection."""

from __future__ import annotations

from functools import cache

from django.contrib.postgres.expressions import ArraySubquery
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef
from django.db.models.functions import JSONObject
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect

from apps.contacts.models import Category, Entity, Favourite
from apps.contacts.models.entities import EntityQuerySet
from apps.contacts.permissions import can_edit_entity
from apps.core.htmx import Request

Found = Entity | HttpResponse


def visible_entity(request: Request, entity_id: int) -> Entity:
    """The contact, in the trash too, for whoever may see it; 404 for all others."""
    return get_object_or_404(Entity.objects.visible_to(request.user).select_related("folder"), pk=entity_id)


def entity_to_show(request: Request, entity_id: int) -> Entity:
    """`visible_entity` with what its page shows beside: the categories' `badges`, and `is_favourite`."""
    favourite = Exists(Favourite.objects.filter(user=request.user.pk, entity=OuterRef("pk")))
    shown = _with_badges().visible_to(request.user).annotate(is_favourite=favourite)
    return get_object_or_404(shown, pk=entity_id)


@cache  # the query, not its answer: putting it together takes longer than asking it
def _with_badges() -> EntityQuerySet:
    categories = Category.objects.filter(entities=OuterRef("pk")).order_by("name", "pk")
    badges = ArraySubquery(categories.values(badge=JSONObject(name="name", colour="colour")))
    return Entity.objects.select_related("folder").annotate(badges=badges)


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
