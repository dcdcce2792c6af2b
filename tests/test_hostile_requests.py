"""Whatever strangers and colleagues send: an answer that says what is wrong, never an error page."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from html.parser import HTMLParser
from itertools import islice
from typing import Any
from urllib.parse import quote

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.http import HttpResponse
from django.test import Client, RequestFactory

from apps.contacts.forms.bulk import FORMS
from apps.contacts.forms.entities import SECTIONS
from apps.core.listing import listings
from config.api import api
from tests.access.cases import CASES, IN, Case
from tests.access.routes import address
from tests.access.world import World, make_world

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("quiet")]

TEXTS = ("a\x00b", "9" * 25, "9" * 5000, "²", "-1", "1e999999", "9999-12-31", "0001-01-01", "http://[", "²:source")
LONG = "x" * 3000
MOST = {"web": 2, "allauth": 1, "admin": 1}  # requests of a kind for each address
PARTS = 4  # of the longest test, so that processes may share it
# Names that pages read from their address or from what is posted, beside the fields that they show.
NAMES = (
    *("q", "page", "size", "sort", "letter", "view", "after", "back", "kind", "url", "email", "phone", "tab", "people"),
    *("guess", "apply", "target", "type", "reading", "company", "parent", "next", "first_name", "last_name", "name"),
)
POSTED = ("ids", "all", "match", "one", "do", "save", "columns", "fields", "page_size", "confirmed", "theme", "group")
JSON = (10**25, None, LONG, "a\ud800", -1, "a\x00b", [10**25], "0001-01-01", 10**10, {"a": "\x00"}, ["\x00"], 10**15)
PAGE_KEYS = ("MTphAGI=", "MToyMDI2LTExLTAy", "OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk6YQ==", "////", "é")


class House:
    """A world of records, asked by an administrator or, for what is his own, by bob of sales."""

    def __init__(self) -> None:
        self.world = make_world()
        self.clients = {role: Client(raise_request_exception=False) for role in ("admin", "sales")}
        for role, client in self.clients.items():
            client.force_login(self.world.users[role])
        self.errors: list[str] = []

    def cases(self, door: str, method: str) -> Iterator[tuple[Case, str, str]]:
        """One case of each route that lets one of the two in, with the role and the path."""
        seen = set()
        for case in CASES.values():
            role = next((role for role in self.clients if case.expected.get(role) == IN), "")
            if (case.door, case.method) == (door, method) and role and case.route not in seen:
                seen.add(case.route)
                values = self.world.values(case.scope)
                named = {name: values.get(value, value) for name, value in case.values.items()}
                yield case, role, address(case.route, values | named)

    def ask(self, what: str, call: Callable[[], HttpResponse]) -> HttpResponse:
        with transaction.atomic():
            response = call()
            transaction.set_rollback(True)
        if response.status_code >= 500:
            self.errors.append(f"{response.status_code} {what}"[:300])
        return response


@pytest.fixture
def house(db) -> House:
    return House()


class _Fields(HTMLParser):
    """The names of a page's form fields, each with a value that it offers."""

    def __init__(self) -> None:
        super().__init__()
        self.values: dict[str, str] = {}
        self.has_file = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        name = given.get("name")
        if tag in ("input", "select", "textarea", "button") and name and name != "csrfmiddlewaretoken":
            self.values[name] = given.get("value") or "1"
            self.has_file = self.has_file or given.get("type") == "file"


def filter_names(world: World) -> list[str]:
    request = RequestFactory().get("/")
    request.user = world.users["admin"]
    found = [entry.make(request) for entry in listings]
    return sorted({f"f.{each.key}" for listing in found if listing for each in listing.filters})


def mixed(names: Sequence[str], most: int) -> Iterator[dict[str, Any]]:
    """So many sets of values that differ from each other in every name."""
    for turn in range(most):
        yield {name: TEXTS[(place + turn * 3) % len(TEXTS)] for place, name in enumerate(names)}


def test_no_address_makes_an_error(house):
    for door, most in MOST.items():
        for _case, role, path in house.cases(door, "GET"):
            for query in mixed(NAMES, most):
                house.ask(f"GET {path} {query}", lambda: house.clients[role].get(path, query))  # noqa: B023  at once

    assert not house.errors, "\n".join(house.errors)


def test_no_filter_makes_an_error(house):
    names = filter_names(house.world)
    pages = ["/contacts/list/all/", "/contacts/list/relationships/", "/contacts/trash/"]
    pages += ["/accounts/users/", "/accounts/tokens/", "/accounts/audit/", "/lists/contacts.entities/filters/"]
    client = house.clients["admin"]
    for path in pages:
        for text in (*TEXTS, LONG):
            query = {"apply": "1"} | {name: [text, text] for name in names}
            house.ask(f"GET {path} {text[:20]!r}", lambda: client.get(path, query))  # noqa: B023  asked at once

    assert not house.errors, "\n".join(house.errors)


def variants(path: str) -> list[str]:
    """The path with each section or action that its route takes."""
    if path.endswith("/edit/notes/"):
        return [path.replace("/notes/", f"/{section}/") for section in SECTIONS]
    if path.endswith("/bulk/folder/"):
        return [path.replace("/folder/", f"/{action}/") for action in FORMS]
    return [path]


@pytest.mark.parametrize("part", range(PARTS))
def test_nothing_posted_makes_an_error(house, part):
    for door, most in MOST.items():
        for case, role, first in islice(house.cases(door, "POST"), part, None, PARTS):
            for path in variants(first):
                client = house.clients[role]
                shown = house.ask(f"GET {path}", lambda: client.get(path))  # noqa: B023  asked at once
                fields = _Fields()
                if "html" in shown.get("Content-Type", ""):
                    fields.feed(shown.content.decode())
                names = [*NAMES, *POSTED, *(case.data or {}), *fields.values]
                bodies = [dict.fromkeys(names, "-1"), *mixed(names, most)]
                if fields.has_file:
                    bodies.append({name: SimpleUploadedFile("a\x00.jpg", b"\x00\xff") for name in names})
                elif fields.values:
                    counts = {name: value for name, value in fields.values.items() if name.endswith("_FORMS")}
                    bodies.append(dict.fromkeys(fields.values, LONG) | counts)
                for body in bodies[-most:] if door != "web" else bodies:
                    house.ask(f"POST {path} {body}", lambda: client.post(path, body))  # noqa: B023  asked at once

    assert not house.errors, "\n".join(house.errors)


def test_a_note_of_a_megabyte_is_kept_or_refused(house):
    path = f"/contacts/{house.world.places['public']['entity_id']}/edit/notes/"
    client = house.clients["admin"]
    version = _version(client.get(path).content.decode())

    answers = [client.post(path, {"notes": "x" * size, "version": version}).status_code for size in (2**20, 6 * 2**20)]

    assert answers == [302, 400]


def _version(page: str) -> str:
    fields = _Fields()
    fields.feed(page)
    return fields.values["version"]


def parameters_of(route: str, method: str) -> tuple[list[str], dict[str, Any]]:
    """Names of a route's query parameters, and the properties of its body."""
    schema = api.get_openapi_schema()
    paths = {re.sub(r"{(\w+)}", r"<\1>", path.removeprefix("/")): each for path, each in schema["paths"].items()}
    operation = paths.get(route, {}).get(method.lower(), {})
    query = [each["name"] for each in operation.get("parameters", []) if each["in"] == "query"]
    body = json.dumps(operation.get("requestBody", {}))
    named = re.search(r"schemas/(\w+)", body)
    return query, schema["components"]["schemas"][named[1]]["properties"] if named else {}


@pytest.mark.parametrize("method", ["GET", "POST", "PATCH", "DELETE"])
def test_no_request_to_the_api_makes_an_error(house, settings, method):
    settings.RAPPORT_API_RATE = 100_000
    client = Client(raise_request_exception=False)  # programs have no session, which would be read each time
    headers = {"authorization": f"Bearer {house.world.tokens['admin']}"}

    def ask(method: str, path: str, body: bytes, **more: str) -> None:
        kind = "application/json"
        house.ask(
            f"{method} {path} {body[:100]!r} {more}",
            lambda: client.generic(method, path, body, kind, headers=headers | more),
        )

    for case, _role, path in house.cases("api", method):
        query, properties = parameters_of(case.route, method)
        for name in query:
            for text in (*TEXTS, *PAGE_KEYS):
                for more in ("", "&modified_since=2026-01-01T00:00:00Z") if name == "after" else ("",):
                    ask(method, f"{path}?{name}={quote(text)}{more}", b"")
        for body in (b"", b"null", b"[]", b"\xff\xfe", b"{", b"[" * 50_000):
            ask(method, path, body)
        for place, name in enumerate(properties):
            for value in {0: JSON[:6], 1: JSON[6:]}.get(place, JSON[place % 6 :: 6]):
                ask(method, path, json.dumps({**(case.data or {}), name: value}).encode())
        ask(method, path, b"{}", **{"If-Match": "9" * 5000})
        ask(method, path, b"{}", **{"Idempotency-Key": "a\x00b"})

    assert not house.errors, "\n".join(house.errors)
