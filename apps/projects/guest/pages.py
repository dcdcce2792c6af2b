"""What the pages of a guest share: the project's name and the tabs that they have."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.urls import reverse

from apps.accounts.models import User
from apps.projects.models.guest_reach import GuestPlace, guest_reader
from apps.projects.models.guests import GUEST_TABS

_ROUTES = {
    "chat": ("guest:group", "messages"),
    "about": ("guest:project_about", "info-circle"),
    "contacts": ("guest:participants", "address-book"),
    "history": ("guest:project_history", "history"),
    "tasks": ("guest:project_tasks", "checkbox"),
    "files": ("guest:group_files", "paperclip"),
    "links": ("guest:group_links", "link"),
}


def page_context(user: User, current: str) -> dict[str, Any]:
    """Raises Http404 where no project is at hand."""
    reader = guest_reader(user)
    if reader is None or reader.place is None:
        raise Http404
    place = reader.place
    tabs = [tab for tab in _tabs(place, current) if tab["key"] in place.tabs]
    group = {"pk": place.group_id, "title": place.title}
    return {"is_guest": True, "group": group, "place": place, "tabs": tabs, "has_others": len(reader.places) > 1}


def first_page(place: GuestPlace) -> str:
    """The address that a guest of this project lands at."""
    return str(next(tab["url"] for tab in _tabs(place, "") if tab["key"] in place.tabs))


def _tabs(place: GuestPlace, current: str) -> list[dict[str, Any]]:
    return [
        {
            "key": key,
            "title": title,
            "url": reverse(_ROUTES[key][0], args=[place.group_id]),
            "icon": _ROUTES[key][1],
            "is_current": key == current,
            "count": None,
        }
        for key, title in GUEST_TABS
    ]
