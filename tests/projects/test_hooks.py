"""Incoming webhooks: who has the address writes, once for each id, and nobody is hurt by what comes."""

from __future__ import annotations

import json
from urllib.parse import urlencode

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.projects.hook_words import Unreadable, Words, read_words
from apps.projects.models import Bot, Message
from apps.projects.services.bots import make_bot, renew_bot_key
from apps.projects.services.members import make_group, remove_member
from tests.conftest import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def group(alice):
    return make_group(actor=alice, title="Site visit", users=[], now=NOW)


@pytest.fixture
def made(alice, group):
    return make_bot(actor=alice, group=group, kind=Bot.Kind.HOOK, name="Weather", sign="", reads=False, now=NOW)


def send(key, body, content_type="application/json"):
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Client(enforce_csrf_checks=True).generic("POST", f"/hooks/{key}/", raw, content_type)


def test_words_come_in_under_the_name_of_the_webhook(made):
    _bot, key = made
    assert send(key, {"text": "Rain at four"}).content == b"ok"
    assert send(key, {"text": "Storm", "name": "Kyiv"}).status_code == 200
    assert send(key, b"Wind 9 m/s", "text/plain; charset=utf-8").status_code == 200
    texts = Message.objects.order_by("seq").values_list("text", "author__display_name")
    assert list(texts) == [("Rain at four", "Weather"), ("Kyiv: Storm", "Weather"), ("Wind 9 m/s", "Weather")]


def test_what_bears_the_same_id_is_said_once(made):
    _bot, key = made
    for _time in range(3):
        assert send(key, {"text": "Rain", "id": "report 4/17"}).status_code == 200
    send(key, {"text": "Rain", "id": "report 4/18"})
    assert Message.objects.count() == 2


def test_what_is_written_for_slack_is_understood():
    slack = {
        "channel": "#ops",
        "username": "grafana",
        "text": "See <https://a.example/x|the board> <https://b.example>",
    }
    expected = Words("See the board (https://a.example/x) https://b.example", "grafana", "")
    assert read_words("application/json", json.dumps(slack).encode()) == expected
    form = urlencode({"payload": json.dumps(slack)}).encode()
    assert read_words("application/x-www-form-urlencoded", form) == expected
    attached = {"attachments": [{"title": "Disk full", "text": "97 %", "fallback": "Disk full: 97 %"}]}
    assert read_words("application/json", json.dumps(attached).encode()).text == "Disk full\n97 %"


def test_an_unknown_address_is_404_and_one_that_was_good_is_410(alice, made):
    bot, key = made
    assert send("rap_unknown", {"text": "Rain"}).status_code == 404
    renewed = renew_bot_key(actor=alice, bot=bot, now=NOW)
    assert send(key, {"text": "Rain"}).status_code == 410
    assert send(renewed, {"text": "Rain"}).status_code == 200
    remove_member(actor=alice, member=bot.membership, now=NOW)
    assert send(renewed, {"text": "Rain"}).status_code == 410
    assert Message.objects.count() == 1


def test_an_address_is_no_token_of_the_api_and_a_token_no_address(alice, group, made):
    _bot, key = made
    headers = {"Authorization": f"Bearer {key}"}
    answer = Client().post(f"/api/v1/groups/{group.pk}/messages", {"text": "Rain"}, "application/json", headers=headers)
    assert answer.status_code == 403
    _api, token = make_bot(actor=alice, group=group, kind=Bot.Kind.API, name="Crane", sign="", reads=True, now=NOW)
    assert send(token, {"text": "Rain"}).status_code == 404
    assert Message.objects.count() == 0


def test_too_much_and_too_often_is_refused(made, settings):
    _bot, key = made
    assert send(key, {"text": "x" * 70_000}).status_code == 413
    assert send(key, {"text": "x" * 8_001}).status_code == 422
    assert send(key, {"text": "  "}).status_code == 422
    settings.RAPPORT_HOOK_RATE = 4
    answers = [send(key, {"text": "Rain"}) for _time in range(2)]
    assert [each.status_code for each in answers] == [200, 429]
    assert int(answers[1]["Retry-After"]) > 0


@given(body=st.binary(max_size=300), kind=st.sampled_from(["application/json", "text/plain", "", "image/png"]))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_comes_is_words_or_refused(body, kind):
    try:
        words = read_words(kind, body)
    except Unreadable:
        return
    assert isinstance(words.text, str)


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 30_000,
        b'{"text": "a\\u0000b"}',
        b'{"text": "\\ud800"}',
        b'{"text": ["a"]}',
        b'{"text": "a", "id": {"b": 1}}',
        b'{"text": "a", "id": 99999999999999999999999999}',
        b'"text"',
        b"null",
        b"\xff\xfe",
        b"",
    ],
)
def test_hostile_words_make_no_error(made, body):
    _bot, key = made
    for kind in ("application/json", "text/plain", "application/x-www-form-urlencoded"):
        assert send(key, body, kind).status_code in (200, 400, 422)
