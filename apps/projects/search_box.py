"""Groups by their names and messages by their words in the Ctrl-K box."""

from __future__ import annotations

from django.urls import reverse
from django.utils.text import Truncator

from apps.accounts.models import User
from apps.accounts.permissions import is_staff_member
from apps.core import clock
from apps.core.contributions import SearchHit
from apps.projects.selectors.groups import group_rows
from apps.projects.selectors.search import find_messages

_FROM = 3  # letters


def find_groups(user: User, text: str, limit: int) -> list[SearchHit]:
    if not is_staff_member(user):
        return []
    rows = group_rows(user, now=clock.now(), text=text, most=limit)
    return [SearchHit(title=row.title, url=reverse("projects:group", args=[row.pk]), icon="messages") for row in rows]


def find_said(user: User, text: str, limit: int) -> list[SearchHit]:
    if len(text) < _FROM or not is_staff_member(user):
        return []
    found = find_messages(user, text, most=limit, guesses=False)
    return [
        SearchHit(
            title=Truncator(message.text).chars(90),
            url=f"{reverse('projects:group', args=[message.group_id])}?at={message.seq}",
            subtitle=" · ".join(filter(None, [message.author.display_name, message.group.title])),
            icon="message",
        )
        for message in found.messages
    ]
