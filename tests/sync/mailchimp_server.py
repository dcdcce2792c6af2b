"""Mailchimp on the loopback: the part of its API that we use, refusing what the published one refuses."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

KEY = "0123456789abcdef0123456789abcdef-us21"
LIST = "a1b2c3d4e5"
_ADDRESS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
_STATUSES = {"subscribed", "unsubscribed", "cleaned", "pending", "transactional"}


def hash_of(address: str) -> str:
    return hashlib.md5(address.lower().encode(), usedforsecurity=False).hexdigest()


@dataclass
class Mailchimp:
    """`answers` are given before it looks at anything: (status, headers, body), or a callable for the handler."""

    url: str = ""
    key: str = KEY
    fields: tuple[str, ...] = ("FNAME", "LNAME", "COMPANY", "CITY")
    members: dict[str, dict[str, Any]] = field(default_factory=dict)
    forgotten: set[str] = field(default_factory=set)
    breaking: set[str] = field(default_factory=set)  # addresses that make a whole request fail
    answers: list[Any] = field(default_factory=list)
    asked: list[tuple[str, str, Any]] = field(default_factory=list)
    hold: float = 0.0
    lost: int = 0  # so many requests that change something are done and answered 503
    most_at_once: int = 0
    clock: datetime = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
    after_put: Any = None
    _busy: int = 0
    _lock: Any = field(default_factory=threading.RLock)

    def subscribed(self) -> list[str]:
        return sorted(each["email_address"] for each in self.members.values() if each["status"] == "subscribed")

    def of(self, address: str) -> dict[str, Any]:
        return self.members[hash_of(address)]

    def statuses(self) -> dict[str, str]:
        return {each["email_address"]: each["status"] for each in self.members.values()}

    def unsubscribe(self, address: str, *, status: str = "unsubscribed", by_themselves: bool = True) -> None:
        """As by the link in a mail, or by an administrator there."""
        with self._lock:
            found = self.members.setdefault(hash_of(address), _blank(address))
            found |= {"status": status, "compliance": by_themselves, "unsubscribe_reason": "N/A (Unsubscribed)"}
            self._touch(found)

    def requests(self, method: str) -> list[tuple[str, Any]]:
        return [(path, body) for asked, path, body in self.asked if asked == method]

    # --- its API ------------------------------------------------------------------------------------------------------
    def answer(self, method: str, path: str, query: dict[str, str], body: Any) -> tuple[int, Any]:
        parts = path.removeprefix("/3.0/").split("/")
        if parts[:2] != ["lists", LIST]:
            return _problem(404, "Resource Not Found", "The requested resource could not be found.")
        rest = parts[2:]
        if not rest and method == "GET":
            return 200, {"id": LIST, "name": "Windows & doors", "stats": {"member_count": len(self.subscribed())}}
        if not rest and method == "POST":
            return self._put(body, query)
        if rest == ["merge-fields"]:
            return 200, {"merge_fields": [{"tag": tag} for tag in self.fields]}
        if rest == ["members"] and method == "GET":
            return self._members(query)
        found = self.members.get(rest[1]) if len(rest) > 1 else None
        if found is None:
            return _problem(404, "Resource Not Found", "The requested resource could not be found.")
        if len(rest) == 2 and method == "DELETE":
            if found["status"] == "archived":
                return _problem(405, "Method Not Allowed", "This list member cannot be removed.")
            found["status"] = "archived"
            self._touch(found)
            return 204, None
        if rest[2:] == ["tags"] and method == "POST":
            for tag in body["tags"]:
                (found["tags"].discard if tag["status"] == "inactive" else found["tags"].add)(tag["name"])
            return 204, None
        return _problem(405, "Method Not Allowed", "The requested method and resource are not compatible.")

    def _put(self, body: Any, query: dict[str, str]) -> tuple[int, Any]:
        members = body.get("members") if isinstance(body, dict) else None
        if not isinstance(members, list) or len(members) > 500:
            return _problem(400, "Invalid Resource", "Please submit no more than 500 members.")
        for each in members:
            if wrong := _schema(each) or self._broken(each):
                return _problem(400, "Invalid Resource", "The resource submitted could not be validated.", [wrong])
        addresses = [each["email_address"].lower() for each in members]
        if len(set(addresses)) != len(addresses) and query.get("skip_duplicate_check") != "true":
            return _problem(400, "Invalid Resource", "Duplicate items found in the members array.")
        made: list[str] = []
        changed: list[str] = []
        errors: list[dict[str, str]] = []
        for each in members:
            address = each["email_address"]
            if why := self._refusal(each, body.get("update_existing") is True):
                errors.append({"email_address": address, "error": why, "error_code": "ERROR_GENERIC"})
                continue
            found = self.members.get(hash_of(address))
            (changed if found else made).append(address)
            found = self.members.setdefault(hash_of(address), _blank(address))
            tags = set(each.get("tags", []))
            found["tags"] = tags if body.get("sync_tags") else found["tags"] | tags
            known = {tag: value for tag, value in each.get("merge_fields", {}).items() if tag in self.fields}
            found |= {"status": each["status"], "compliance": False}
            found["merge_fields"] = found["merge_fields"] | known
            self._touch(found)
        if self.after_put:
            self.after_put()
        counts = {"total_created": len(made), "total_updated": len(changed), "error_count": len(errors)}
        return 200, {"new_members": made, "updated_members": changed, "errors": errors, **counts}

    def _broken(self, each: dict[str, Any]) -> dict[str, str]:
        is_broken = each["email_address"] in self.breaking
        return {"field": "members.item:7", "message": "Data did not match any of the schemas"} if is_broken else {}

    def _refusal(self, each: dict[str, Any], may_update: bool) -> str:
        address, found = each["email_address"], self.members.get(hash_of(each["email_address"]))
        if not _ADDRESS.fullmatch(address):
            return "Please provide a valid email address."
        if address.split("@")[1] == "example.com":
            return f"{address} looks fake or invalid, please enter a real email address."
        if address in self.forgotten:
            return f"{address} was permanently deleted and cannot be re-imported. The contact must re-subscribe."
        if found and not may_update:
            return f"{address} is already a list member, do you want to update?"
        if found and found["compliance"] and each["status"] == "subscribed":
            return f"{address} is in a compliance state due to unsubscribe, bounce, or compliance review."
        return ""

    def _members(self, query: dict[str, str]) -> tuple[int, Any]:
        count, offset = int(query.get("count", "10")), int(query.get("offset", "0"))
        if count > 1000:
            return _problem(400, "Invalid Resource", "count: must be at most 1000")
        since = query.get("since_last_changed", "")
        rows = [each for each in self.members.values() if each["status"] == query.get("status", each["status"])]
        rows = sorted((each for each in rows if each["last_changed"] > since), key=lambda each: each["last_changed"])
        shown = [{**each, "tags": sorted(each["tags"])} for each in rows[offset : offset + count]]
        return 200, {"members": shown, "total_items": len(rows)}

    def _touch(self, found: dict[str, Any]) -> None:
        self.clock += timedelta(seconds=1)
        found["last_changed"] = self.clock.isoformat()

    # --- its door -----------------------------------------------------------------------------------------------------
    def serve(self, handler: BaseHTTPRequestHandler, method: str) -> None:
        raw = handler.rfile.read(int(handler.headers.get("Content-Length") or 0))
        with self._lock:
            self._busy += 1
            self.most_at_once = max(self.most_at_once, self._busy)
            planned = self.answers.pop(0) if self.answers else None
        try:
            time.sleep(self.hold)
            url = urlsplit(handler.path)
            status, headers, body = self._whole(handler, method, url, raw, planned)
        finally:
            with self._lock:
                self._busy -= 1
        text = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        kind = "application/problem+json" if status >= 400 else "application/json"
        handler.send_response(status)
        for name, value in {"Content-Type": kind, "Content-Length": str(len(text)), **headers}.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(text)

    def _whole(self, handler: Any, method: str, url: Any, raw: bytes, planned: Any) -> tuple[int, Any, Any]:
        try:
            body = json.loads(raw) if raw else None
        except ValueError:
            return 400, {}, _problem(400, "JSON Parse Error", "We encountered an unspecified JSON parsing error.")[1]
        self.asked.append((method, url.path, body))
        if planned is not None:
            found: tuple[int, Any, Any] = planned(handler) if callable(planned) else planned
            return found
        with self._lock:
            if self._busy > 10:
                return 429, {}, _problem(429, "Too Many Requests", "You have exceeded the limit of 10.")[1]
            if handler.headers.get("Authorization") not in self._passes():
                return 401, {}, _problem(401, "API Key Invalid", "Your API key may be invalid.")[1]
            query = {name: values[0] for name, values in parse_qs(url.query).items()}
            status, answer = self.answer(method, url.path, query, body)
            if self.lost and method != "GET":
                self.lost -= 1
                status, answer = 503, None
            return status, {}, answer

    def _passes(self) -> set[str]:
        pair = base64.b64encode(f"rapport:{self.key}".encode()).decode()
        return {f"Basic {pair}", f"Bearer {self.key}"}


def _blank(address: str) -> dict[str, Any]:
    values = {"email_address": address, "status": "", "compliance": False, "tags": set(), "merge_fields": {}}
    return values | {"last_changed": "", "unsubscribe_reason": ""}


def _schema(each: Any) -> dict[str, str]:
    """What makes the whole request fail."""
    if not isinstance(each, dict) or not isinstance(each.get("email_address"), str):
        return {"field": "members.item:0.email_address", "message": "Schema describes string"}
    if each.get("status") not in _STATUSES:
        return {"field": "members.item:0.status", "message": "Value is not one of the enum"}
    fields = each.get("merge_fields", {})
    if not isinstance(fields, dict) or any(len(str(value).encode()) > 255 for value in fields.values()):
        return {"field": "members.item:0.merge_fields", "message": "Text is longer than 255"}
    if any(not isinstance(tag, str) or not tag or len(tag.encode()) > 100 for tag in each.get("tags", [])):
        return {"field": "members.item:0.tags", "message": "A tag has 1 to 100 characters"}
    return {}


def _problem(status: int, title: str, detail: str, errors: Any = ()) -> tuple[int, Any]:
    kind = "https://mailchimp.com/developer/marketing/docs/errors/"
    told = {"type": kind, "title": title, "status": status, "detail": detail, "instance": "d9a4c4a1"}
    return status, {**told, "errors": list(errors)} if errors else told


@contextmanager
def mailchimp():
    fake = Mailchimp()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            fake.serve(self, "GET")

        def do_POST(self):
            fake.serve(self, "POST")

        def do_DELETE(self):
            fake.serve(self, "DELETE")

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
