"""One's own to-dos and appointments of today, as the calendar prints them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import Http404
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from apps.activities.selectors.agenda import agenda_of
from apps.core import clock
from apps.messaging.services.papers.frame import file_name

if TYPE_CHECKING:
    from apps.accounts.models import User


def build(user: User, record_id: int, language: str) -> dict[str, Any]:
    """Of the user `record_id`, who is `user`. Raises Http404 for anybody else."""
    if record_id != user.pk:
        raise Http404
    now = clock.now()
    return agenda_of(user, first=localdate(now), days=1, now=now)


def name_of(data: dict[str, Any]) -> str:
    return file_name(_("To-do list"), data["title"])
