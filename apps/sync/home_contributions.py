"""The card of Home about what plants send."""

from __future__ import annotations

from django.db.models import Count
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from apps.accounts.permissions import is_admin
from apps.core.contributions import home_cards
from apps.core.home import Figure, HomeCard, figures_card
from apps.sync.models import Rejection, Source


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
