"""What orders add to the history. See contributions.py."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.activities.models.reach import token_of
from apps.core.contributions import ActivityContext, Kind, Subject, contexts, kinds, subjects, verbs
from apps.core.markup import fill
from apps.crm.models import Order
from apps.crm.order_listing import SEARCHED_FROM
from apps.crm.services.feed import dealer_rows
from apps.crm.services.feed.history import CONTEXT, KIND

if TYPE_CHECKING:
    from apps.accounts.models import User
    from apps.activities.models import Activity

HAPPENED = {
    "accepted": pgettext_lazy("order", "Accepted"),
    "shipped": pgettext_lazy("order", "Shipped"),
    "delivered": pgettext_lazy("order", "Delivered"),
    "held": pgettext_lazy("order", "On hold"),
    "cancelled": pgettext_lazy("order", "Cancelled"),
}


def register() -> None:
    """Called once, when the app is ready."""
    kinds.register(KIND, Kind(pgettext_lazy("order", "Order"), "package", _draw))
    contexts.register(CONTEXT, ActivityContext(_tokens_of, _tokens_for, _describe))
    facts = {f"order.{happened}": title for happened, title in HAPPENED.items()}
    title = pgettext_lazy("order", "Order")
    subjects.register(CONTEXT, Subject(title, "package", Order.objects.visible_to, _find, facts))
    verbs.register(dealer_rows.MADE, _("Dealers received from a plant"))
    verbs.register(dealer_rows.RENAMED, _("Dealers renamed by a plant"))


def _draw(activity: Activity) -> str:
    happened = HAPPENED.get(activity.facts.get("happened", ""), "")
    return fill('<p class="activity__facts">{}</p>', str(happened)) if happened else ""


def _find(user: User, text: str, limit: int) -> list[tuple[int, str, str]]:
    if len(text) < SEARCHED_FROM:
        return []
    found = Order.objects.visible_to(user).matching(text).select_related("dealer").order_by("-received_at", "-pk")
    return [(order.pk, order.number, order.dealer.name) for order in found[:limit]]


def _tokens_of(ids: Collection[int]) -> dict[int, list[int]]:
    """Who sees an order's dealer among the contacts reads what belongs to the order."""
    rows = Order.objects.filter(pk__in=ids).values_list(
        "pk", "dealer__entity__folder_id", "dealer__entity__is_restricted"
    )
    return {pk: [token_of(folder_id=folder, is_restricted=restricted)] for pk, folder, restricted in rows}


def _tokens_for(user: User) -> list[int]:
    return []  # those of entities are everybody's by their folders


def _describe(ids: Collection[int]) -> dict[int, tuple[str, str]]:
    numbers = Order.objects.filter(pk__in=ids).values_list("pk", "number")
    try:
        return {pk: (number, reverse("crm:order", args=[pk])) for pk, number in numbers}
    except NoReverseMatch:  # until staff have a page of an order
        return {}
