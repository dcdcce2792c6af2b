"""What a guest's open page hears: that something happened, never what; and nothing once they may not."""

from __future__ import annotations

import http.client
from datetime import timedelta
from http import HTTPStatus

import pytest

from apps.core import clock
from apps.projects.models import GuestAccess
from apps.projects.services.guests import change_guest, end_guest, end_run_out
from apps.projects.services.reading import say_typing
from tests.conftest import NOW
from tests.core.test_live import Stream, port  # noqa: F401  the server of that fixture
from tests.projects.guests import a_guest, a_project, say

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("everyone_folder")]


@pytest.fixture(scope="module")
def awake(port):  # noqa: F811
    """The port of a server that has begun to answer."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", "/offline/")
    assert connection.getresponse().status == HTTPStatus.OK
    connection.close()
    return port


@pytest.fixture
def project(alice):
    return a_project(alice)


def said_of(stream: Stream, event: str) -> dict:
    """What the next event of this name says, among the ten to come."""
    for _turn in range(10):
        name, heard = stream.next()
        assert name == "message", name
        if heard["event"] == event:
            return dict(heard["data"])
    raise AssertionError(event)


def test_a_guests_stream_says_that_something_happened_and_closes_at_the_end(awake, client, alice, project):
    access = a_guest(alice, project)
    client.force_login(access.user)
    stream = Stream(awake, client, access.channel)
    message = say(alice, project, "Come on Friday")
    heard = said_of(stream, "message")
    assert heard == {"id": message.pk, "seq": message.seq, "rev": message.rev}
    say_typing(actor=alice, group=project.group)
    assert said_of(stream, "typing")["name"] == "Alice Manager"

    end_guest(actor=alice, access=access, now=NOW)
    assert stream.next() == ("closed", {})
    assert Stream(awake, client, access.channel).status == 403


def test_a_stream_ends_with_the_chat_and_with_the_last_day(awake, client, alice, project):
    access = a_guest(alice, project)
    client.force_login(access.user)
    stream = Stream(awake, client, access.channel)
    change_guest(actor=alice, access=access, tabs=["about"], until=None, now=NOW)
    assert stream.next() == ("closed", {})

    change_guest(actor=alice, access=access, tabs=["chat"], until=None, now=NOW)
    again = Stream(awake, client, access.channel)
    GuestAccess.objects.filter(pk=access.pk).update(until=clock.now() - timedelta(seconds=1))
    say(alice, project, "Said after their last day")
    end_run_out(now=clock.now())
    assert again.next() == ("closed", {})


def test_others_hear_no_guests_stream_and_guests_no_group(awake, client, alice, bob, dora, project):
    access = a_guest(alice, project)
    for user in (alice, bob, dora):
        client.force_login(user)
        assert Stream(awake, client, access.channel).status == 403
    client.force_login(access.user)
    assert Stream(awake, client, f"group:{project.pk}:en").status == 403
