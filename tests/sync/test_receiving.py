"""The door of the plants: what is stored and answered, what is refused and with which words."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from django.db import connection

from apps.core import clock
from apps.core.body_limits import with_body_limits
from apps.sync.models import Batch, BatchBody, Rejection, Source, SourceToken
from apps.sync.services.tokens import revoke_token
from tests.crm.factories import a_plant
from tests.sync.factories import Plug, a_source, dealer, order

pytestmark = pytest.mark.django_db


@pytest.fixture
def plug() -> Plug:
    return Plug(a_source())


def sums_up(standing: dict[str, Any]) -> bool:
    parts = ("applied", "unchanged", "stale", "rejected", "waiting")
    return bool(standing["read"] == sum(standing[name] for name in parts))


def test_a_batch_is_stored_whole_and_answered_before_it_is_applied(plug):
    answer = plug.post([dealer(), order()], key="monday-1")

    batch = Batch.objects.get()
    assert answer.status_code == 202
    assert answer.json() == {"batch": batch.pk, "records": 2, "state": "waiting"}
    assert json.loads(bytes(BatchBody.objects.get(batch_id=batch.pk).body))["records"] == [dealer(), order()]
    standing = plug.status()
    assert (standing["read"], standing["waiting"], standing["applied"]) == (2, 2, 0)
    assert sums_up(standing)


def test_a_repeat_under_its_key_gets_the_same_answer_and_is_not_read_again(plug):
    first = plug.post([dealer()], key="monday-1")
    again = plug.post([dealer()], key="monday-1")

    assert (again.status_code, again.json(), again["Idempotent-Replay"]) == (202, first.json(), "true")
    assert plug.status()["read"] == 1


def test_without_a_key_the_body_is_its_own(plug):
    first, again = plug.post([dealer()]), plug.post([dealer()])
    other = plug.post([dealer(version=2)])

    assert again.json() == first.json() != other.json()
    assert Batch.objects.count() == 2


def test_another_body_under_a_used_key_is_a_conflict(plug):
    plug.post([dealer()], key="monday-1")

    answer = plug.post([dealer(version=2)], key="monday-1")

    assert answer.status_code == 409
    assert answer["Content-Type"] == "application/problem+json"
    assert "another body" in answer.json()["title"]
    assert plug.status()["read"] == 1


def test_a_key_of_one_source_is_free_for_another(plug):
    other = Plug(a_source("lutsk-production", plant=a_plant("lutsk")))
    plug.post([dealer()], key="1")

    assert other.post([dealer(version=2)], key="1").status_code == 202


def test_nobody_comes_in_without_a_token_of_this_source(plug):
    outsider = Plug(a_source("lutsk-production", plant=a_plant("lutsk")))

    assert Plug(plug.source, "feed_guessed").post([dealer()]).status_code == 401
    assert Plug(plug.source, "rap_guessed").post([dealer()]).status_code == 401
    foreign = outsider.post([dealer()], code=plug.source.code)
    assert (foreign.status_code, "another source" in foreign.json()["detail"]) == (403, True)
    assert outsider.post([dealer()], code="no-such-source").status_code == 403
    assert not Batch.objects.exists()


def test_a_revoked_token_ends_at_once(plug, ada):
    revoke_token(actor=ada, token=SourceToken.objects.get(), now=clock.now())

    assert plug.post([dealer()]).status_code == 401


def test_a_body_beyond_the_limit_is_refused_unread(plug):
    Source.objects.update(max_bytes=1000)

    answer = plug.send(b" " * 50 * 1024 * 1024)

    assert (answer.status_code, "at most 1,000 bytes" in answer.json()["detail"]) == (413, True)
    assert not Batch.objects.exists()


def test_more_batches_than_agreed_are_told_to_wait(plug):
    Source.objects.update(max_batches_a_minute=2)

    answers = [plug.post([dealer(version=number)]) for number in (1, 2, 3)]

    assert [answer.status_code for answer in answers] == [202, 202, 429]
    assert 0 < int(answers[2]["Retry-After"]) <= 60
    assert "2 batches a minute" in answers[2].json()["detail"]
    assert Batch.objects.count() == 2


@pytest.mark.parametrize("state", [Source.State.PAUSED, Source.State.STOPPED])
def test_sources_that_rest_go_on_receiving(plug, state):
    Source.objects.update(state=state)

    assert plug.post([dealer()]).status_code == 202
    assert (plug.status()["state"], plug.status()["waiting"]) == (state, 1)


@pytest.mark.parametrize(
    ("body", "content_type", "words"),
    [
        (b'{"records": [', "application/json", "isn't readable as JSON"),
        (b'{"records": [' + b"[" * 90_000 + b"]" * 90_000 + b"]}", "application/json", "nested too deeply"),
        (b'<!DOCTYPE x [<!ENTITY a "ha">]><x>&a;</x>', "application/xml", "entities"),
        (b"\xff\xfe\x00\x01", "application/json", "isn't readable as JSON"),
    ],
)
def test_an_unreadable_body_is_kept_as_one_rejection(plug, body, content_type, words):
    answer = plug.send(body, content_type)
    again = plug.send(body, content_type)

    rejection = Rejection.objects.get()
    assert (answer.status_code, again.status_code) == (422, 422)
    assert words in answer.json()["detail"]
    assert answer.json()["detail"] == again.json()["detail"]
    assert (rejection.code, words in rejection.reason) == ("unreadable", True)
    assert bytes(BatchBody.objects.get().body) == body
    standing = plug.status()
    assert (standing["read"], standing["rejected"]) == (1, 1)
    assert sums_up(standing)


def test_a_content_type_that_nobody_reads_is_named(plug):
    answer = plug.send(b"x", "image/png")

    assert (answer.status_code, "text/csv" in answer.json()["detail"]) == (415, True)


def test_an_endless_key_is_refused(plug):
    assert plug.post([dealer()], key="k" * 121).status_code == 400


def test_the_schema_is_open(client):
    answer = client.get("/api/v1/feeds/schema")

    assert (answer.status_code, answer.json()["version"]) == (200, 1)


def test_receiving_costs_few_statements(plug, django_assert_max_num_queries):
    plug.post([dealer()])

    with django_assert_max_num_queries(2):
        plug.post([dealer(version=2)])


@pytest.mark.parametrize("announced", [True, False])
def test_the_asgi_server_stops_taking_a_body_that_is_too_large(announced):
    taken: list[int] = []
    sent: list[dict[str, Any]] = []

    async def reads_all(scope: Any, receive: Any, send: Any) -> None:
        while (message := await receive())["type"] == "http.request" and message["more_body"]:
            pass
        if message["type"] == "http.request":
            raise AssertionError("all of it was read")

    async def receive() -> dict[str, Any]:
        taken.append(65536)
        return {"type": "http.request", "body": b"x" * 65536, "more_body": len(taken) < 800}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    headers = [(b"content-length", b"52428800")] if announced else []
    scope = {"type": "http", "path": "/api/v1/feeds/kyiv/batches", "headers": headers}

    async def ask() -> None:
        await with_body_limits(reads_all, {"/api/v1/feeds/": 1_000_000})(scope, receive, send)

    asyncio.run(ask())

    assert sent[0]["status"] == 413
    assert sum(taken) < 1_200_000
    assert json.loads(sent[1]["body"])["title"] == "Too large"


@pytest.mark.django_db(transaction=True)
def test_without_redis_batches_are_taken_all_the_same(settings):
    plug = Plug(a_source())
    there = {**settings.CACHES["default"], "LOCATION": "redis://127.0.0.1:1/0"}
    settings.CACHES = {**settings.CACHES, "default": there}

    assert plug.post([dealer()]).status_code == 202


def test_the_source_row_is_not_written_by_receiving(plug):
    with connection.execute_wrapper(_no_update_of_sources):
        plug.post([dealer(version=7)])


def _no_update_of_sources(execute, sql, params, many, context):
    assert not sql.lstrip().startswith("UPDATE sync_source "), "batches of one source would wait for each other"
    return execute(sql, params, many, context)
