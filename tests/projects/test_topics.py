"""Topics: split off from the one stream, written into, read apart, renamed, closed and opened again."""

from __future__ import annotations

import json

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.core.models import Operation
from apps.projects.models import Membership, Message, ReadMark, Topic
from apps.projects.selectors.chat import chat_window
from apps.projects.selectors.people import readers_of
from apps.projects.selectors.topics import topics_of
from apps.projects.services.members import make_group
from apps.projects.services.messages import delete_message, post_message
from apps.projects.services.reading import mark_read
from apps.projects.services.topics import close_topic, move_messages, rename_topic, reopen_topic, start_topic
from tests.conftest import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def group(alice, bob):
    return make_group(actor=alice, title="Oak Street 5", users=[bob], now=NOW)


def say(actor, group, text, **more):
    key = f"message-{Message.objects.count():04}"
    return post_message(actor=actor, group=group, client_id=key, text=text, now=NOW, **more)


@pytest.fixture
def talk(alice, group):
    """Four messages of alice, of which the second and the last are about doors."""
    return [say(alice, group, text) for text in ("Oak arrived", "Which doors?", "Pine too", "Doors are white")]


@pytest.fixture
def doors(alice, group, talk):
    topic = start_topic(actor=alice, group=group, title=" The  doors ", messages=[talk[1].pk, talk[3].pk], now=NOW)
    for message in talk:
        message.refresh_from_db()
    return topic


def texts(chat):
    return [message.text for message in chat.messages]


def member(user, group):
    return Membership.objects.get(user=user, group=group)


def unread(user, group):
    return {row.title: row.unread for row in topics_of(group, member(user, group))}


def test_messages_are_split_off_and_stay_in_the_one_stream(bob, group, talk, doors):
    group.refresh_from_db()
    assert doors.title == "The doors"
    assert texts(chat_window(group, member(bob, group))) == [each.text for each in talk]
    assert texts(chat_window(group, member(bob, group), topic=doors)) == ["Which doors?", "Doors are white"]
    revs = list(Message.objects.order_by("seq").values_list("rev", flat=True))
    assert revs == [1, 5, 3, 6]
    assert Operation.objects.filter(verb="topic.made").count() == 1


def test_what_is_read_in_a_topic_is_read_in_the_stream_once_nothing_else_is_left(bob, group, talk, doors):
    assert unread(bob, group) == {"The doors": 2}
    mark_read(actor=bob, group=group, seq=4, topic=doors, now=NOW)
    assert unread(bob, group) == {"The doors": 0}
    assert ReadMark.objects.get(membership__user=bob, topic=None).read_seq == 0
    assert [mark.membership.user for mark in readers_of(talk[3])] == [bob]
    assert readers_of(talk[2]) == []
    mark_read(actor=bob, group=group, seq=1, now=NOW)
    mark_read(actor=bob, group=group, seq=4, topic=doors, now=NOW)
    assert ReadMark.objects.get(membership__user=bob, topic=None).read_seq == 2
    mark_read(actor=bob, group=group, seq=3, now=NOW)
    later = start_topic(actor=bob, group=group, title="Pine", messages=[talk[2].pk], now=NOW)
    mark_read(actor=bob, group=group, seq=3, topic=later, now=NOW)
    assert ReadMark.objects.get(membership__user=bob, topic=None).read_seq == 4


def test_reading_the_stream_reads_its_topics(bob, group, talk, doors):
    mark_read(actor=bob, group=group, seq=2, now=NOW)
    assert unread(bob, group) == {"The doors": 1}
    mark_read(actor=bob, group=group, seq=4, now=NOW)
    assert unread(bob, group) == {"The doors": 0}


def test_an_answer_goes_into_the_topic_of_what_it_answers_while_that_is_open(alice, bob, group, talk, doors):
    assert say(bob, group, "White, please", reply_to=talk[1]).topic == doors
    close_topic(actor=alice, topic=doors, now=NOW)
    assert say(bob, group, "Or grey", reply_to=talk[1]).topic is None


def test_nothing_is_written_or_moved_into_a_closed_topic_until_it_is_opened_again(alice, bob, group, talk, doors):
    close_topic(actor=alice, topic=doors, now=NOW)
    doors.refresh_from_db()
    with pytest.raises(ValidationError):
        say(bob, group, "Too late", topic=doors)
    with pytest.raises(ValidationError):
        move_messages(actor=bob, group=group, messages=[talk[0].pk], topic=doors, now=NOW)
    reopen_topic(actor=bob, topic=doors, now=NOW)
    reopen_topic(actor=bob, topic=doors, now=NOW)
    assert say(bob, group, "In time", topic=doors).topic == doors
    assert Operation.objects.filter(verb="topic.reopened").count() == 1


def test_messages_move_on_and_back_and_who_is_there_already_stays(alice, group, talk, doors):
    again = start_topic(actor=alice, group=group, title="Colours", messages=[talk[3].pk], now=NOW)
    assert move_messages(actor=alice, group=group, messages=[talk[1].pk, talk[3].pk], topic=again, now=NOW) == 1
    assert move_messages(actor=alice, group=group, messages=[talk[1].pk], topic=None, now=NOW) == 1
    assert list(Message.objects.filter(topic=again).values_list("text", flat=True)) == ["Doors are white"]


def test_outsiders_and_those_who_only_read_a_channel_arrange_nothing(alice, bob, charlie, group, talk, doors):
    channel = make_group(actor=alice, title="News", users=[bob], is_channel=True, now=NOW)
    news = say(alice, channel, "New prices")
    elsewhere = start_topic(actor=alice, group=channel, title="Prices", messages=[news.pk], now=NOW)
    for actor, place, message, topic in ((charlie, group, talk[0], doors), (bob, channel, news, elsewhere)):
        for act in (
            lambda a=actor, g=place, m=message: start_topic(actor=a, group=g, title="X", messages=[m.pk], now=NOW),
            lambda a=actor, g=place, m=message, t=topic: move_messages(
                actor=a, group=g, messages=[m.pk], topic=t, now=NOW
            ),
            lambda a=actor, t=topic: rename_topic(actor=a, topic=t, title="X", now=NOW),
            lambda a=actor, t=topic: close_topic(actor=a, topic=t, now=NOW),
        ):
            with pytest.raises(PermissionDenied):
                act()
    with pytest.raises(PermissionDenied):
        start_topic(actor=alice, group=group, title="X", messages=[news.pk], now=NOW)
    with pytest.raises(ValidationError):
        say(alice, group, "Wrong place", topic=elsewhere)


def test_deleted_messages_names_without_letters_and_too_many_are_refused(alice, group, talk):
    delete_message(actor=alice, message=talk[0], now=NOW)
    with pytest.raises(PermissionDenied):
        start_topic(actor=alice, group=group, title="Oak", messages=[talk[0].pk], now=NOW)
    for title, messages in ((" ", [talk[1].pk]), ("x" * 121, [talk[1].pk]), ("Oak", []), ("Oak", range(1, 300))):
        with pytest.raises(ValidationError):
            start_topic(actor=alice, group=group, title=title, messages=messages, now=NOW)
    assert not Topic.objects.exists()


def test_who_came_later_is_told_no_topic_of_before(alice, bob, doors, group):
    Membership.objects.filter(user=bob).update(from_seq=4)
    assert topics_of(group, member(bob, group)) == []
    say(alice, group, "News of doors", topic=doors)
    assert unread(bob, group) == {"The doors": 1}


def test_the_pages_of_topics_are_walked(client, alice, bob, group, talk, doors):
    client.force_login(bob)
    page = reverse("projects:group", args=[group.pk])
    stream = client.get(page).content.decode()
    assert f'href="?topic={doors.pk}&amp;at=2"' in stream
    inside = client.get(page, {"topic": doors.pk}).content.decode()
    assert "Which doors?" in inside
    assert "Oak arrived" not in inside
    assert client.get(page, {"topic": doors.pk + 1}).status_code == 404
    act = {"key": "client-0001", "text": "Brown", "member": member(bob, group).pk, "topic": doors.pk}
    answer = client.post(reverse("projects:message_post", args=[group.pk]), {"acts": json.dumps([act])}).json()
    assert answer["answers"][0]["state"] == "done"
    assert Message.objects.get(text="Brown").topic == doors
    older = client.get(reverse("projects:portion", args=[group.pk]), {"before": 4, "topic": doors.pk}).content.decode()
    assert "Which doors?" in older
    assert "Pine too" not in older
    found = client.get(reverse("projects:group_search", args=[group.pk]), {"q": "white"}).content.decode()
    assert "The doors" in found


def test_a_topic_is_split_off_renamed_closed_and_opened_by_its_sheets(client, bob, charlie, group, talk):
    client.force_login(bob)
    sheet = reverse("projects:message_topic", args=[group.pk, talk[1].pk])
    shown = client.get(sheet).content.decode()
    assert "Doors are white" in shown
    assert "Oak arrived" not in shown
    assert client.post(sheet, {"topic": "new", "messages": [talk[1].pk]}).status_code == 422
    client.post(sheet, {"topic": "new", "title": "Doors", "messages": [talk[1].pk, talk[3].pk]})
    topic = Topic.objects.get(title="Doors")
    client.post(reverse("projects:message_topic", args=[group.pk, talk[0].pk]), {"topic": topic.pk, "messages": [1]})
    assert Message.objects.filter(topic=topic).count() == 2
    client.post(reverse("projects:topic_rename", args=[group.pk, topic.pk]), {"title": "Front doors"})
    client.post(reverse("projects:topic_close", args=[group.pk, topic.pk]))
    listed = client.get(reverse("projects:topics", args=[group.pk]), headers={"HX-Request": "true"}).content.decode()
    assert "Front doors" not in listed
    topic.refresh_from_db()
    assert (topic.title, topic.closed_at is None) == ("Front doors", False)
    assert (
        "This topic is closed."
        in client.get(f"{reverse('projects:group', args=[group.pk])}?topic={topic.pk}").content.decode()
    )
    client.post(reverse("projects:topic_reopen", args=[group.pk, topic.pk]))
    assert Topic.objects.open().get() == topic
    client.force_login(charlie)
    assert client.get(sheet).status_code == 404
    assert client.post(reverse("projects:topic_close", args=[group.pk, topic.pk])).status_code == 404


def test_pages_ask_the_same_number_of_questions_whatever_the_number_of_topics(client, alice, group, talk, doors):
    client.force_login(alice)
    client.get(reverse("projects:group", args=[group.pk]))
    counts = []
    for number in range(2):
        with CaptureQueriesContext(connection) as asked:
            client.get(reverse("projects:group", args=[group.pk]), {"topic": doors.pk})
        counts.append(len(asked))
        for each in range(5):
            more = [say(alice, group, f"More {number} {each}").pk]
            start_topic(actor=alice, group=group, title=f"Topic {number} {each}", messages=more, now=NOW)
            say(alice, group, "Inside", topic=doors)
    assert counts[0] == counts[1]
