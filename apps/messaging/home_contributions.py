"""The card of Home about mail."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from django.db.models import Count
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import ngettext, pgettext_lazy

from apps.accounts.permissions import is_staff_member
from apps.core import clock
from apps.core.contributions import home_cards
from apps.core.home import Figure, HomeCard, figures_card
from apps.messaging.models import ThreadState
from apps.messaging.selectors.boxes import BOXES

if TYPE_CHECKING:
    from apps.accounts.models import User

_BOXES = ("needs-answer", "unread", "assigned")


def register() -> None:
    """Called once, when the app is ready."""
    mail = HomeCard(
        title=pgettext_lazy("the mail of somebody", "Mail"),
        icon="mail",
        render=_mail,
        may_have=is_staff_member,
        kept_seconds=60,
    )
    home_cards.register("messaging.mail", mail, position=5)


def _mail(request: HttpRequest) -> str:
    """What lies in the boxes that somebody waits in; one question."""
    user, now = cast("User", request.user), clock.now()
    narrow = {key: box.condition(user, now) for key, box in BOXES.items() if key in _BOXES and box.condition}
    counted = {key.replace("-", "_"): Count("pk", filter=condition) for key, condition in narrow.items()}
    found = ThreadState.objects.of_mailboxes_of(user).order_by().aggregate(**counted)
    waits, unread, mine = (found[key.replace("-", "_")] for key in _BOXES)
    return figures_card(
        [
            Figure(waits, ngettext("needs an answer", "need an answer", waits), _box("needs-answer")),
            Figure(unread, ngettext("unread thread", "unread threads", unread), _box("unread")),
            Figure(mine, ngettext("assigned to me", "assigned to me", mine), _box("assigned")),
        ]
    )


def _box(key: str) -> str:
    return f"{reverse('messaging:mail')}?box={key}"
