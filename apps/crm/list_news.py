"""What is new to a reader of the portal: the filter of each list, and of the pages that are no lists."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apps.core.listing.news import NewFilter
from apps.crm.models.reach import portal_reader

if TYPE_CHECKING:
    from apps.accounts.models import User

FINANCES_KEY, MESSAGES_KEY, HOME_KEY = "portal.finances", "portal.messages", "portal.home"


def news_filters(user: User, list_key: str, at: str) -> list[NewFilter]:
    """None for staff who look in on a dealer: their looking is no visit."""
    reader = portal_reader(user)
    if reader is None or not reader.user_id:
        return []
    return [NewFilter(user=user, list_key=list_key, at=at, counts=True)]


def page_news(user: User, key: str, at: str) -> NewFilter | None:
    """Of a page that is no list; the same rules, told to the portal's own address."""
    reader = portal_reader(user)
    if reader is None or not reader.user_id:
        return None
    return NewFilter(user=user, list_key=key, at=at, note_route="portal:visit")
