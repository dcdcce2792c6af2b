"""The lists of claims: a dealer's own, and the claim managers'."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.accounts.models import User
from apps.accounts.templatetags.formats import day
from apps.core import clock
from apps.core.listing import ChoiceFilter, Column, DateRangeFilter, Empty, Listing, RecordFilter, YesNoFilter
from apps.core.markup import record_url
from apps.crm import claim_drawing
from apps.crm.claim_filters import cause_filters
from apps.crm.list_news import news_filters
from apps.crm.models import Claim

if TYPE_CHECKING:
    from apps.core.listing.filters import Choices, Values

STAFF_KEY, PORTAL_KEY = "crm.claims", "portal.claims"
_PROMISE = Column("due", _("Promise"), lambda claim: claim_drawing.promise(claim, clock.now()), sort=("due_at",))
_MADE = Column("made", pgettext_lazy("claim", "Filed"), lambda claim: day(claim.made_at), sort=("made_at",))
_KIND = Column("kind", _("What is wrong"), lambda claim: claim.get_kind_display())
_STATE = Column("state", _("State"), claim_drawing.badge, sort=("state",))
_NUMBER = Column("number", pgettext_lazy("claim", "Number"), lambda claim: claim.number, sort=("number",), fixed=True)
_ORDER = Column("order", _("Order"), lambda claim: claim.order.number if claim.order else "", join=("order",))


def portal_listing(user: User) -> Listing:
    return Listing(
        key=PORTAL_KEY,
        columns=[_NUMBER, _ORDER, _KIND, _STATE, _MADE, _PROMISE],
        default_sort="-made",
        filters=[*_filters(), *news_filters(user, PORTAL_KEY, "changed_at")],
        search=_search("order__number__icontains", "order__reference__icontains", "text__icontains"),
        search_label=_("Search claims"),
        row_url=lambda claim: record_url("portal:claim", claim.pk),
        empty=Empty(
            _("No claims"),
            _("Something broken, missing or late? Each order's page has a button to tell us."),
            "mood-check",
        ),
        path=reverse("portal:claims"),
    )


def staff_listing() -> Listing:
    return Listing(
        key=STAFF_KEY,
        columns=[
            _NUMBER,
            Column("dealer", _("Dealer"), lambda claim: claim.dealer.name, join=("dealer",)),
            _ORDER,
            _KIND,
            _STATE,
            _PROMISE,
            Column("manager", _("Who sees to it"), lambda claim: claim.manager or "", join=("manager",)),
            _MADE,
        ],
        default_sort="-made",
        filters=[
            *_filters(),
            RecordFilter(
                key="manager",
                title=_("Who sees to it"),
                field="manager",
                pick_url=reverse("accounts:user_pick"),
                titles=_users,
            ),
            YesNoFilter(key="late", title=_("Late"), narrow=_late),
            *cause_filters(),
        ],
        search=_search("number__icontains", "order__number__icontains", "dealer__name__icontains"),
        search_label=_("Search claims"),
        row_url=lambda claim: record_url("crm:claim", claim.pk),
        empty=Empty(_("No claims"), _("What dealers complain of stands here."), "mood-check"),
        path=reverse("crm:claim_list"),
    )


def _filters() -> list[Any]:
    return [
        ChoiceFilter(key="state", title=_("State"), field="state", choices=Claim.State.choices),
        ChoiceFilter(key="kind", title=_("What is wrong"), field="kind", choices=Claim.Kind.choices),
        DateRangeFilter(key="made", title=pgettext_lazy("claim", "Filed"), field="made_at", moments=True),
    ]


def _search(*lookups: str) -> Callable[[QuerySet[Any], str], QuerySet[Any]]:
    def search(queryset: QuerySet[Any], text: str) -> QuerySet[Any]:
        asked = Q(number__icontains=text)
        for lookup in lookups:
            asked |= Q(**{lookup: text})
        return queryset.filter(asked)

    return search


def _late(queryset: QuerySet[Any], values: Values) -> QuerySet[Any]:
    undecided = queryset.filter(closed_at__isnull=True, decided_at__isnull=True)
    now = clock.now()
    return undecided.filter(due_at__lte=now) if values[0] == "yes" else undecided.filter(due_at__gt=now)


def _users(values: Values) -> Choices:
    return [(str(user.pk), str(user)) for user in User.objects.filter(pk__in=list(map(int, values)))]
