"""Events reach receivers outside: signed, at least once under one id, and whatever a receiver does harms nobody."""

from __future__ import annotations

import itertools
import resource
import signal
import time
from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError

from apps.core import clock, contributions, secrets
from apps.core.contributions import WebhookAudience
from apps.core.models import WebhookDelivery, WebhookEndpoint, WebhookEvent
from apps.core.services.webhooks import curve, endpoints, posting, sending, signing, sweeping
from apps.core.services.webhooks.events import Fact, announce, replay, send_again, send_test
from tests.core import receiving
from tests.core.processes import start
from tests.core.receiving import raw_server, receiver

pytestmark = pytest.mark.django_db(transaction=True)

NOW = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
LOOPBACK = {"RAPPORT_PRIVATE_NETWORKS": "127.0.0.0/8"}
State = WebhookDelivery.State


@pytest.fixture(autouse=True)
def told(settings, monkeypatch):
    """Audiences "test:..."; yields the endpoints whose owners were told of trouble."""
    settings.RAPPORT_PRIVATE_NETWORKS = ["127.0.0.0/8"]
    heard: list[str] = []
    audience = WebhookAudience(
        {"thing.happened": "Something happened"},
        lambda _endpoint, event: None if event.subject.get("secret") else {"number": event.subject["number"]},
        lambda endpoint, _now: heard.append(f"{endpoint.name} {endpoint.state}"),
    )
    registry: contributions.Registry[WebhookAudience] = contributions.Registry()
    registry.register("test", audience)
    monkeypatch.setattr(sending, "webhook_audiences", registry)
    return heard


def an_endpoint(url, name="Shop", audience="test:1", **fields):
    values = {"types": [], "sees_money": False, "actor": None, "now": NOW, **fields}
    return endpoints.make_endpoint(audience=audience, name=name, url=url, **values)


def happen(*numbers, audience="test:1", now=NOW, **subject):
    announce([Fact(audience, "thing.happened", {"number": each, **subject}) for each in numbers], now=now)


def states(endpoint):
    return list(WebhookDelivery.objects.filter(endpoint=endpoint).order_by("pk").values_list("state", flat=True))


# --- signatures -------------------------------------------------------------------------------------------------------
def test_the_signature_is_that_of_the_specification_s_example():
    secret, uid = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek"

    headers = signing.headers_of(uid, b'{"test": 2432232314}', secret=secret, at=1614265330)

    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    signing.verify(headers, b'{"test": 2432232314}', secret=secret, at=1614265330 + 299)
    for body, at in ((b'{"test": 2432232315}', 1614265330), (b'{"test": 2432232314}', 1614265330 + 301)):
        with pytest.raises(signing.BadSignature):
            signing.verify(headers, body, secret=secret, at=at)


# --- the good case ----------------------------------------------------------------------------------------------------
def test_an_event_arrives_signed_and_once():
    with receiver() as shop:
        endpoint, secret = an_endpoint(shop.url)
        happen(1, 2, 3)
        sending.send_due(now=NOW)
        sending.send_due(now=NOW + MINUTE)

        assert [body["data"] for body in shop.bodies] == [{"number": 1}, {"number": 2}, {"number": 3}]
        headers, body = shop.got[0]
        signing.verify(headers, body, secret=secret, at=int(clock.now().timestamp()))
    assert shop.bodies[0]["type"] == "thing.happened"
    assert states(endpoint) == [State.DELIVERED] * 3
    assert secret not in WebhookEndpoint.objects.get().secret
    assert secrets.decrypt(endpoint.secret) == secret


def test_nobody_hears_what_isn_t_theirs_or_what_they_did_not_ask_for():
    with receiver() as shop:
        an_endpoint(shop.url, types=["another.thing"])
        other, _secret = an_endpoint(shop.url, audience="test:2")
        happen(1)
        happen(2, audience="test:3")
        happen(3, audience="test:2", secret=True)
        sending.send_due(now=NOW)

        assert shop.got == []
    assert states(other) == [State.DROPPED]
    assert WebhookEvent.objects.filter(audience="test:3").count() == 0


# --- a receiver that fails --------------------------------------------------------------------------------------------
def test_a_failing_receiver_gets_everything_once_it_is_back(told):
    with receiver() as shop:
        shop.answers = [500, 502, 503, 500, 200]
        endpoint, _secret = an_endpoint(shop.url)
        happen(1, 2)
        now = NOW
        for _minute in range(90):
            sending.send_due(now=now)
            now += MINUTE

        assert set(shop.ids) == set(WebhookEvent.objects.values_list("uid", flat=True))
        assert len(shop.got) == 6
    assert states(endpoint) == [State.DELIVERED] * 2
    assert told == ["Shop active"]  # once, when it had to rest
    endpoint.refresh_from_db()
    assert (endpoint.failures, endpoint.trouble, endpoint.told_at) == (0, "", None)


def test_one_that_says_how_long_it_needs_is_left_alone_for_that_time(told):
    with receiver() as shop:
        shop.answers = [(429, {"Retry-After": "600"}, b"slower"), 200]
        endpoint, _secret = an_endpoint(shop.url)
        happen(1)
        sending.send_due(now=NOW)
        sending.send_due(now=NOW + 9 * MINUTE)
        assert len(shop.got) == 1
        sending.send_due(now=NOW + 11 * MINUTE)

    assert states(endpoint) == [State.DELIVERED]
    assert told == []


def test_a_wrong_address_is_told_at_once_and_one_that_is_gone_is_switched_off(told):
    with receiver() as shop:
        shop.answers = [(401, {}, b"who are you?"), 410]
        endpoint, _secret = an_endpoint(shop.url)
        happen(1)
        sending.send_due(now=NOW)
        endpoint.refresh_from_db()
        assert (endpoint.is_misconfigured, endpoint.trouble, endpoint.state) == (True, "HTTP 401", "active")
        assert WebhookDelivery.objects.get().answer == "who are you?"
        sending.send_due(now=NOW + MINUTE)
        happen(2)
        sending.send_due(now=NOW + 2 * MINUTE)

    assert told == ["Shop active", "Shop disabled"]
    assert states(endpoint) == [State.FAILED]


def test_after_three_days_it_is_given_up_and_can_be_sent_again(told):
    with receiver() as shop:
        shop.answers = [500]
        endpoint, _secret = an_endpoint(shop.url)
        happen(1)
        now = NOW
        while now < NOW + timedelta(days=5):
            sending.send_due(now=now)
            now += timedelta(hours=1)
        endpoint.refresh_from_db()
        assert (states(endpoint), endpoint.state) == ([State.FAILED], "disabled")
        assert told == ["Shop active", "Shop disabled"]
        assert 8 <= len(shop.got) <= 15  # a gentle curve

        shop.answers = [200]
        endpoints.try_now(endpoint, now=now)
        send_again([WebhookDelivery.objects.get().pk], endpoint=endpoint, now=now)
        sending.send_due(now=now)
    assert states(endpoint) == [State.DELIVERED]
    assert len(set(shop.ids)) == 1


def test_pauses_grow_and_rests_end_at_a_day():
    pauses = [curve.pause_after(attempts).total_seconds() for attempts in range(1, 12)]
    rests = [curve.rest_after(failures) for failures in range(1, 30)]

    assert 8 <= pauses[0] <= 12
    assert all(before * 0.6 < after for before, after in itertools.pairwise(pauses))
    assert rests[:5] == [None, None, None, timedelta(minutes=1), timedelta(minutes=2)]
    assert rests[-1] == timedelta(days=1)


def test_what_a_paused_one_missed_goes_out_when_it_goes_on_and_replays_keep_their_ids():
    with receiver() as shop:
        endpoint, _secret = an_endpoint(shop.url)
        endpoints.pause(endpoint)
        happen(1, now=NOW - timedelta(hours=2))
        happen(2)
        sending.send_due(now=NOW)
        assert shop.got == []
        endpoints.try_now(endpoint, now=NOW)
        sending.send_due(now=NOW)
        late, _secret = an_endpoint(shop.url, name="Late")

        assert replay(endpoint, since=NOW - MINUTE, now=NOW) == 1
        assert replay(late, since=NOW - timedelta(days=1), now=NOW) == 2
        sending.send_due(now=NOW)
        first, second = WebhookEvent.objects.order_by("pk").values_list("uid", flat=True)
        assert sorted(shop.ids) == sorted([first] * 2 + [second] * 3)


def test_a_test_event_says_nothing_and_goes_to_one_alone():
    with receiver() as shop, receiver() as other:
        endpoint, _secret = an_endpoint(shop.url)
        an_endpoint(other.url, name="Other")
        send_test(endpoint, now=NOW)
        sending.send_due(now=NOW)

        assert [(body["type"], body["data"]) for body in shop.bodies] == [("webhook.test", {})]
        assert other.got == []


# --- receivers that do harm -------------------------------------------------------------------------------------------
HARMFUL = [
    receiving.hang,
    receiving.drip,
    receiving.drip_body,
    receiving.flood,
    receiving.flood_of_a_redirect,
    receiving.many_headers,
    receiving.nonsense,
]


@pytest.mark.parametrize("behave", HARMFUL, ids=lambda one: one.__name__)
def test_whatever_a_receiver_does_others_get_theirs_and_time_and_memory_are_bounded(behave, monkeypatch):
    monkeypatch.setattr(posting, "_READ", 1.5)
    monkeypatch.setattr(posting, "_WHOLE", 2.0)
    with raw_server(behave) as bad, receiver() as shop:
        harmful, _secret = an_endpoint(bad, name="Bad", audience="test:2")
        good, _secret = an_endpoint(shop.url)
        happen(*range(5), audience="test:2")
        happen(*range(20))
        before, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.monotonic()
        sending.send_due(now=NOW)
        took = time.monotonic() - began

    assert states(good) == [State.DELIVERED] * 20
    assert State.DELIVERED not in states(harmful)
    assert took < 20  # four attempts at most, then it rests
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000  # KiB
    harmful.refresh_from_db()
    assert harmful.failures == 4
    assert harmful.trouble


def test_of_a_long_answer_only_the_beginning_is_kept():
    with receiver() as shop:
        shop.answers = [(200, {}, b"x" * 3_000_000)]
        an_endpoint(shop.url)
        happen(1)
        sending.send_due(now=NOW)

    assert WebhookDelivery.objects.get().answer == "x" * 2048


@pytest.mark.parametrize("to", ["http://169.254.169.254/latest/meta-data/", "http://127.0.0.1:{port}/inner"])
def test_nobody_is_followed_into_our_network(to):
    with receiver() as inner, receiver() as shop:
        port = inner.url.rpartition(":")[2].partition("/")[0]
        shop.answers = [(307, {"Location": to.format(port=port)}, b"")]
        endpoint, _secret = an_endpoint(shop.url)
        happen(1)
        sending.send_due(now=NOW)

        assert inner.got == []
    endpoint.refresh_from_db()
    assert (endpoint.trouble, endpoint.is_misconfigured) == ("HTTP 307", True)


def test_an_address_within_our_network_is_refused_when_given_and_when_sent_to(settings):
    with receiver() as shop:
        endpoint, _secret = an_endpoint(shop.url)
        happen(1)
        settings.RAPPORT_PRIVATE_NETWORKS = []
        sending.send_due(now=NOW)  # as if its name led elsewhere than when it was given
        assert shop.got == []

    endpoint.refresh_from_db()
    assert "private network" in endpoint.trouble
    for url in (
        "http://127.0.0.1/",
        "https://10.0.0.1/",
        "ftp://example.com/",
        "https://a:b@1.1.1.1/",
        "http://1.1.1.1/",
    ):
        with pytest.raises(ValidationError):
            endpoints.checked_url(url)
    assert endpoints.checked_url(" https://1.1.1.1/hook ") == "https://1.1.1.1/hook"


# --- workers that die -------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("step", ["claimed", "sent"])
def test_a_worker_killed_while_sending_loses_nothing_and_ids_stay(step):
    with receiver() as shop:
        began = clock.now()
        endpoint, _secret = an_endpoint(shop.url)
        happen(1, 2, now=began)
        worker = start("tests.core.webhook_worker", step, stdout=-1, variables=LOOPBACK)
        assert worker.stdout is not None
        assert worker.stdout.readline().strip() == step
        worker.send_signal(signal.SIGKILL)
        worker.wait(10)
        sent = len(shop.got)
        assert sending.send_due(now=clock.now()) == 0  # it may be sending still
        sending.send_due(now=clock.now() + 2 * MINUTE)

        assert sent == (1 if step == "sent" else 0)
        assert states(endpoint) == [State.DELIVERED] * 2
        assert len(shop.got) == 2 + sent
        assert set(shop.ids) == set(WebhookEvent.objects.values_list("uid", flat=True))


def test_old_events_are_forgotten():
    with receiver() as shop:
        an_endpoint(shop.url)
        happen(1, now=NOW - timedelta(days=31))
        happen(2)

        assert sweeping.forget_old(now=NOW) == 1
    assert WebhookDelivery.objects.count() == 1
