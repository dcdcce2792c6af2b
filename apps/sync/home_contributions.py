"""Cards of Home: what plants sent and nobody took, what phones changed and somebody has to decide."""

from __future__ import annotations

from django.db.models import Count
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from apps.accounts.permissions import can_hold_app_passwords, is_admin
from apps.core.contributions import home_cards
from apps.core.home import Figure, HomeCard, figures_card
from apps.sync.models import Rejection, Source
from apps.sync.selectors.cards import waiting_clashes


def register() -> None:
    """Called once, when the app is ready."""
    feeds = HomeCard(
        title=_("Synchronisation"),
        icon="arrows-exchange",
        render=_rejections,
        may_have=is_admin,
        roles=("admin",),
        nothing=_("Nothing was rejected."),
        kept_seconds=60,
    )
    home_cards.register("sync.rejections", feeds, position=7)
    clashes = HomeCard(
        title=_("Changed on your phone and here"),
        icon="device-mobile-question",
        render=_clashes,
        may_have=can_hold_app_passwords,
        kept_seconds=60,
    )
    home_cards.register("sync.clashes", clashes, position=8)


def _rejections(request: HttpRequest) -> str:
    """Records that wait to be replayed or dismissed, by their source; two questions."""
    waiting = Rejection.objects.filter(state=Rejection.State.OPEN).order_by().values_list("source")
    numbers = dict(waiting.annotate(number=Count("pk")))
    figures = []
    for source in Source.objects.filter(pk__in=numbers).order_by("title"):
        number = numbers[source.pk]
        words = ngettext("record of %(source)s was rejected", "records of %(source)s were rejected", number)
        url = reverse("sync:rejections", args=[source.code])
        figures.append(Figure(number, words % {"source": source.title}, url, is_late=True))
    return figures_card(figures)


def _clashes(request: HttpRequest) -> str:
    """Contacts of which the reader has to say what is right; one question."""
    number = waiting_clashes(request.user).count()
    words = ngettext("contact waits for your decision", "contacts wait for your decision", number)
    return figures_card([Figure(number, words, reverse("sync:phones"), is_late=True)])
