"""Cards of Home about claims and about what dealers are told."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from django.db.models import Count, Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from apps.core import clock
from apps.core.contributions import home_cards
from apps.core.home import Figure, HomeCard, figures_card
from apps.crm.models import Claim, GuidePage, NewsItem
from apps.crm.permissions.claims import works_with_claims
from apps.crm.permissions.content import keeps_content

if TYPE_CHECKING:
    from apps.accounts.models import User

_KEPT = 60  # seconds
_UNDECIDED: list[str] = [Claim.State.NEW, Claim.State.IN_REVIEW, Claim.State.WAITING]


def register() -> None:
    """Called once, when the app is ready."""
    claims = HomeCard(
        title=_("Claims"),
        icon="alert-triangle",
        render=_claims,
        may_have=works_with_claims,
        roles=("manager", "claims"),
        nothing=_("No claim waits for a decision."),
        kept_seconds=_KEPT,
    )
    home_cards.register("crm.claims", claims, position=7)
    content = HomeCard(
        title=_("News and guide"),
        icon="news",
        render=_content,
        may_have=keeps_content,
        roles=("content",),
        nothing=_("There are no drafts."),
        kept_seconds=_KEPT,
    )
    home_cards.register("crm.content", content, position=9)


def _claims(request: HttpRequest) -> str:
    """Those without a decision: late ones, the reader's own, and nobody's; one question."""
    user = cast("User", request.user)
    late = Q(due_at__lte=clock.now())
    undecided = Claim.objects.visible_to(user).undecided().order_by()
    found = undecided.aggregate(
        own_late=Count("pk", filter=late & Q(manager=user)),
        own=Count("pk", filter=Q(manager=user)),
        late=Count("pk", filter=late),
        all=Count("pk"),
    )
    late_words = ngettext("late one of mine", "late ones of mine", found["own_late"])
    own_words = ngettext("waits for my decision", "wait for my decision", found["own"])
    all_late_words = ngettext("late in the house", "late in the house", found["late"])
    all_words = ngettext("without a decision in the house", "without a decision in the house", found["all"])
    return figures_card(
        [
            Figure(found["own_late"], late_words, _claims_at(late="yes", manager=user.pk), is_late=True),
            Figure(found["own"], own_words, _claims_at(manager=user.pk, state=_UNDECIDED)),
            Figure(found["late"], all_late_words, _claims_at(late="yes"), is_late=True),
            Figure(found["all"], all_words, _claims_at(state=_UNDECIDED)),
        ]
    )


def _claims_at(**filters: str | int | list[str]) -> str:
    query = urlencode({f"f.{key}": value for key, value in filters.items()}, doseq=True)
    return f"{reverse('crm:claim_list')}?{query}"


def _content(request: HttpRequest) -> str:
    user = cast("User", request.user)
    news = NewsItem.objects.visible_to(user).filter(is_published=False).count()
    pages = GuidePage.objects.visible_to(user).filter(is_published=False).count()
    return figures_card(
        [
            Figure(news, ngettext("draft of news", "drafts of news", news), _drafts("crm:news")),
            Figure(pages, ngettext("draft of the guide", "drafts of the guide", pages), _drafts("crm:guide")),
        ]
    )


def _drafts(url_name: str) -> str:
    return f"{reverse(url_name)}?f.published=no"
