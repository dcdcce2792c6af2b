"""Dealers and the plant write to each other; what waits goes to somebody and is over with an answer."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from apps.activities.models import Activity, Notice
from apps.crm.models import Absence, Assignment, Inquiry, OrderMoney
from apps.crm.selectors.in_charge import who_is_in_charge
from apps.crm.selectors.threads import may_hear_thread
from apps.crm.selectors.waiting import what_waits
from apps.crm.services.assignments import assign, refresh_managers, stand_in
from apps.crm.services.inquiries import open_inquiry
from apps.crm.services.threads import post_message
from tests.conftest import make_user
from tests.core.home import whole_home
from tests.crm.claims import a_claim
from tests.crm.factories import NOW, a_dealer, an_order, into_portal

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 2)


@pytest.fixture
def dealer(dora, everyone_folder):
    dealer = a_dealer("Svitlo Windows")
    into_portal(dora, dealer)
    return dealer


@pytest.fixture
def other(everyone_folder):
    user = make_user("danylo@example.com", "Danylo Other", "dealer")
    into_portal(user, a_dealer("Other Windows"))
    return user


@pytest.fixture
def carl(db):
    return make_user("carl@example.com", "Carl Colleague", "sales")


def test_a_message_with_a_file_reaches_the_other_side_and_back(client, dora, bob, dealer):
    assign(actor=make_user("ann@example.com", "Ann", "manager"), entity=dealer.entity, user=bob, on=TODAY, now=NOW)
    client.force_login(dora)
    plan = SimpleUploadedFile("plan.txt", b"Two windows")
    client.post(reverse("portal:messages"), {"text": "When is it ready?", "uploads": [plan]})

    entry = Activity.objects.get(kind="message")
    assert (entry.shown_to_id, entry.facts["author"], entry.facts["side"]) == (
        dealer.entity_id,
        "Dora Dealer",
        "dealer",
    )
    waiting = Inquiry.objects.waiting().get()
    assert waiting.manager == bob
    assert Notice.objects.get(user=bob).verb == "message.opened"
    file = reverse("portal:message_file", args=[entry.pk, entry.files.get().pk])
    assert b"".join(client.get(file).streaming_content) == b"Two windows"

    client.force_login(bob)
    url = reverse("crm:dealer_thread", args=[dealer.pk])
    assert "When is it ready?" in client.get(url).content.decode()
    client.post(url, {"text": "On Friday"})

    waiting.refresh_from_db()
    assert waiting.answered_by == bob
    assert Notice.objects.get(user=dora).verb == "message.posted"
    client.force_login(dora)
    page = client.get(reverse("portal:messages"), headers={"HX-Request": "true"}).content.decode()
    assert "On Friday" in page
    assert "<html" not in page


def test_an_outsider_reads_neither_messages_nor_their_files(client, dora, other, dealer):
    order = an_order(dealer)
    entry = post_message(
        actor=dora, record=order, text="Secret", now=NOW, uploads=[SimpleUploadedFile("a.txt", b"Secret too")]
    )
    file = reverse("portal:message_file", args=[entry.pk, entry.files.get().pk])

    client.force_login(other)

    assert client.get(file).status_code == 404
    assert client.get(reverse("portal:order_thread", args=[order.pk])).status_code == 404
    assert client.post(reverse("portal:order_thread", args=[order.pk]), {"text": "Hi"}).status_code == 404
    assert "Secret" not in client.get(reverse("portal:messages")).content.decode()
    assert Activity.objects.count() == 1


def test_who_may_hear_a_thread(dora, other, bob, charlie, dealer):
    claim = a_claim(an_order(dealer), dora)
    channels = [f"thread:claim:{claim.pk}", f"thread:order:{claim.order_id}", f"thread:dealer:{dealer.pk}"]

    for user, hears in ((dora, True), (bob, True), (other, False)):
        assert [may_hear_thread(user, channel) for channel in channels] == [hears] * 3
    assert not may_hear_thread(charlie, channels[0])
    assert not may_hear_thread(dora, "thread:claim:x")
    assert not may_hear_thread(dora, "thread:user:1")


def test_an_empty_message_says_so_and_is_none(client, dora, dealer):
    client.force_login(dora)

    answer = client.post(reverse("portal:messages"), {"text": " "})

    assert answer.status_code == 422
    assert not Activity.objects.exists()


def test_while_the_manager_is_away_the_stand_in_gets_it(alice, bob, carl, dealer):
    assign(actor=alice, entity=dealer.entity, user=bob, on=TODAY, now=NOW)
    Absence.objects.create(user=bob, stand_in=carl, starts_on=TODAY, ends_on=TODAY + timedelta(days=7), created_at=NOW)

    now = open_inquiry(dealer=dealer, kind="message", now=NOW)
    later = open_inquiry(dealer=dealer, kind="price", now=NOW + timedelta(days=8))

    assert (now.manager, later.manager) == (carl, bob)


def test_without_a_manager_the_least_loaded_gets_it(bob, carl, dealer):
    second = a_dealer("Second Windows")

    first = open_inquiry(dealer=dealer, kind="message", now=NOW)
    then = open_inquiry(dealer=second, kind="message", now=NOW)

    assert {first.manager, then.manager} == {bob, carl}


def test_a_second_message_keeps_the_first_ones_place(dora, bob, dealer):
    post_message(actor=dora, record=dealer, text="One", now=NOW)
    post_message(actor=dora, record=dealer, text="Two", now=NOW + timedelta(hours=1))

    assert Inquiry.objects.waiting().get().opened_at == NOW


def test_what_waits_is_one_list_oldest_first_with_a_count_for_each(client, dora, alice, bob, dealer, clock_stands):
    assign(actor=alice, entity=dealer.entity, user=bob, on=TODAY, now=NOW)
    order = an_order(dealer, "A-1", received_at=NOW - timedelta(hours=2))
    a_claim(order, dora, now=NOW - timedelta(hours=1))
    post_message(actor=dora, record=dealer, text="Hello", now=NOW)
    client.force_login(bob)

    page = client.get(reverse("crm:waiting")).context["page"]

    assert [row.kind for row in page.rows] == ["order", "claim", "message"]
    assert page.by_manager == [(bob.pk, "Bob Sales", 3)]
    assert "3 things of dealers wait for you" in whole_home(client)


def test_a_price_is_asked_for_and_waits_until_the_plant_has_sent_it(client, dora, bob, other, dealer):
    order = an_order(dealer, "A-1")
    url = reverse("portal:price_ask", args=[order.pk])
    client.force_login(dora)
    assert "Ask for the price" in client.get(reverse("portal:order", args=[order.pk])).content.decode()

    client.post(url)

    assert Inquiry.objects.waiting().get().manager == bob
    assert what_waits(bob, now=NOW).by_kind["price"] == 1
    OrderMoney.objects.create(order=order, dealer=dealer, amount=100, currency="UAH", version=1, as_of=NOW)
    assert what_waits(bob, now=NOW).by_kind["price"] == 0
    client.force_login(other)
    assert client.post(url).status_code == 404


def test_an_assignment_follows_dates_and_the_portals_copy_follows_it(alice, bob, carl, dealer):
    entity = dealer.entity
    assign(actor=alice, entity=entity, user=bob, on=TODAY, now=NOW)
    dealer.refresh_from_db()
    assert (dealer.manager, dealer.manager_name, dealer.manager_email) == (bob, "Bob Sales", "bob@example.com")

    assign(actor=alice, entity=entity, user=carl, on=TODAY + timedelta(days=10), now=NOW)
    stand_in(
        actor=alice,
        entity=entity,
        user=alice,
        starts_on=TODAY + timedelta(days=3),
        ends_on=TODAY + timedelta(days=5),
        now=NOW,
    )

    days = [who_is_in_charge(entity.pk, "account", TODAY + timedelta(days=number)) for number in (0, 3, 5, 9, 10)]
    assert days == [bob, alice, bob, bob, carl]
    refresh_managers(now=NOW + timedelta(days=11))
    dealer.refresh_from_db()
    assert dealer.manager == carl


def test_the_form_on_the_dealers_page_assigns_and_undoes(client, ada, bob, dealer):
    client.force_login(ada)
    url = reverse("crm:dealer_assign", args=[dealer.pk])
    assert client.get(url).status_code == 200

    client.post(url, {"user": bob.pk, "on": "2026-11-02", "until": ""})

    assert Assignment.objects.get().user == bob
    page = client.get(reverse("contacts:entity", args=[dealer.entity_id]))
    assert "Bob Sales" in page.content.decode()
    undo = next(iter(page.context["messages"])).extra_tags.removeprefix("undo:")
    client.post(undo)
    assert not Assignment.objects.exists()
    dealer.refresh_from_db()
    assert dealer.manager is None


@pytest.fixture
def clock_stands(monkeypatch):
    from apps.core import clock

    monkeypatch.setattr(clock, "now", lambda: NOW + timedelta(hours=1))
