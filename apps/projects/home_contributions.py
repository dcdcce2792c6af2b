"""The card of Home about groups with something new."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.accounts.permissions import is_staff_member
from apps.core import clock
from apps.core.contributions import home_cards
from apps.core.home import Figure, HomeCard, figures_card
from apps.projects.selectors.groups import group_rows

if TYPE_CHECKING:
    from apps.accounts.models import User

_MOST = 6


def register() -> None:
    """Called once, when the app is ready."""
    groups = HomeCard(
        title=_("New in my groups"),
        icon="messages",
        render=_groups,
        may_have=is_staff_member,
        roles=("project", "manager", "sales", "content"),
        nothing=_("You have read everything."),
    )
    home_cards.register("projects.unread", groups, position=12)


def _groups(request: HttpRequest) -> str:
    user = cast("User", request.user)
    rows = [row for row in group_rows(user, now=clock.now()) if row.unread and not row.is_muted][:_MOST]
    return figures_card([Figure(row.unread, row.title, reverse("projects:group", args=[row.pk])) for row in rows])
