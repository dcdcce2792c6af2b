"""Receivers of a dealer hear of orders, deliveries, settlements and claims, by the rights that they have by then."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from django.urls import reverse

from apps.core.models import OutgoingMail, WebhookDelivery, WebhookEndpoint, WebhookEvent
from apps.core.services.webhooks import sending
from apps.crm.models import DealerFeedKey
from apps.crm.services.claim_steps import Decision, decide
from apps.crm.services.dealer_feed.audiences import HOUSE, audience_of
from apps.crm.services.dealer_feed.noting import note_changes
from apps.crm.services.dealer_feed.numbering import number_changes
from apps.crm.services.dealer_feed.receivers import make_receiver
from apps.crm.services.feed.applying import announce
from tests.conftest import make_user
from tests.core.receiving import receiver
from tests.crm.claims import a_claim
from tests.crm.factories import NOW, a_dealer, an_order, into_portal
from tests.crm.feeding import ACCOUNTS, a_fed_plant, a_price, a_status, an_entry, an_order_record, feed, known_as
from tests.crm.programs import ask

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _loopback(settings):
    settings.RAPPORT_PRIVATE_NETWORKS = ["127.0.0.0/8"]


@pytest.fixture
def dealer(dora, everyone_folder):
    a_fed_plant()
    dealer = known_as(a_dealer("Svitlo Windows"), "1001")
    into_portal(dora, dealer)
    return dealer


@pytest.fixture
def claims_manager(everyone_folder):
    return make_user("mira@example.com", "Mira Claims", "claims")


def listen(dora, dealer, url, *, sees_money=True, types=()):
    made, _secret = make_receiver(
        actor=dora,
        audience=audience_of(dealer.pk),
        name="Shop",
        url=url,
        types=types,
        sees_money=sees_money,
        now=NOW,
    )
    number_changes(now=NOW)
    return made


def come(*records, source="kyiv-production"):
    with transaction.atomic():
        announce(feed(*records, source=source))
    number_changes(now=NOW)


def test_what_a_feed_changes_is_told_and_what_was_there_before_is_not(dora, dealer):
    an_order(dealer, "A-0")
    with receiver() as shop:
        listen(dora, dealer, shop.url)
        come(an_order_record(), a_status(stage="accepted"))
        come(a_status(version=2, stage="production"))
        come(an_entry(amount="100.00", order="A-1"), source=ACCOUNTS)
        sending.send_due(now=NOW)

        told = [(body["type"], body["data"].get("number"), body["data"].get("status")) for body in shop.bodies]
    assert told == [
        ("order.changed", "A-1", None),
        ("order.stage_changed", "A-1", "production"),  # as it stands when it goes out
        ("order.stage_changed", "A-1", "production"),
        ("ledger.entry_booked", None, None),
    ]
    revisions = [body["data"]["revision"] for body in shop.bodies]
    assert revisions == sorted(revisions)
    assert shop.bodies[-1]["data"]["amount"] == "100.00"


def test_without_rights_for_money_there_is_none_also_in_what_waited(dora, dealer):
    with receiver() as shop:
        endpoint = listen(dora, dealer, shop.url)
        come(an_order_record(), a_status(stage="accepted"))
        come(a_price(amount="1234.56"), an_entry(amount="1234.56"), source=ACCOUNTS)
        WebhookEndpoint.objects.filter(pk=endpoint.pk).update(sees_money=False)
        sending.send_due(now=NOW)

        assert {body["type"] for body in shop.bodies} == {"order.changed", "order.stage_changed"}
        assert not any(b"1234" in body for _headers, body in shop.got)
    states = dict(WebhookDelivery.objects.values_list("event__type", "state"))
    assert states["ledger.entry_booked"] == "dropped"


def test_another_dealer_hears_nothing_and_one_who_buys_no_more_neither(dora, dealer):
    other = a_dealer("Promin Windows")
    olha = make_user("olha@example.com", "Olha Other", "dealer")
    into_portal(olha, other)
    with receiver() as shop, receiver() as strange:
        listen(dora, dealer, shop.url)
        listen(olha, other, strange.url)
        note_changes(now=NOW, orders=[an_order(dealer, "A-1").pk, an_order(other, "B-1").pk])
        number_changes(now=NOW)
        other.is_active = False
        other.save()
        sending.send_due(now=NOW)

        assert {body["data"]["number"] for body in shop.bodies} == {"A-1"}
        assert strange.got == []


def test_a_decision_reaches_accounting_and_the_dealer(dora, dealer, ada, claims_manager):
    claim = a_claim(an_order(dealer, "A-1"), dora)
    with receiver() as shop, receiver() as house:
        listen(dora, dealer, shop.url, sees_money=False)
        make_receiver(actor=ada, audience=HOUSE, name="Accounting", url=house.url, types=[], sees_money=True, now=NOW)
        decision = Decision(accepted=True, text="A new pane", amount=Decimal("150.00"), currency="UAH")
        decide(actor=ada, claim=claim, version=claim.version, decision=decision, now=NOW)
        sending.send_due(now=NOW)

        (told,) = [body for body in shop.bodies if body["type"] == "claim.decided"]
        (decided,) = house.bodies
    assert (decided["type"], decided["data"]["claim"], decided["data"]["amount"]) == (
        "decision.announced",
        claim.number,
        "150.00",
    )
    assert (told["data"]["text"], told["data"]["amount"]) == ("A new pane", None)


def test_owners_are_told_by_mail_and_banner_and_try_again(dora, dealer, client):
    client.force_login(dora)
    with receiver() as shop:
        shop.answers = [401]
        endpoint = listen(dora, dealer, shop.url)
        note_changes(now=NOW, orders=[an_order(dealer, "A-1").pk])
        number_changes(now=NOW)
        sending.send_due(now=NOW)
        mail = OutgoingMail.objects.get(recipients=[dora.email])
        assert b"HTTP 401" in bytes(mail.raw)
        page = reverse("portal:feed_receiver", args=[endpoint.pk])
        assert page in client.get(reverse("portal:order_list")).content.decode()

        shop.answers = [200]
        client.post(reverse("portal:feed_receiver_act", args=[endpoint.pk]), {"step": "try"})
        sending.send_due(now=NOW + timedelta(days=400))
        assert page not in client.get(reverse("portal:order_list")).content.decode()
    assert set(WebhookDelivery.objects.values_list("state", flat=True)) == {"delivered"}


# --- pages ------------------------------------------------------------------------------------------------------------
def test_an_owner_makes_a_key_that_is_shown_once_and_downloads_with_it(dora, dealer, client):
    an_order(dealer, "A-1")
    client.force_login(dora)
    made = client.post(reverse("portal:feed_key_make"), {"name": "Accounting", "sees_money": "on"})
    raw = made.content.decode().split('value="rapd_')[1].split('"')[0]
    number_changes(now=NOW)

    assert b"A-1" in ask(f"rapd_{raw}", "orders").content
    assert f"rapd_{raw}" not in client.get(reverse("portal:feed")).content.decode()
    client.post(reverse("portal:feed_key_revoke", args=[DealerFeedKey.objects.get().pk]))
    assert ask(f"rapd_{raw}", "orders").status_code == 401


def test_an_employee_has_no_keys_to_make(dora, dealer, client):
    emil = make_user("emil@example.com", "Emil Employee", "dealer")
    into_portal(emil, dealer, role="employee", sees_money=True)
    client.force_login(emil)

    for name in ("feed", "feed_key_make", "feed_receiver_new"):
        assert client.get(reverse(f"portal:{name}")).status_code == 403
    assert client.post(reverse("portal:feed_key_make"), {"name": "Mine"}).status_code == 403
    assert DealerFeedKey.objects.count() == 0


def test_an_owner_makes_a_receiver_tests_it_and_sends_again(dora, dealer, client):
    client.force_login(dora)
    with receiver() as shop:
        data = {"name": "Shop", "url": shop.url, "types": ["order.stage_changed"], "sees_money": "on"}
        made = client.post(reverse("portal:feed_receiver_new"), data)
        assert "whsec_" in made.content.decode()
        endpoint = WebhookEndpoint.objects.get()
        act, page = (reverse(f"portal:feed_receiver{step}", args=[endpoint.pk]) for step in ("_act", ""))
        client.post(act, {"step": "test"})
        sending.send_due(now=NOW + timedelta(days=400))
        delivery = WebhookDelivery.objects.get()
        assert WebhookEvent.objects.get().uid in client.get(page).content.decode()
        client.post(reverse("portal:feed_receiver_again", args=[endpoint.pk, delivery.pk]))
        sending.send_due(now=NOW + timedelta(days=400))
        assert len(set(shop.ids)) == 1
        assert len(shop.ids) == 2
        client.post(act, {"step": "pause"})
        assert "Paused" in client.get(page).content.decode()
        client.post(reverse("portal:feed_receiver_replay", args=[endpoint.pk]), {"since": "2026-01-01T00:00"})
        client.post(act, {"step": "remove"})
    assert client.get(page).status_code == 404


def test_an_address_within_our_network_is_refused(dora, dealer, client, settings):
    settings.RAPPORT_PRIVATE_NETWORKS = []
    client.force_login(dora)

    answer = client.post(reverse("portal:feed_receiver_new"), {"name": "Inner", "url": "http://127.0.0.1:6379/"})

    assert answer.status_code == 422
    assert WebhookEndpoint.objects.count() == 0
