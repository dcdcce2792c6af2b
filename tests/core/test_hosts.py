"""Hosts that users name lead to no private network, by whatever name or detour."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
import requests

from apps.core import hosts


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "10.0.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "::1", "::ffff:10.0.0.1"],
)
def test_private_addresses_are_refused(host):
    with pytest.raises(hosts.ForbiddenHost):
        hosts.checked_addresses(host, 443)


def test_public_ones_and_those_that_administrators_allow_are_not(settings):
    assert hosts.checked_addresses("1.1.1.1", 443) == ["1.1.1.1"]

    settings.RAPPORT_PRIVATE_NETWORKS = ["10.1.0.0/16"]
    assert hosts.checked_addresses("10.1.2.3", 443) == ["10.1.2.3"]
    with pytest.raises(hosts.ForbiddenHost):
        hosts.checked_addresses("10.2.0.1", 443)


class Answer(BaseHTTPRequestHandler):
    def do_POST(self):
        self.send_response(302 if self.path == "/away" else 201)
        self.send_header("Location", "http://10.0.0.1/")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *args):
        pass


@pytest.fixture
def address():
    server = HTTPServer(("127.0.0.1", 0), Answer)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_a_session_connects_only_where_it_may_and_follows_nobody(settings, address, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    with hosts.guarded_session() as session:
        with pytest.raises(requests.ConnectionError, match="private network"):
            session.post(address, timeout=5)
        settings.RAPPORT_PRIVATE_NETWORKS = ["127.0.0.0/8"]
        assert session.post(address, timeout=5).status_code == 201
        with pytest.raises(requests.TooManyRedirects):
            session.post(f"{address}/away", timeout=5)
