"""Who may listen to which events: the matrix's streams, answered in front of Django."""

from __future__ import annotations

import asyncio

import pytest
from django.test import Client

from apps.contacts.models import Folder
from apps.core.models import Operation
from apps.projects.services.members import make_group
from config.asgi import application
from tests.access.cases import CASES, ROLES, Outcome
from tests.conftest import NOW, make_user
from tests.contacts.factories import PersonFactory
from tests.crm.factories import a_dealer, into_portal
from tests.loops import run_async
from tests.projects.guests import a_guest, a_participant, a_project

LIVE = [case for case in CASES.values() if case.door == "live"]


@pytest.mark.django_db(transaction=True)
def test_a_stream_is_for_whose_it_is(transactional_db):
    bob = make_user("bob@example.com", "Bob Sales", "sales")
    others = {role: make_user(f"{role}@example.com", role, role) for role in ("dealer", "content", "manager", "admin")}
    operation = Operation.objects.create(actor=bob, verb="entities.moved", created_at=NOW, finished_at=NOW)
    mine = Folder.objects.create(name="Bob's", kind="personal", owner=bob)
    everybodys = Folder.objects.create(name="Customers")
    firm = a_dealer("Svitlo Windows")
    into_portal(others["dealer"], firm)
    project = a_project(bob)
    access = a_guest(bob, project)
    others["guest"] = access.user
    values = {
        "user_id": bob.pk,
        "operation_id": operation.pk,
        "hidden_id": PersonFactory(folder=mine).pk,
        "entity_id": PersonFactory(folder=everybodys).pk,
        "dealer_id": firm.pk,
        "group_id": make_group(actor=bob, title="Site visit", users=[], now=NOW).pk,
        "access_id": access.pk,
        "other_access_id": a_guest(bob, project, participant=a_participant(bob, project, "o@example.com", "Olha")).pk,
        "other_dealer_id": a_dealer("Promin").pk,
    }

    questions = {}
    for role, user in {"anonymous": None, "sales": bob, **others}.items():
        client = Client()
        if user is not None:
            client.force_login(user)
        cookies = client.cookies.output(header="", sep=";").strip()
        for case in LIVE:
            questions[role, case.scope] = (cookies, case.scope.format(**values))

    met = run_async(ask_for_streams(questions))
    assert met == {(role, case.scope): case.expected[role] for case in LIVE for role in ROLES}


async def ask_for_streams(questions: dict[tuple[str, str], tuple[str, str]]) -> dict[tuple[str, str], Outcome]:
    """Open each stream and leave it: "in" where it began, else the status of the refusal."""
    answers: dict[tuple[str, str], Outcome] = {}
    for key, (cookies, channel) in questions.items():
        begun = asyncio.Event()
        statuses: list[int] = []

        async def receive(begun=begun) -> dict[str, str]:
            await begun.wait()
            return {"type": "http.disconnect"}

        async def send(message, begun=begun, statuses=statuses) -> None:
            statuses.extend([message["status"]] if "status" in message else [])
            begun.set()

        headers = [(b"cookie", cookies.encode())]
        query = f"channel={channel}".encode()
        scope = {"type": "http", "method": "GET", "path": "/live/", "query_string": query, "headers": headers}
        await application(scope, receive, send)
        answers[key] = "in" if statuses == [200] else statuses[0]

    async def shutdown() -> dict[str, str]:
        return {"type": "lifespan.shutdown"}

    async def ignore(message) -> None:
        pass

    await application({"type": "lifespan"}, shutdown, ignore)
    return answers
