"""Receivers of events on the loopback: one that notes what it gets and answers as told, and ones that do harm."""

from __future__ import annotations

import json
import socket
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Receiver:
    """`answers` are given one after the other, the last one for ever: a status, or (status, headers, body)."""

    url: str = ""
    answers: list[Any] = field(default_factory=lambda: [204])
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    hold: float = 0.0  # seconds before it answers

    @property
    def ids(self) -> list[str]:
        return [headers["webhook-id"] for headers, _body in self.got]

    @property
    def bodies(self) -> list[dict[str, Any]]:
        return [json.loads(body) for _headers, body in self.got]


@contextmanager
def receiver():
    noted = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            noted.got.append(({name.lower(): value for name, value in self.headers.items()}, body))
            time.sleep(noted.hold)
            answer = noted.answers.pop(0) if len(noted.answers) > 1 else noted.answers[0]
            status, headers, text = answer if isinstance(answer, tuple) else (answer, {}, b"")
            self.send_response(status)
            for name, value in {"Content-Length": str(len(text)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    noted.url = f"http://127.0.0.1:{server.server_port}/hook"
    try:
        yield noted
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def raw_server(behave):
    """`behave(peer)` with each connection, in a thread of its own; yields the address."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve(peer):
        try:
            behave(peer)
        except OSError:
            pass  # the other side had enough
        finally:
            peer.close()

    def accept():
        while True:
            try:
                peer, _address = listener.accept()
            except OSError:
                return
            threading.Thread(target=serve, args=(peer,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/hook"
    finally:
        listener.close()


def hang(peer):
    time.sleep(60)


def drip(peer):
    """A byte of the headers now and then, so that no time limit of a socket ever strikes."""
    peer.recv(65536)
    peer.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    while True:
        peer.sendall(b"a")
        time.sleep(0.05)


def drip_body(peer):
    peer.recv(65536)
    peer.sendall(b"HTTP/1.1 500 No\r\n\r\n")
    while True:
        peer.sendall(b"a")
        time.sleep(0.05)


def flood(peer):
    peer.recv(65536)
    peer.sendall(b"HTTP/1.1 500 No\r\n\r\n")
    while True:
        peer.sendall(b"x" * 65536)


def flood_of_a_redirect(peer):
    peer.recv(65536)
    peer.sendall(b"HTTP/1.1 302 Away\r\nLocation: http://127.0.0.1/\r\n\r\n")
    while True:
        peer.sendall(b"x" * 65536)


def many_headers(peer):
    peer.recv(65536)
    peer.sendall(b"HTTP/1.1 200 OK\r\n")
    while True:
        peer.sendall(b"X-Much: " + b"y" * 60000 + b"\r\n")


def nonsense(peer):
    peer.recv(65536)
    peer.sendall(b"\x00\xff SSH-2.0 hello\r\n\r\n")
