"""News and guide: drafted, scheduled, for chosen dealers, told once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from apps.activities.models import Notice
from apps.core import clock
from apps.crm.models import GuidePage, NewsItem
from apps.crm.services.content import ContentInput, tell_news, write_news
from tests.conftest import make_user
from tests.crm.factories import NOW, a_dealer, a_plant, into_portal

pytestmark = pytest.mark.django_db


@pytest.fixture
def dealer(dora, everyone_folder):
    dealer = a_dealer("Svitlo Windows")
    into_portal(dora, dealer)
    return dealer


@pytest.fixture
def other(everyone_folder):
    user = make_user("danylo@example.com", "Danylo Other", "dealer")
    into_portal(user, a_dealer("Other Windows", plant=a_plant("lviv")))
    return user


def news(by, title="New glass", **fields):
    values = {"title": title, "body": "<p>Better</p>", "is_published": True} | fields
    return write_news(actor=by, item=None, version=0, data=ContentInput(**values), now=fields.pop("now", NOW))


def test_a_content_manager_writes_previews_and_publishes(client, charlie, dora, dealer):
    client.force_login(charlie)
    data = {"version": 0, "title": "New glass", "body": "<p>Better <script>alert(1)</script><b>now</b></p>"}

    client.post(reverse("crm:news_create"), data)
    item = NewsItem.objects.get()
    assert "<b>now</b>" in client.get(reverse("crm:news_item_preview", args=[item.pk])).content.decode()
    assert "alert(1)" not in item.body
    client.force_login(dora)
    assert client.get(reverse("portal:news_item", args=[item.pk])).status_code == 404  # a draft
    client.force_login(charlie)
    client.post(reverse("crm:news_item", args=[item.pk]), data | {"version": 1, "is_published": "on"})

    client.force_login(dora)
    assert "New glass" in client.get(reverse("portal:news")).content.decode()
    assert "<b>now</b>" in client.get(reverse("portal:news_item", args=[item.pk])).content.decode()


def test_the_second_to_save_learns_of_the_first(client, charlie):
    item = news(charlie)
    NewsItem.objects.filter(pk=item.pk).update(version=2)
    client.force_login(charlie)

    answer = client.post(reverse("crm:news_item", args=[item.pk]), {"version": 1, "title": "Mine"})

    assert answer.status_code == 422
    assert "Somebody has changed this meanwhile" in answer.content.decode()


def test_only_its_audience_in_its_days_reads_it(client, charlie, dora, other, dealer):
    day = timedelta(days=1)
    now = clock.now()
    for_kyiv = news(charlie, "For Kyiv", plant_ids=[a_plant("kyiv").pk])
    for_her = news(charlie, "For her", dealer_ids=[dealer.pk])
    later = news(charlie, "Later", starts_at=now + day)
    over = news(charlie, "Over", starts_at=now - 2 * day, ends_at=now - day)
    every = news(charlie, "For all")

    def seen():
        items = (for_kyiv, for_her, later, over, every)
        return [client.get(reverse("portal:news_item", args=[item.pk])).status_code == 200 for item in items]

    client.force_login(dora)
    assert seen() == [True, True, False, False, True]
    client.force_login(other)
    assert seen() == [False, False, False, False, True]


def test_dealers_are_told_once_when_it_begins(charlie, dora, other, dealer):
    item = news(charlie, starts_at=NOW + timedelta(hours=2), dealer_ids=[dealer.pk])

    assert tell_news(now=NOW) == 0
    assert tell_news(now=NOW + timedelta(hours=3)) == 1
    assert tell_news(now=NOW + timedelta(hours=4)) == 0

    assert (Notice.objects.get().user, Notice.objects.get().record_id) == (dora, item.pk)


def test_guide_pages_stand_by_chapter_under_their_own_address(client, charlie, dora, dealer):
    client.force_login(charlie)
    for _time in range(2):
        client.post(
            reverse("crm:guide_create"),
            {"version": 0, "title": "How to measure", "body": "<p>Twice</p>", "is_published": "on", "chapter": "First"},
        )
    assert GuidePage.objects.count() == 2
    page = GuidePage.objects.order_by("pk")[0]

    client.force_login(dora)

    assert page.slug == "how-to-measure"
    assert "How to measure" in client.get(reverse("portal:guide")).content.decode()
    assert "Twice" in client.get(reverse("portal:guide_page", args=[page.slug])).content.decode()


def test_sales_and_dealers_write_nothing(client, bob, dora, charlie, dealer):
    item = news(charlie)

    for user in (bob, dora):
        client.force_login(user)
        assert client.get(reverse("crm:news")).status_code == 403
        assert client.post(reverse("crm:news_item", args=[item.pk]), {"title": "Mine"}).status_code == 403
