"""What a member finds after having been away; each line leads to its source."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from apps.activities.services.task_input import TaskInput
from apps.activities.services.task_states import complete_task
from apps.activities.services.tasks import add_task
from apps.projects.models import Decision, Membership, Message, Visit
from apps.projects.selectors.missed import summary_for
from apps.projects.services.attaching import keep_file, seal
from apps.projects.services.becoming import make_task
from apps.projects.services.members import add_members, make_group
from apps.projects.services.messages import delete_message, post_message
from apps.projects.services.projects import AboutInput, change_about, make_project_of
from apps.projects.services.reactions import mark_decision
from apps.projects.services.reading import mark_read
from apps.projects.services.visits import note_visit
from tests.conftest import NOW

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(hours=5)


@pytest.fixture
def group(alice, bob):
    return make_group(actor=alice, title="Site visit", users=[bob], now=NOW)


def say(actor, group, text, now=NOW, files=()):
    key = f"message-{Message.objects.count()}"
    return post_message(actor=actor, group=group, text=text, client_id=key, files=files, now=now)


def news(user, group, now):
    group.refresh_from_db()
    member = Membership.objects.get(group=group, user=user)
    mark = member.read_marks.first()
    found = summary_for(user, group, member, read_seq=mark.read_seq if mark else 0, now=now)
    return (
        {} if found is None else {part.title: [(line.words, line.about) for line in part.lines] for part in found.parts}
    )


def test_whoever_was_away_finds_decisions_files_tasks_status_and_people(client, alice, bob, charlie, group):
    project = make_project_of(actor=alice, group=group, now=NOW)
    say(alice, group, "Before")
    note_visit(actor=bob, group=group, now=NOW)
    mark_read(actor=bob, group=group, seq=1, now=NOW)

    moment = NOW + timedelta(hours=1)
    mark_decision(actor=alice, message=say(alice, group, "We take oak", moment), wanted=True, now=moment)
    kept = keep_file(actor=alice, group=group, upload=SimpleUploadedFile("plan.txt", b"Oak"), now=moment)
    say(alice, group, "", moment, files=[seal(kept, actor=alice, group=group)])
    task = make_task(
        actor=alice, message=say(alice, group, "Order it", moment), subject="Order it", zone="UTC", now=moment
    )
    complete_task(actor=alice, task=task, now=moment)
    change_about(actor=alice, project=project, data=AboutInput(state="done"), seen_version=1, now=moment)
    add_members(actor=alice, group=group, users=[charlie], now=moment)

    assert news(bob, group, LATER) == {
        "Decisions": [("We take oak", "Alice Manager")],
        "Files": [("plan.txt", "Alice Manager")],
        "Tasks": [("Order it", "Done")],
        "Project": [("Under way → Done", "Alice Manager")],
        "New members": [(str(charlie), "")],
    }
    client.force_login(bob)
    page = client.get(reverse("projects:group", args=[group.pk])).content.decode()
    assert "Since you were last here" in page
    assert f'href="{reverse("projects:group", args=[group.pk])}?at=2"' in page
    assert (
        "Since you were last here"
        not in client.get(reverse("projects:group", args=[group.pk]), {"at": 1}).content.decode()
    )


def test_it_stands_while_one_looks_and_is_gone_with_the_next_visit(alice, bob, group):
    note_visit(actor=bob, group=group, now=NOW)
    mark_decision(actor=alice, message=say(alice, group, "Oak"), wanted=True, now=NOW + timedelta(hours=1))
    assert news(bob, group, NOW + timedelta(hours=2)) == {}
    note_visit(actor=bob, group=group, now=LATER)
    mark_read(actor=bob, group=group, seq=1, now=LATER)
    assert list(news(bob, group, LATER + timedelta(minutes=1))) == ["Decisions"]
    note_visit(actor=bob, group=group, now=LATER + timedelta(minutes=31))
    assert news(bob, group, LATER + timedelta(minutes=31)) == {}
    assert news(bob, group, LATER + timedelta(hours=9)) == {}
    assert news(alice, group, LATER) == {}


def test_many_unread_messages_are_summed_up_without_a_break(alice, bob, group):
    note_visit(actor=bob, group=group, now=NOW)
    moment = NOW + timedelta(minutes=5)
    mark_decision(actor=alice, message=say(alice, group, "Oak", moment), wanted=True, now=moment)
    assert news(bob, group, moment) == {}
    for number in range(50):
        say(alice, group, f"Line {number}", moment)
    assert list(news(bob, group, moment)) == ["Decisions"]


def test_a_decision_is_marked_for_everybody_and_listed_until_it_is_deleted(client, alice, bob, charlie, group):
    message = say(bob, group, "We take oak")
    client.force_login(bob)
    address = reverse("projects:message_decide", args=[group.pk, message.pk])
    for _twice in range(2):
        assert client.post(address, {"wanted": "1"}, headers={"HX-Request": "true"}).status_code == 200
    assert Decision.objects.count() == 1
    listed = reverse("projects:group_decisions", args=[group.pk])
    assert "We take oak" in client.get(listed).content.decode()
    assert "data-decided" in client.get(reverse("projects:group", args=[group.pk])).content.decode()
    client.force_login(charlie)
    assert client.post(address, {"wanted": "0"}).status_code == 404
    assert client.get(listed).status_code == 404
    delete_message(actor=bob, message=message, now=NOW)
    assert not Decision.objects.exists()
    channel = make_group(actor=alice, title="News", users=[bob], is_channel=True, now=NOW)
    with pytest.raises(PermissionDenied):
        mark_decision(actor=bob, message=say(alice, channel, "Oak"), wanted=True, now=NOW)


def test_what_one_may_not_see_is_no_news(alice, bob, charlie, group):
    note_visit(actor=bob, group=group, now=NOW)
    secret = make_group(actor=alice, title="Prices", users=[], now=NOW)
    mark_decision(actor=alice, message=say(alice, secret, "Secret"), wanted=True, now=NOW + timedelta(hours=1))
    add_task(actor=charlie, data=TaskInput(subject="Private", zone="UTC"), now=NOW + timedelta(hours=1))
    assert news(bob, group, LATER) == {}
    with pytest.raises(PermissionDenied):
        note_visit(actor=charlie, group=group, now=NOW)


def test_two_pages_that_open_at_once_begin_one_visit(bob, group):
    note_visit(actor=bob, group=group, now=NOW)
    for _twice in range(2):
        note_visit(actor=bob, group=group, now=LATER)
    visit = Visit.objects.get()
    assert (visit.left_at, visit.came_at, visit.seen_at) == (NOW, LATER, LATER)
