"""Visits of a dealer's people in the portal. No operation tells of them."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from apps.core.models import ListVisit
from apps.core.services.lists import note_list_visit
from apps.crm.list_news import FINANCES_KEY, HOME_KEY, MESSAGES_KEY
from apps.crm.selectors.since import LISTS

if TYPE_CHECKING:
    from apps.accounts.models import User

KEYS = (HOME_KEY, FINANCES_KEY, MESSAGES_KEY)


@transaction.atomic
def note_visit(*, actor: User, key: str, seen_at: datetime) -> None:
    """A page that is no list was seen as it was at `seen_at`. Raises KeyError for one there isn't.

    Home begins the visits of all lists that were never opened, so that it can say what changes in them from then on.
    """
    if key not in KEYS:
        raise KeyError(key)
    if key != HOME_KEY:
        note_list_visit(actor=actor, list_key=key, seen_at=seen_at)
        return
    rows = [ListVisit(user=actor, list_key=each, seen_at=seen_at, since_at=seen_at) for each in LISTS.values()]
    ListVisit.objects.bulk_create(rows, ignore_conflicts=True)
