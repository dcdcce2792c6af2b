"""Several messages at once: passed on, gathered into a group, made tasks, deleted."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse

from apps.activities.models import Task
from apps.projects.models import Group, Membership, Message
from apps.projects.services.chosen import forward_messages
from apps.projects.services.members import make_group, open_direct
from apps.projects.services.messages import post_message
from tests.conftest import NOW

pytestmark = pytest.mark.django_db

KEY = "0b0a2f6e-5d6a-4a55-8a5b-0c7a1f3a9d11"


@pytest.fixture
def direct(alice, bob):
    return open_direct(actor=alice, other=bob, now=NOW)


def say(actor, group, text):
    key = f"message-{Message.objects.count()}"
    return post_message(actor=actor, group=group, text=text, client_id=key, now=NOW)


def address(verb, group, *messages):
    return reverse(f"projects:chosen_{verb}", args=[group.pk, "-".join(str(each.pk) for each in messages)])


def texts(group):
    return list(Message.objects.filter(group=group).order_by("seq").values_list("text", flat=True))


def test_chosen_messages_go_to_several_groups_in_their_order_and_once(client, alice, bob, direct):
    first, _between, last = (say(who, direct, text) for who, text in ((bob, "One"), (alice, "Two"), (bob, "Three")))
    groups = [make_group(actor=alice, title=title, users=[], now=NOW) for title in ("Office", "Workshop")]
    client.force_login(alice)
    asked = {"groups": [each.pk for each in groups], "key": KEY}
    for _twice in range(2):
        assert client.post(address("forward", direct, last, first), asked).status_code == 302
    assert [texts(group) for group in groups] == [["One", "Three"], ["One", "Three"]]
    assert Message.objects.filter(group=groups[0], forwarded_from=first).exists()


def test_whoever_may_not_write_in_one_of_the_groups_says_nothing_in_any(client, alice, bob, direct):
    message = say(bob, direct, "One")
    channel = make_group(actor=alice, title="News", users=[bob], is_channel=True, now=NOW)
    office = make_group(actor=bob, title="Office", users=[], now=NOW)
    client.force_login(bob)
    assert client.post(address("forward", direct, message), {"groups": [office.pk, channel.pk]}).status_code == 422
    assert texts(office) == texts(channel) == []
    offered = [each["text"] for each in client.get(reverse("projects:group_pick")).json()["items"]]
    assert offered == ["Office", "Alice Manager"]


def test_a_direct_chat_goes_on_as_a_group_that_begins_with_what_was_chosen(client, alice, bob, charlie, direct):
    first, second = say(bob, direct, "Oak or pine?"), say(alice, direct, "Oak")
    say(bob, direct, "Between us")
    client.force_login(alice)
    page = client.get(address("group", direct, first, second)).content.decode()
    assert "Bob Sales" in page
    asked = {"title": "Oak", "users": [bob.pk, charlie.pk], "key": KEY}
    client.post(address("group", direct, first, second), asked)
    made = Group.objects.get(title="Oak")
    assert texts(made) == ["Oak or pine?", "Oak"]
    assert set(Membership.objects.filter(group=made).values_list("user", flat=True)) == {alice.pk, bob.pk, charlie.pk}
    client.force_login(charlie)
    assert "Bob Sales" in client.get(reverse("projects:group", args=[made.pk])).content.decode()


def test_each_chosen_message_becomes_a_task(client, alice, bob, direct):
    messages = [say(bob, direct, text) for text in ("Order the oak\nsoon", "Call Olena")]
    client.force_login(alice)
    assert client.post(address("tasks", direct, *messages), {"due_on": "2026-12-04"}).status_code == 302
    subjects = Task.objects.order_by("pk").values_list("activity__subject", flat=True)
    assert list(subjects) == ["Order the oak", "Call Olena"]


def test_only_what_is_ones_own_is_deleted_and_else_nothing(client, alice, bob, direct):
    own, others = say(alice, direct, "Mine"), say(bob, direct, "Yours")
    client.force_login(alice)
    assert client.post(address("delete", direct, own, others)).status_code == 422
    assert texts(direct) == ["Mine", "Yours"]
    assert client.post(address("delete", direct, own)).status_code == 302
    assert texts(direct) == ["", "Yours"]
    assert client.get(address("delete", direct, own)).status_code == 404


def test_an_outsider_chooses_nothing(client, bob, charlie, direct):
    message = say(bob, direct, "Between us")
    own = make_group(actor=charlie, title="Own", users=[], now=NOW)
    client.force_login(charlie)
    for verb in ("forward", "group", "tasks", "delete"):
        assert client.get(address(verb, direct, message)).status_code == 404
        assert client.get(address(verb, own, message)).status_code == 404
    with pytest.raises(PermissionDenied):
        forward_messages(actor=charlie, messages=[message], groups=[own], key=KEY, now=NOW)


def test_strange_keys_and_too_many_are_refused(client, alice, bob, direct):
    messages = [say(bob, direct, "Oak")] * 101
    client.force_login(alice)
    for keys in ("x", "0", "9" * 30, "-", "1--2"):
        assert client.get(reverse("projects:chosen_forward", args=[direct.pk, keys])).status_code == 404
    with pytest.raises(ValidationError):
        forward_messages(actor=alice, messages=messages, groups=[direct], key=KEY, now=NOW)
