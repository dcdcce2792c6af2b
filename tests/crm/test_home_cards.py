"""Figures on cards of Home are those of the lists that they open."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.core.cache import cache

from apps.core import clock
from apps.crm.models import Claim, NewsItem
from tests.crm.claims import a_claim
from tests.crm.factories import a_dealer, an_order, into_portal

pytestmark = pytest.mark.django_db
FIGURE = re.compile(r'href="([^"]+)"><strong[^>]*>(\d+)</strong> ([^<]+)')


@pytest.fixture
def dealer(dora, everyone_folder):
    dealer = a_dealer("Svitlo Windows")
    into_portal(dora, dealer)
    return dealer


@pytest.fixture(autouse=True)
def _nothing_kept():
    cache.clear()


def figures(client, slot):
    card = client.get("/home/card/", {"slot": slot})
    return [(url.replace("&amp;", "&"), int(number), words) for url, number, words in FIGURE.findall(card.text)]


def test_claims_of_mine_and_of_the_house_open_the_very_lists(client, alice, dora, dealer):
    now = clock.now()
    for number, (manager, late, decided) in enumerate(
        [(alice, True, False), (alice, False, False), (None, True, False), (None, False, False), (alice, True, True)]
    ):
        made = a_claim(an_order(dealer, f"A-{number}"), dora, now=now)
        Claim.objects.filter(pk=made.pk).update(
            manager=manager,
            due_at=now + timedelta(days=-1 if late else 2),
            decided_at=now if decided else None,
            state="accepted" if decided else "new",
        )
    client.force_login(alice)

    shown = figures(client, "crm.claims")

    assert [(number, words) for _url, number, words in shown] == [
        (1, "late one of mine"),
        (2, "wait for my decision"),
        (2, "late in the house"),
        (4, "without a decision in the house"),
    ]
    for url, number, _words in shown:
        assert client.get(url).context["list"].total.number == number


def test_drafts_open_as_drafts(client, ada):
    now = clock.now()
    for title, is_published in (("Holidays", False), ("Prices", False), ("Colours", True)):
        NewsItem.objects.create(title=title, is_published=is_published, created_at=now, changed_at=now)
    client.force_login(ada)

    ((url, number, words),) = figures(client, "crm.content")

    assert (number, words) == (2, "drafts of news")
    assert client.get(url).context["list"].total.number == 2
