"""Titles of links: asked for behind the guard, little and once, shown to everybody; a failure is silent."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.urls import reverse

from apps.projects.models import Message, MessageLink
from apps.projects.services.link_titles import fetch_due
from apps.projects.services.members import make_group
from apps.projects.services.messages import delete_message, post_message
from apps.projects.titles import title_in
from tests.conftest import NOW
from tests.core import receiving
from tests.core.receiving import raw_server

pytestmark = pytest.mark.django_db(transaction=True)


@contextmanager
def site(pages):
    """`pages`: path -> (status, headers, body); what isn't there is 404. Yields its address and what was asked."""
    asked = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            status, headers, body = pages.get(self.path, (404, {}, b""))
            self.send_response(status)
            for name, value in {"Content-Type": "text/html", "Content-Length": str(len(body)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture(autouse=True)
def _loopback(settings):
    settings.RAPPORT_PRIVATE_NETWORKS = ["127.0.0.0/8"]


@pytest.fixture
def group(alice, bob):
    return make_group(actor=alice, title="Site visit", users=[bob], now=NOW)


def say(actor, group, text):
    number = Message.objects.filter(group=group).count()
    return post_message(actor=actor, group=group, text=text, client_id=f"message-{number:04}", now=NOW)


def titles():
    return list(MessageLink.objects.order_by("pk").values_list("title", flat=True))


def test_a_title_comes_after_the_message_and_is_a_new_rev_of_it(client, alice, bob, group):
    with site({"/oak": (200, {}, b"<html><head><title>Oak &amp; pine\n windows</title>")}) as (address, asked):
        said = say(bob, group, f"Look: {address}/oak and {address}/gone.")
        fetch_due(now=NOW)
        fetch_due(now=NOW + timedelta(hours=1))
    assert asked == ["/oak", "/gone"]
    assert titles() == ["Oak & pine windows", ""]
    assert Message.objects.get().rev > said.rev
    client.force_login(alice)
    for page in ("group", "group_links"):
        assert b"Oak &amp; pine windows" in client.get(reverse(f"projects:{page}", args=[group.pk])).content


def test_redirects_are_followed_a_few_times_and_never_into_private_networks(bob, group, settings):
    pages = {
        "/a": (302, {"Location": "/b"}, b""),
        "/b": (301, {"Location": "/oak"}, b""),
        "/oak": (200, {}, b"<title>Oak</title>"),
        "/round": (302, {"Location": "/round"}, b""),
        "/file": (302, {"Location": "file:///etc/passwd"}, b""),
        "/inside": (302, {"Location": "http://10.0.0.1/"}, b""),
    }
    with site(pages) as (address, asked):
        say(bob, group, f"{address}/a {address}/round {address}/file {address}/inside")
        fetch_due(now=NOW)
        assert titles() == ["Oak", "", "", ""]
        assert asked.count("/round") == 4
        settings.RAPPORT_PRIVATE_NETWORKS = []
        say(bob, group, f"{address}/oak")
        count = len(asked)
        fetch_due(now=NOW)
    assert len(asked) == count


def test_only_the_beginning_of_pages_of_text_is_read(bob, group):
    pages = {
        "/picture": (200, {"Content-Type": "image/png"}, b"<title>No</title>"),
        "/packed": (200, {"Content-Encoding": "gzip"}, b"<title>No</title>"),
        "/late": (200, {}, b" " * 300_000 + b"<title>No</title>"),
        "/cyrillic": (200, {"Content-Type": "text/html; charset=windows-1251"}, "<title>Дуб</title>".encode("cp1251")),
    }
    with site(pages) as (address, _asked):
        say(bob, group, " ".join(f"{address}{path}" for path in pages))
        fetch_due(now=NOW)
    assert titles() == ["", "", "", "Дуб"]


def test_a_failing_page_is_asked_thrice_at_most(bob, group):
    with site({"/busy": (503, {}, b"")}) as (address, asked):
        say(bob, group, f"{address}/busy")
        for hour in range(6):
            fetch_due(now=NOW + timedelta(hours=hour))
    assert len(asked) == 3
    assert MessageLink.objects.get().title_due_at is None


@pytest.mark.parametrize("behave", [receiving.flood, receiving.nonsense, receiving.many_headers])
def test_hosts_that_do_harm_leave_an_address_without_a_title(bob, group, behave):
    with raw_server(behave) as address:
        say(bob, group, address)
        fetch_due(now=NOW)
    assert titles() == [""]


def test_a_deleted_message_gets_no_title_and_switched_off_nobody_asks(bob, group, settings):
    with site({"/oak": (200, {}, b"<title>Oak</title>")}) as (address, asked):
        delete_message(actor=bob, message=say(bob, group, f"{address}/oak"), now=NOW)
        fetch_due(now=NOW)
        settings.RAPPORT_LINK_TITLES = False
        say(bob, group, f"{address}/oak")
        fetch_due(now=NOW)
    assert asked == []
    assert MessageLink.objects.get().title_due_at is None


@pytest.mark.parametrize(
    ("body", "charset", "title"),
    [
        (b"<TITLE lang=en> A\n b </TITLE>", "", "A b"),
        ("<title>Дуб</title>".encode(), "", "Дуб"),
        (b"<meta charset='windows-1251'><title>\xc4\xf3\xe1</title>", "", "Дуб"),
        ("\ufeff<title>Дуб</title>".encode("utf-16"), "", "Дуб"),
        (b"<title>\xff</title>", "no-such-charset", "\ufffd"),
        (b"<title>a</title>", "base64", "a"),
        ("<title>exe\u202egpj.</title>".encode(), "", "exegpj."),
        (b"<title>&lt;script&gt;</title>", "", "<script>"),
        (b"<title>" + b"x" * 5000 + b"</title>", "", "x" * 300),
        (b"<p>no title</p>", "", ""),
        (b"", "", ""),
        (b"<title>a\x00b</title>", "", "ab"),
    ],
)
def test_the_title_of_any_page(body, charset, title):
    assert title_in(body, charset) == title
