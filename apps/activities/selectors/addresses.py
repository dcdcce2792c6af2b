"""Where an entry or a record is read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

from django.conf import settings
from django.urls import reverse

from apps.activities.models.notices import ENTITIES
from apps.core.contributions import contexts, kinds

if TYPE_CHECKING:
    from apps.activities.models import Activity


def home_of(activity: Activity) -> str:
    """Its own page, else that of what it belongs to, of the first contact that it is about, of the whole history."""
    kind = kinds.get(activity.kind)
    if kind and kind.home:
        return str(kind.home(activity))
    if activity.context_id is not None and (context := contexts.get(activity.context_type)):
        described = context.describe([activity.context_id]).get(activity.context_id)
        if described:
            return described[1]
    link = activity.participants.filter(via_employer=False).order_by("pk").first()
    return _place(link.entity_id, activity) if link else _all()


def page_of(entry: Any) -> str:
    """The same for an entry that `selectors.timelines.dress` has dressed, without asking again."""
    kind = kinds.get(entry.kind)
    if kind and kind.home:
        return str(kind.home(entry))
    if entry.context_link:
        return str(entry.context_link[1])
    return _place(entry.subjects[0].entity_id, entry) if entry.subjects else _all()


def record_home(record_type: str, record_id: int | None) -> str:
    if record_type == ENTITIES and record_id is not None:
        return reverse("contacts:entity", args=[record_id])
    return _all()


def absolute(path: str) -> str:
    """The same with the house's address, for mails; "" where the house doesn't know its own."""
    return urljoin(settings.RAPPORT_SITE_URL, path) if settings.RAPPORT_SITE_URL else ""


def _all() -> str:
    return reverse("activities:all")


def _place(entity_id: int, activity: Activity) -> str:
    return f"{reverse('contacts:entity', args=[entity_id])}#activity-{activity.pk}"
