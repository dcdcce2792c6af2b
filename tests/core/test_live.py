"""Live events over a real uvicorn, a real Redis and plain sockets."""

from __future__ import annotations

import http.client
import json
import socket
import time
from http import HTTPStatus

import pytest
import redis
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.db import transaction

from apps.core import live
from apps.core.live.hub import RELOAD, Client
from apps.core.live.publishing import PREFIX
from apps.core.models import Operation
from tests.core.processes import start
from tests.loops import run_async

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(scope="module")
def port(django_db_setup):
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(256)
        listener.set_inheritable(True)
        server = start(
            *("uvicorn", "config.asgi:application", "--fd", str(listener.fileno()), "--log-level", "warning"),
            *("--timeout-graceful-shutdown", "1"),
            pass_fds=(listener.fileno(),),
        )
        try:
            yield listener.getsockname()[1]
        finally:
            server.terminate()
            assert server.wait(10) in (0, -15), "the server did not stop"


class Stream:
    """What a browser's EventSource does."""

    def __init__(self, port: int, client, *channels: str) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        cookie = client.cookies.get(settings.SESSION_COOKIE_NAME)
        headers = {"Cookie": f"{settings.SESSION_COOKIE_NAME}={cookie.value}"} if cookie else {}
        query = "&".join(f"channel={channel}" for channel in channels)
        self.connection.request("GET", f"/live/?{query}", headers=headers)
        self.response = self.connection.getresponse()
        self.status = self.response.status
        if self.status == HTTPStatus.OK:
            assert self.next() == ("open", {})

    def next(self) -> tuple[str, dict]:
        """The next event, ("", {}) at the end of the stream; comments are passed over."""
        name, data = "message", None
        while line := self.response.readline().decode():
            field, _, value = line.rstrip("\n").partition(": ")
            if field == "event":
                name = value
            elif field == "data":
                data = json.loads(value)
            elif not line.strip() and data is not None:
                return name, data
        return "", {}

    def close(self) -> None:
        self.response.close()
        self.connection.close()


@pytest.fixture
def operation(alice, now) -> Operation:
    return Operation.objects.create(actor=alice, verb="test", state="pending", created_at=now)


def test_what_is_published_reaches_the_open_page(port, client, alice, operation):
    client.force_login(alice)
    stream = Stream(port, client, f"operation:{operation.pk}", f"user:{alice.pk}")
    began = time.monotonic()

    live.publish(f"operation:{operation.pk}", "progress", {"done": 1, "message": "Київ"})
    live.publish(f"user:{alice.pk}", "notice", {})

    channel = f"operation:{operation.pk}"
    data = {"done": 1, "message": "Київ"}
    assert stream.next() == ("message", {"channel": channel, "event": "progress", "data": data})
    assert stream.next() == ("message", {"channel": f"user:{alice.pk}", "event": "notice", "data": {}})
    assert time.monotonic() - began < 2
    assert stream.response.headers["Cache-Control"] == "no-store"
    stream.close()


def test_nothing_is_published_before_its_transaction_commits(port, client, alice):
    client.force_login(alice)
    stream = Stream(port, client, f"user:{alice.pk}")

    with transaction.atomic():
        live.publish(f"user:{alice.pk}", "never", {})
        transaction.set_rollback(True)
    live.publish(f"user:{alice.pk}", "then", {})

    assert stream.next()[1]["event"] == "then"
    stream.close()


def test_an_outsider_hears_nothing(port, client, bob, operation):
    channel = f"operation:{operation.pk}"

    anonymous = Stream(port, client, channel)
    client.force_login(bob)
    outsider = Stream(port, client, channel)
    without = Stream(port, client)
    unknown = Stream(port, client, "nobody:1", "operation:x", "operation:" + "9" * 30)
    partly = Stream(port, client, channel, f"user:{bob.pk}")
    live.publish(channel, "progress", {"done": 1})
    live.publish(f"user:{bob.pk}", "notice", {})

    assert [each.status for each in (anonymous, outsider, without, unknown)] == [HTTPStatus.FORBIDDEN] * 4
    assert partly.next()[1]["channel"] == f"user:{bob.pk}"
    partly.close()


def test_signing_out_ends_the_stream(port, client, alice):
    client.force_login(alice)
    assert client.session[SESSION_KEY] == str(alice.pk)
    stream = Stream(port, client, f"user:{alice.pk}")

    client.session.flush()
    live.recheck(alice.pk)

    assert not Session.objects.exists()
    assert stream.next() == ("closed", {})
    assert stream.next() == ("", {})


def test_a_lost_right_takes_its_channel_away(port, client, alice, bob, operation):
    client.force_login(alice)
    stream = Stream(port, client, f"operation:{operation.pk}", f"user:{alice.pk}")

    Operation.objects.update(actor=bob)
    live.recheck(alice.pk)
    time.sleep(0.5)
    live.publish(f"operation:{operation.pk}", "progress", {})
    live.publish(f"user:{alice.pk}", "notice", {})

    assert stream.next()[1]["event"] == "notice"
    stream.close()


def test_closed_pages_are_forgotten(port, client, alice):
    client.force_login(alice)
    streams = [Stream(port, client, f"user:{alice.pk}") for _ in range(40)]
    one_more = Stream(port, client, f"user:{alice.pk}")
    for stream in streams:
        stream.close()
    time.sleep(0.5)

    again = Stream(port, client, f"user:{alice.pk}")

    assert one_more.status == HTTPStatus.TOO_MANY_REQUESTS
    assert again.status == HTTPStatus.OK
    again.close()


def test_a_page_reloads_what_it_missed_while_redis_was_away(port, client, alice):
    client.force_login(alice)
    stream = Stream(port, client, f"user:{alice.pk}")

    connection = redis.Redis.from_url(settings.REDIS_URL)
    for each in connection.client_list(_type="pubsub"):
        if each["name"] == f"{PREFIX}hub":
            connection.client_kill_filter(_id=each["id"])

    assert stream.next() == ("reload", {})
    stream.close()


def test_other_addresses_and_methods_are_djangos(port, client):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)

    connection.request("GET", "/healthz")
    health = connection.getresponse()
    assert (health.status, health.read()) == (HTTPStatus.OK, b"ok")
    connection.request("POST", "/live/")
    posted = connection.getresponse()

    assert posted.status == HTTPStatus.METHOD_NOT_ALLOWED
    connection.close()


async def _slow_page() -> bytes:
    page = Client(1, frozenset({"user:1"}))
    for _ in range(10):
        page.give(b"x" * 100_000)
    return page.take()


def test_a_page_too_slow_to_read_is_told_to_reload():
    assert run_async(_slow_page()) == RELOAD
