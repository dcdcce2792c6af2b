"""The words of notices about orders, claims, dealers and news, for dealers' people and their managers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.core.contributions import NoticeRecord
from apps.crm.models import Claim, Dealer, NewsItem, Order
from apps.crm.models.reach import portal_reader
from apps.crm.selectors.answering import answer_address

if TYPE_CHECKING:
    from apps.accounts.models import User
    from apps.activities.models import Notice

Lines = dict[int, tuple[str, str, str, str]]

WORDS = {
    "order.accepted": ("clipboard-check", _("Order %(name)s is accepted")),
    "order.shipped": ("truck-delivery", _("Order %(name)s is shipped")),
    "order.delivered": ("circle-check", _("Order %(name)s is delivered")),
    "order.held": ("player-pause", _("Order %(name)s is on hold")),
    "order.planned": ("calendar-event", _("Order %(name)s: the planned day of delivery has moved")),
    "order.promise": ("calendar-time", _("Order %(name)s: it is expected on another day now")),
    "claim.opened": ("alert-triangle", _("Claim %(name)s waits for a decision")),
    "claim.escalated": ("alarm", _("Claim %(name)s is late")),
    "claim.asked": ("message-question", _("A question about claim %(name)s")),
    "claim.accepted": ("circle-check", _("Claim %(name)s is accepted")),
    "claim.refused": ("circle-x", _("Claim %(name)s is refused")),
    "message.opened": ("message", _("New message: %(name)s")),
    "message.posted": ("message", _("New message: %(name)s")),
    "price.opened": ("receipt", _("A price is asked for: %(name)s")),
    "news.published": ("news", _("News: %(name)s")),
}


def record(model: Any, staff_route: str, portal_route: str) -> NoticeRecord:
    """How notices about records of `model` find their readers and their words."""

    def visible(user: User) -> QuerySet[Any]:
        found: QuerySet[Any] = model.objects.visible_to(user)
        return found

    def lines(user: User, notices: Sequence[Notice]) -> Lines:
        route = staff_route if portal_reader(user) is None else portal_route
        found = visible(user).filter(pk__in={each.record_id for each in notices})
        return dict(_lines(notices, {each.pk: each for each in found}, lambda pk: _address(route, pk)))

    return NoticeRecord(visible, lines, answer_address)


def _lines(
    notices: Iterable[Notice], records: dict[int, Any], address: Callable[[int], str]
) -> Iterable[tuple[int, tuple[str, str, str, str]]]:
    for each in notices:
        found = records.get(each.record_id or 0)
        if found is not None and each.verb in WORDS:
            icon, words = WORDS[each.verb]
            yield each.pk, (icon, str(words) % {"name": found}, _more(found), address(found.pk))


def _more(found: Any) -> str:
    if isinstance(found, Order):
        return found.reference
    return str(found.get_kind_display()) if isinstance(found, Claim) else ""


def _address(route: str, pk: int) -> str:
    return reverse(route) if route == "portal:messages" else reverse(route, args=[pk])


RECORDS = {
    "crm.order": (Order, "crm:order", "portal:order"),
    "crm.claim": (Claim, "crm:claim", "portal:claim"),
    "crm.dealer": (Dealer, "crm:dealer_thread", "portal:messages"),
    "crm.newsitem": (NewsItem, "crm:news_item", "portal:news_item"),
}
