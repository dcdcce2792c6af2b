"""The list of voicemails."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Q

from apps.contacts.models import Entity
from apps.messaging.models import Voicemail

if TYPE_CHECKING:
    from apps.accounts.models import User

_PAGE = 30


@dataclass(frozen=True, slots=True)
class VoicemailPage:
    items: Sequence[Voicemail]
    before: int | None  # the id that the next page is asked with
    open_only: bool


def voicemail_page(user: User, *, before: str = "", open_only: bool = False) -> VoicemailPage:
    """A page of what `user` may hear, the newest first; an id in `before` that is none begins at the top."""
    found = Voicemail.objects.visible_to(user).select_related("entity", "user", "assignee", "sound")
    if open_only:
        found = found.filter(returned_at__isnull=True)
    if before.isdecimal() and len(before) < 19:
        last = Voicemail.objects.visible_to(user).filter(pk=int(before)).first()
        if last is not None:
            found = found.filter(Q(happened_at__lt=last.happened_at) | Q(happened_at=last.happened_at, pk__lt=last.pk))
    items = list(found.order_by("-happened_at", "-pk")[: _PAGE + 1])
    _hide_strangers(items, user)
    more = len(items) > _PAGE
    return VoicemailPage(items[:_PAGE], items[_PAGE - 1].pk if more else None, open_only)


def _hide_strangers(items: Sequence[Voicemail], user: User) -> None:
    """Whoever is handed a voicemail need not see the contact that it came from."""
    callers = {item.entity_id for item in items if item.entity_id}
    seen = set(Entity.objects.visible_to(user).filter(pk__in=callers).values_list("pk", flat=True))
    for item in items:
        if item.entity_id not in seen:
            item.entity = None
