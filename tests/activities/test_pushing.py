"""Web push as far as a local endpoint shows it: what it gets, who may read that, and who signed for it."""

from __future__ import annotations

import base64
import json
import os
import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import http_ece
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.core.exceptions import ValidationError
from django.test import Client
from py_vapid import Vapid02

from apps.accounts.services.users import sign_out_everywhere
from apps.activities.models import Notice, PushSubscription
from apps.activities.selectors.pushing import public_key
from apps.activities.selectors.wishes import Wish
from apps.activities.services.inbox import mark_read
from apps.activities.services.notes import add_note
from apps.activities.services.pushing import send_due, subscribe, unsubscribe
from apps.activities.services.watching import watch_entity
from apps.activities.services.wishes import set_wishes
from apps.contacts.models.rights import forget_rights
from apps.contacts.services.filing import file_entity
from tests.contacts.factories import FolderFactory, PersonFactory

pytestmark = pytest.mark.django_db


def b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


class Service(HTTPServer):
    """A push service on the loopback; it answers by the last part of the path."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.got: list = []

    def endpoint(self, answer: int = 201, name: str = "phone") -> str:
        return f"http://127.0.0.1:{self.server_port}/{name}/{answer}"


class _Handler(BaseHTTPRequestHandler):
    server: Service

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.got.append((self.path, dict(self.headers), body))
        self.send_response(int(self.path.rsplit("/", 1)[1]))
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *args):
        pass


class Browser:
    """Keys as a browser makes them, and the reading of what they encrypt."""

    def __init__(self) -> None:
        self.private = ec.generate_private_key(ec.SECP256R1())
        self.auth = os.urandom(16)
        point = self.private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        self.keys = {"p256dh": b64(point), "auth": b64(self.auth)}

    def read(self, body: bytes) -> dict:
        words: dict = json.loads(http_ece.decrypt(body, private_key=self.private, auth_secret=self.auth))
        return words


@pytest.fixture
def service(settings):
    settings.RAPPORT_PRIVATE_NETWORKS = ["127.0.0.0/8"]
    server = Service()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def olena(db):
    return PersonFactory()


def allow(user, service, now, *, answer=201, name="phone") -> Browser:
    browser = Browser()
    subscribe(actor=user, endpoint=service.endpoint(answer, name), user_agent="Firefox", now=now, **browser.keys)
    return browser


def news(alice, bob, olena, now):
    watch_entity(actor=alice, entity=olena, now=now)
    return add_note(actor=bob, entity=olena, text="Wants oak", now=now)


def test_the_browser_alone_reads_what_its_service_gets_and_we_sign_for_it(alice, bob, olena, now, service):
    browser = allow(alice, service, now)
    note = news(alice, bob, olena, now)

    assert send_due(now=now) == 1
    assert send_due(now=now) == 0

    ((path, headers, body),) = service.got
    words = browser.read(body)
    assert path == "/phone/201"
    assert (words["title"], words["body"]) == ("Note: Bob Sales about Olena Koval", "Wants oak")
    assert words["url"] == f"/contacts/{olena.pk}/#activity-{note.pk}"
    assert b"oak" not in body
    assert headers["Content-Encoding"] == "aes128gcm"
    assert int(headers["TTL"]) > 0
    token, key = (part.split("=", 1)[1] for part in headers["Authorization"].removeprefix("vapid ").split(","))
    assert key == public_key()
    claims = json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))
    assert claims["aud"] == f"http://127.0.0.1:{service.server_port}"
    assert claims["exp"] == int((now + timedelta(hours=12)).timestamp())
    signer = Vapid02.from_raw_public(key.encode())
    signed, signature = token.rsplit(".", 1)
    assert signer.verify_token(signed.encode(), signature)


@pytest.mark.parametrize("answer", [404, 410])
def test_a_browser_that_is_gone_is_forgotten_and_the_others_still_hear(alice, bob, olena, now, service, answer):
    allow(alice, service, now, answer=answer, name="old")
    browser = allow(alice, service, now, name="new")
    news(alice, bob, olena, now)

    assert send_due(now=now) == 1

    assert PushSubscription.objects.get().endpoint == service.endpoint(201, "new")
    assert browser.read(service.got[-1][2])["body"] == "Wants oak"


def test_a_service_that_fails_costs_one_push_and_no_subscription(alice, bob, olena, now, service):
    allow(alice, service, now, answer=500)
    news(alice, bob, olena, now)

    assert send_due(now=now) == 0

    assert PushSubscription.objects.count() == 1
    assert Notice.objects.get(user=alice).pushed_at == now


@pytest.mark.parametrize("lost", ["right", "interest", "read", "time"])
def test_nobody_is_woken_for_what_is_hidden_unwanted_read_or_old_by_then(alice, bob, olena, now, service, lost):
    allow(alice, service, now)
    news(alice, bob, olena, now)
    later = now
    if lost == "right":
        own = FolderFactory(kind="personal", owner=bob)
        forget_rights()
        file_entity(actor=bob, entity=olena, folder=own, categories=[], expected_version=None, now=now)
    elif lost == "interest":
        set_wishes(actor=alice, wishes={"commented": Wish(push=False)})
    elif lost == "read":
        mark_read(actor=alice, notice=Notice.objects.get(user=alice), now=now)
    else:
        later = now + timedelta(days=1)

    assert send_due(now=later) == 0
    assert service.got == []


def test_a_private_address_is_neither_kept_nor_called(alice, bob, olena, now, service, settings):
    allow(alice, service, now)
    news(alice, bob, olena, now)
    settings.RAPPORT_PRIVATE_NETWORKS = []

    for endpoint in ("https://127.0.0.1/push", "https://localhost/x", "http://1.1.1.1/x", "https://a:b@1.1.1.1/", "no"):
        with pytest.raises(ValidationError) as refused:
            subscribe(actor=alice, endpoint=endpoint, user_agent="", now=now, **Browser().keys)
        assert "endpoint" in refused.value.message_dict
    assert send_due(now=now) == 0
    assert service.got == []


@pytest.mark.parametrize("keys", [{"p256dh": "AAAA"}, {"auth": "AAAA"}, {"auth": "?"}, {"p256dh": b64(b"\x02" * 65)}])
def test_keys_that_make_no_sense_are_refused(alice, now, service, keys):
    with pytest.raises(ValidationError):
        subscribe(actor=alice, endpoint=service.endpoint(), user_agent="", now=now, **{**Browser().keys, **keys})


def test_a_browser_belongs_to_who_allowed_it_last(alice, bob, now, service):
    allow(alice, service, now)
    allow(bob, service, now)

    unsubscribe(actor=alice, endpoint=service.endpoint())
    assert PushSubscription.objects.get().user == bob
    unsubscribe(actor=bob, endpoint=service.endpoint())
    assert not PushSubscription.objects.exists()


def test_the_page_offers_it_and_takes_the_browsers_word(client, alice, now, service):
    client.force_login(alice)
    assert public_key() in client.get("/activities/notices/preferences/").content.decode()

    given = {"endpoint": service.endpoint(), **Browser().keys}
    assert client.post("/activities/push/", given).status_code == 204
    assert client.post("/activities/push/", {**given, "auth": "x"}).status_code == 422
    assert client.post("/activities/push/stop/", {"endpoint": service.endpoint()}).status_code == 204
    assert not PushSubscription.objects.exists()


@pytest.fixture
def woken(alice, service):
    """Browsers in which Alice is signed in and lets herself be woken."""

    def browser(name: str) -> Client:
        client = Client()
        client.force_login(alice)
        given = {"endpoint": service.endpoint(name=name), **Browser().keys}
        assert client.post("/activities/push/", given).status_code == 204
        return client

    return browser


def awake() -> list[str]:
    return sorted(each.endpoint.split("/")[-2] for each in PushSubscription.objects.all())


def test_signing_out_ends_it_in_that_browser_alone(alice, woken):
    phone = woken("phone")
    woken("desk")
    assert "/phone/" in phone.get("/activities/notices/preferences/").content.decode()

    phone.post("/accounts/logout/")

    assert awake() == ["desk"]


def test_signing_out_everywhere_ends_it_everywhere(alice, now, woken):
    phone, desk = woken("phone"), woken("desk")
    for client in (phone, desk):
        client.get("/")  # a page, by which the house knows the session

    sign_out_everywhere(actor=alice, user=alice, now=now)

    assert awake() == []


def test_who_took_the_browser_over_stays_when_the_other_signs_out(alice, bob, now, service, woken):
    phone = woken("phone")
    subscribe(actor=bob, endpoint=service.endpoint(name="phone"), user_agent="", now=now, **Browser().keys)

    phone.post("/accounts/logout/")

    assert PushSubscription.objects.get().user == bob
