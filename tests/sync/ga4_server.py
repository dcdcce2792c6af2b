"""Google Analytics 4 on the loopback: it answers 2xx to anything and drops what its published limits refuse."""

from __future__ import annotations

import json
import re
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

MEASUREMENT_ID, SECRET = "G-ABC123XYZ9", "s3cret-Of_Analytics"
_NAME = re.compile(r"[A-Za-z]\w{0,39}", re.ASCII)
_PREFIXES = ("_", "firebase_", "ga_", "google_", "gtag.")
_RESERVED = {"ad_click", "error", "first_open", "first_visit", "page_view", "session_start", "user_engagement", "click"}
_DAYS_3 = 72 * 3600 * 1_000_000


@dataclass
class Analytics:
    """`counted` are events that came into reports, `dropped` the reasons why others didn't."""

    url: str = ""
    now_micros: int = 0
    counted: list[dict[str, Any]] = field(default_factory=list)
    dropped: list[str] = field(default_factory=list)
    payloads: list[dict[str, Any]] = field(default_factory=list)
    debugged: list[dict[str, Any]] = field(default_factory=list)
    answers: list[Any] = field(default_factory=list)
    hold: float = 0.0

    def serve(self, handler: BaseHTTPRequestHandler) -> None:
        raw = handler.rfile.read(int(handler.headers.get("Content-Length") or 0))
        time.sleep(self.hold)
        url = urlsplit(handler.path)
        query = {name: values[0] for name, values in parse_qs(url.query).items()}
        if self.answers:
            status, headers, text = self.answers.pop(0)
        else:
            status, headers, text = self._answer(url.path, query, raw)
        handler.send_response(status)
        for name, value in {"Content-Length": str(len(text)), **headers}.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(text)

    def _answer(self, path: str, query: dict[str, str], raw: bytes) -> tuple[int, dict[str, str], bytes]:
        try:
            payload = json.loads(raw)
        except ValueError:
            payload = {}
        found = problems(payload, len(raw), self.now_micros)
        if path == "/debug/mp/collect":
            self.debugged.append(payload)
            messages = [
                {"fieldPath": "events", "description": words, "validationCode": "VALUE_INVALID"} for words in found
            ]
            return 200, {"Content-Type": "application/json"}, json.dumps({"validationMessages": messages}).encode()
        self.payloads.append(payload)
        if (query.get("measurement_id"), query.get("api_secret")) != (MEASUREMENT_ID, SECRET):
            found = ["wrong key"]
        self.dropped += found
        self.counted += [] if found else payload["events"]
        return 204, {}, b""


def problems(payload: Any, size: int, now_micros: int) -> list[str]:
    found = []
    events = payload.get("events") if isinstance(payload, dict) else None
    if not isinstance(events, list) or not 1 <= len(events) <= 25:
        return ["A request has 1 to 25 events."]
    if not isinstance(payload.get("client_id"), str) or not payload["client_id"]:
        found.append("client_id is required.")
    if size > 130 * 1024:
        found.append("The post body must be smaller than 130kB.")
    for at, event in enumerate(events):
        name, params = event.get("name", ""), event.get("params", {})
        if not _NAME.fullmatch(name) or name in _RESERVED or name.startswith(_PREFIXES):
            found.append(f"Event at index: [{at}] has invalid name [{name}].")
        if len(params) > 25:
            found.append(f"Event at index: [{at}] has more than 25 parameters.")
        for key, value in params.items():
            if not _NAME.fullmatch(key) or key.startswith(_PREFIXES):
                found.append(f"Event at index: [{at}] has invalid parameter [{key}].")
            if isinstance(value, bool) or not isinstance(value, str | int | float) or len(str(value)) > 100:
                found.append(f"Event at index: [{at}] has an invalid value of [{key}].")
        if "value" in params and "currency" not in params:
            found.append(f"Event at index: [{at}] has a value without a currency.")
        if now_micros and now_micros - event.get("timestamp_micros", now_micros) > _DAYS_3:
            found.append(f"Event at index: [{at}] is older than 72 hours.")
    return found


@contextmanager
def analytics():
    fake = Analytics()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            fake.serve(self)

        def log_message(self, *args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    fake.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield fake
    finally:
        server.shutdown()
        server.server_close()
