"""What the routes of entries and of tasks have in common."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Collection, Iterable

from django.core.exceptions import ValidationError
from django.http import HttpRequest

from apps.accounts.models import User
from apps.activities.models import ActivityEntity
from apps.contacts.models import Entity


def user_of(request: HttpRequest) -> User:
    return request.auth  # type: ignore[attr-defined,no-any-return]  # what TokenAuth answered


def contacts_of(activity_ids: Collection[int], *, user: User) -> dict[int, list[int]]:
    """The contacts of each entry, as far as `user` sees them."""
    links = ActivityEntity.objects.filter(
        activity__in=activity_ids, via_employer=False, entity__in=Entity.objects.visible_to(user)
    )
    found: dict[int, list[int]] = {}
    for activity_id, entity_id in links.order_by("pk").values_list("activity_id", "entity_id"):
        found.setdefault(activity_id, []).append(entity_id)
    return found


def contacts_named(ids: Iterable[int], *, user: User) -> list[Entity]:
    """These contacts; one that `user` doesn't see is as good as none. Raises ValidationError."""
    wanted = [pk for pk in dict.fromkeys(ids) if 0 < pk < 2**63]
    found = {entity.pk: entity for entity in Entity.objects.visible_to(user).live().filter(pk__in=wanted)}
    if len(found) < len(set(ids)):
        raise ValidationError({"contact_ids": "There is no such contact."})
    return [found[pk] for pk in wanted]


def pack_key(*parts: object) -> str:
    return base64.urlsafe_b64encode("|".join(map(str, parts)).encode()).decode()


def unpack_key(after: str, count: int) -> list[str]:
    """The parts of a page's key. Raises ValidationError under "after"."""
    try:
        parts = base64.urlsafe_b64decode(after.encode()).decode().split("|")
    except (ValueError, binascii.Error) as error:
        raise bad_key() from error
    if len(parts) != count or not (parts[-1].isdecimal() and len(parts[-1]) < 19):
        raise bad_key()
    return parts


def bad_key() -> ValidationError:
    return ValidationError({"after": "This is no key of a page."})
