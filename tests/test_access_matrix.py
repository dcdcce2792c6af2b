"""Who may open which door: every route of the URLconf, by everybody, on records in reach and out of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.cookies import SimpleCookie
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.test import Client

from tests.access.cases import API_ROLES, CASES, ROLES, Case, Outcome
from tests.access.routes import address, api_methods, routes
from tests.access.world import World, make_world

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("quiet")]

MOST_QUERIES = 12
MOST_BYTES = 100_000
PAGES = ("web", "allauth")  # those that are ours to keep small
# What the portal's wall says around its pages: the role, in a transaction of its own (docs/adr/0015).
THE_WALL = ("SAVEPOINT", "RELEASE SAVEPOINT", "SELECT set_config")
THEIRS = (b"Promin", b"A-D-2", b"S-D-2", b"Olha Other")  # what the other dealer's records are known by
SIGN_IN = ("/accounts/login/", "/admin/login/")
# What a request may note about itself: the session, when it was last seen, when a token or a link was last used.
NOTED_BY_THE_WAY = ('"django_session"', '"usersessions_usersession"', '"accounts_apitoken"', '"crm_deliverylink')


class Visitor:
    """One of the cast with a browser or a program, signed in anew for each request."""

    def __init__(self, world: World, role: str, door: str) -> None:
        self.client = Client(raise_request_exception=False)
        self.headers = {}
        if door == "api" and role in world.tokens:
            self.headers = {"authorization": f"Bearer {world.tokens[role]}"}
        elif role != "anonymous":
            self.client.force_login(world.users.get(role, world.users["admin"]))
            if door == "allauth":  # pages of credentials would ask for the password first
                self.client.post("/accounts/reauthenticate/", {"password": "correct-horse-1"})
        self.cookies = self.client.cookies.output(header="", sep=";")

    def ask(self, method: str, path: str, case: Case | None = None) -> Any:
        self.client.cookies = SimpleCookie(self.cookies)
        data = case.data if case else None
        if case and case.door == "api":
            body = b"" if data is None else json.dumps(data).encode()
            return self.client.generic(method, path, body, "application/json", headers=self.headers)
        if method == "POST":
            return self.client.post(path, data or {}, headers=self.headers)
        return self.client.generic(method, path, headers=self.headers)


def outcome(response: Any) -> Outcome:
    status: int = response.status_code
    if status in (301, 302, 303) and response["Location"].startswith(SIGN_IN):
        return "login"
    if status in (401, 403, 404, 405) or status >= 500:
        return status
    return "in"


@contextmanager
def watched() -> Iterator[list[str]]:
    statements: list[str] = []

    def note(execute, sql, params, many, context):
        statements.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield statements


@contextmanager
def undone() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture
def world(db) -> World:
    # Anew for each test: thousands of requests undone in one transaction, which keeps all their dead rows, are slow.
    return make_world()


def path_of(case: Case, world: World) -> str:
    values = world.values(case.scope)
    # A value that is the name of another one stands for it: the route's relationship is the scope's job.
    named = {name: values.get(value, value) for name, value in case.values.items()}
    return address(case.route, values | named)


def cases(*doors: str, method: str = "") -> list[Case]:
    return [case for case in CASES.values() if case.door in doors and method in ("", case.method)]


def known() -> set[tuple[str, str]]:
    return {(case.door, case.route) for case in CASES.values() if case.door != "live"}


def test_every_route_has_its_cases_and_every_case_its_route():
    found = {(door, route) for route, door in routes().items()}

    assert sorted(found - known()) == [], "routes without a case in tests/access"
    assert sorted(known() - found) == [], "cases whose route is gone"


def test_every_method_of_the_api_has_its_cases():
    found = {(method, route) for route, methods in api_methods().items() for method in methods}
    cased = {(case.method, case.route) for case in cases("api")} - {("GET", "api/v1/openapi.json"), ("GET", "api/v1/")}

    assert found == cased


@pytest.mark.parametrize(
    ("role", "doors"),
    [
        *[(role, ("web",)) for role in ROLES],
        *[(role, ("allauth", "admin")) for role in ROLES],
        *[(role, ("api",)) for role in API_ROLES],
    ],
    ids=lambda value: value if isinstance(value, str) else value[0],
)
def test_everybody_meets_what_the_matrix_says_on_small_pages(world, role, doors):
    mistakes = []
    visitor = Visitor(world, role, doors[0])
    for case in cases(*doors):
        path = path_of(case, world)
        with undone(), watched() as statements:
            response = visitor.ask(case.method, path, case)
        met = outcome(response)
        if met != case.expected[role]:
            mistakes.append(f"{case.method} {path} ({case.scope}): {met}, not {case.expected[role]}")
        if case.method == "GET" and (written := writes(statements)):
            mistakes.append(f"GET {path} ({case.scope}) writes: {written}")
        if case.door in PAGES and case.method == "GET" and weight(response, statements):
            # The first one of all may read what is then kept.
            with undone(), watched() as statements:
                response = visitor.ask("GET", path, case)
            mistakes += [f"GET {path} ({case.scope}): {each}" for each in weight(response, statements)]

    assert not mistakes, "\n".join(mistakes)


def test_the_portal_stands_behind_its_second_wall_alone(world, monkeypatch):
    """With `visible_to` letting everything through, the database's rows answer every door as before."""
    for model in apps.get_app_config("crm").get_models():
        queryset = type(model._default_manager.all())
        if hasattr(queryset, "visible_to"):
            monkeypatch.setattr(queryset, "visible_to", lambda self, _user, **_how: self.filter())
    mistakes = []
    visitor = Visitor(world, "dealer", "web")
    doors = [case for case in cases("web") if case.route.startswith("portal/")]
    for case in doors:
        with undone():
            response = visitor.ask(case.method, path_of(case, world), case)
            text = b"".join(response) if response.streaming else response.content
        if outcome(response) != case.expected["dealer"]:
            mistakes.append(f"{case.method} {case.route} ({case.scope}): {outcome(response)}")
        mistakes += [f"{case.method} {case.route}: {words!r}" for words in THEIRS if words in text]

    assert len(doors) > 50
    assert not mistakes, "\n".join(mistakes)


def weight(response: Any, statements: list[str]) -> list[str]:
    """Where a page asks or weighs more than pages may."""
    if response.status_code != 200 or "html" not in response["Content-Type"]:
        return []
    size = len(response.content)
    asked = [sql for sql in statements if not sql.startswith(THE_WALL)]
    return [
        *([f"{len(asked)} queries"] if len(asked) > MOST_QUERIES else []),
        *([f"{size} bytes"] if size >= MOST_BYTES else []),
    ]


def writes(statements: list[str]) -> list[str]:
    return [
        sql
        for sql in statements
        if sql.startswith(("INSERT", "UPDATE", "DELETE")) and not any(table in sql for table in NOTED_BY_THE_WAY)
    ]


def test_a_method_without_a_case_is_refused(world):
    doors = {"portal/": "dealer", "guest/": "guest"}
    visitors = {role: Visitor(world, role, "web") for role in ("admin", *doors.values())}
    mistakes = []
    for door, route in sorted(known() - {("web", "language/")}):  # Django's own view, which only POST changes
        if door != "web":
            continue
        methods = {case.method for case in cases("web") if case.route == route}
        case = next(case for case in cases("web") if case.route == route)
        for method in {"GET", "POST", "PUT", "PATCH", "DELETE"} - methods:
            with undone():
                visitor = visitors[next((doors[door] for door in doors if route.startswith(door)), "admin")]
                met = outcome(visitor.ask(method, path_of(case, world)))
            if met != 405:
                mistakes.append(f"{method} {route}: {met}")

    assert not mistakes, "\n".join(mistakes)
