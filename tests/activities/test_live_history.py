"""Open timelines hear that something was written down, and nobody hears of what is not theirs to read."""

from __future__ import annotations

import json

import pytest
import redis
from django.conf import settings

from apps.activities.permissions import may_hear_history
from apps.activities.services.notes import add_note
from apps.contacts.models import Entity
from apps.core.live.publishing import PREFIX
from tests.contacts.factories import FolderFactory, PersonFactory


@pytest.fixture
def olena(everyone_folder) -> Entity:
    return PersonFactory(first_name="Olena", last_name="Koval")


@pytest.fixture
def heard():
    """What is said on the channels of histories and users, as {channel: [data]}."""
    listener = redis.Redis.from_url(settings.REDIS_URL).pubsub()
    listener.psubscribe(f"{PREFIX}*")
    listener.get_message(timeout=2)

    def read() -> dict[str, list[object]]:
        found: dict[str, list[object]] = {}
        while message := listener.get_message(timeout=0.3):
            told = json.loads(message["data"])
            if told["event"] == "history":
                found.setdefault(message["channel"].decode().removeprefix(PREFIX), []).append(told["data"])
        return found

    yield read
    listener.close()


def test_whoever_has_the_contact_open_hears_of_a_note_but_not_what_it_says(
    bob, olena, now, heard, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        add_note(actor=bob, entity=olena, text="Wants oak", now=now)

    assert heard() == {f"history:{olena.pk}": [{}]}


def test_of_a_private_note_its_author_alone_hears(bob, olena, now, heard, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        add_note(actor=bob, entity=olena, text="Mine", visibility="private", now=now)

    assert heard() == {f"user:{bob.pk}": [{"entities": [olena.pk]}]}


def test_the_history_of_a_hidden_contact_is_heard_by_those_who_see_it(bob, alice):
    hidden = PersonFactory(folder=FolderFactory(kind="personal", owner=bob))
    channel = f"history:{hidden.pk}"
    assert may_hear_history(bob, channel)
    assert not may_hear_history(alice, channel)
    assert not may_hear_history(bob, "history:x")
