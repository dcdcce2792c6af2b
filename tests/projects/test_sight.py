"""What may not be read is neither pushed, quoted nor written down for others; what was not on the screen is unread."""

from __future__ import annotations

import pytest

from apps.activities.models import Activity, Notice, Task
from apps.projects.contributions import _may_hear
from apps.projects.models import Group, Membership, ReadMark
from apps.projects.services import announcing
from apps.projects.services.becoming import make_task
from apps.projects.services.members import add_members, make_group, open_direct, remove_member
from apps.projects.services.messages import delete_message, forward_message, post_message
from apps.projects.services.projects import make_project_of
from apps.projects.services.reactions import react
from apps.projects.services.reading import mark_read
from tests.conftest import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def group(alice, bob):
    return make_group(actor=alice, title="Site visit", users=[bob], now=NOW)


def say(actor, group, text, **more):
    number = Group.objects.get(pk=group.pk).last_seq + 1
    return post_message(actor=actor, group=group, text=text, client_id=f"sight-{actor.pk}-{number:04}", now=NOW, **more)


def test_a_task_of_a_message_is_read_by_the_project_or_by_its_people_alone(alice, bob, charlie, group):
    message = say(bob, group, "Measure the door")
    task = make_task(actor=bob, message=message, subject="Measure", zone="UTC", assignees=[alice.pk], now=NOW)
    assert Task.objects.visible_to(alice).get() == task
    assert not Activity.objects.visible_to(charlie).exists()
    project = make_project_of(actor=alice, group=group, now=NOW)
    other = make_task(actor=bob, message=message, subject="Again", zone="UTC", now=NOW)
    assert other.activity.context_id == project.pk
    assert not Activity.objects.visible_to(charlie).exists()


def test_what_is_older_than_a_member_is_not_pushed_to_the_group(alice, bob, charlie, monkeypatch):
    group = make_group(actor=alice, title="Board", users=[bob], now=NOW, shows_history=False)
    old = say(bob, group, "Before charlie")
    add_members(actor=alice, group=group, users=[charlie], now=NOW)
    told = []
    monkeypatch.setattr(announcing, "publish_many", lambda events: told.extend(events))
    react(actor=bob, message=old, sign="👍", wanted=True, now=NOW)
    pushed = [facts for channel, event, facts in told if channel.startswith("group:") and event == "message"]
    assert pushed
    assert all("html" not in facts for facts in pushed)
    told.clear()
    say(alice, group, "After", reply_to=old)
    htmls = [facts["html"] for channel, event, facts in told if channel.startswith("group:") and event == "message"]
    assert htmls
    assert all("Before charlie" not in html for html in htmls)


def test_who_no_longer_works_in_the_house_hears_no_group(bob, group):
    assert _may_hear(bob, f"group:{group.pk}:en")
    bob.groups.clear()
    again = type(bob).objects.get(pk=bob.pk)
    assert not _may_hear(again, f"group:{group.pk}:en")


def test_saying_something_reads_nothing_that_was_not_on_the_screen(alice, bob, group):
    message = say(bob, group, "One")
    say(bob, group, "Two")
    say(alice, group, "Sent from elsewhere")
    assert not ReadMark.objects.filter(membership__user=alice).exists()
    mark_read(actor=alice, group=group, seq=3, now=NOW)
    forward_message(actor=alice, message=message, group=group, client_id="forwarded-1", now=NOW)
    assert ReadMark.objects.get(membership__user=alice).read_seq == 4


def test_a_deleted_first_message_keeps_nobody_from_being_told_of_the_next(alice, bob):
    direct = open_direct(actor=alice, other=bob, now=NOW)
    first = say(alice, direct, "Oops")
    delete_message(actor=alice, message=first, now=NOW)
    second = say(alice, direct, "Call me")
    say(alice, direct, "Please")
    told = Notice.objects.filter(user=bob.pk).values_list("record_id", flat=True)
    assert set(told) == {first.pk, second.pk}


def test_bare_names_neither_own_a_group_nor_keep_somebody_in_it(alice):
    group = make_group(actor=alice, title="Import", users=[], now=NOW)
    Membership.objects.create(group=group, display_name="Somebody", joined_at=NOW)
    remove_member(actor=alice, member=Membership.objects.get(user=alice), now=NOW)
    assert not Membership.objects.present().filter(user=alice).exists()
