"""Who is told of what is said, and what messages become elsewhere; outsiders learn nothing of either."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from apps.activities.models import Activity, Notice, Task
from apps.projects.models import Attachment, Membership, Mention, Message, MessageEntry
from apps.projects.services.attaching import keep_file, seal
from apps.projects.services.members import make_group, open_direct, remove_member
from apps.projects.services.messages import delete_message, edit_message, forward_message, post_message
from apps.projects.services.reading import mark_read, mute
from tests.conftest import NOW
from tests.contacts.factories import PersonFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def group(alice, bob):
    return make_group(actor=alice, title="Site visit", users=[bob], now=NOW)


def say(actor, group, text, **more):
    key = f"message-{Message.objects.count():05}"
    return post_message(actor=actor, group=group, text=text, client_id=key, now=NOW, **more)


def told(user):
    return list(Notice.objects.visible_to(user).order_by("pk").values_list("event", flat=True))


def test_who_is_mentioned_is_told_once_unless_they_muted_the_group(client, alice, bob, charlie, group):
    message = say(bob, group, "@Alice Manager, and @Bob Sales, and @Charlie: oak?")
    edit_message(actor=bob, message=message, text="@Alice Manager: oak and pine?", now=NOW)
    assert (told(alice), told(bob), told(charlie)) == (["mentioned"], [], [])
    client.force_login(alice)
    page = client.get(reverse("activities:notices")).content.decode()
    assert "Bob Sales mentions you in Site visit" in page
    mute(actor=alice, group=group, until=NOW + timedelta(days=1))
    say(bob, group, "@Alice Manager?")
    assert len(told(alice)) == 1
    remove_member(actor=bob, member=Membership.objects.get(user=bob), now=NOW)
    delete_message(actor=alice, message=message, now=NOW)
    assert told(alice) == []


def test_of_names_that_begin_alike_the_longer_one_is_meant(alice, bob, group):
    Membership.objects.filter(user=alice).update(display_name="Ann")
    Membership.objects.filter(user=bob).update(display_name="Ann Smith")
    say(alice, group, "@Ann Smith, see")
    assert Mention.objects.get().membership.user == bob


def test_who_is_written_to_alone_is_told_once_until_they_have_read(alice, bob):
    direct = open_direct(actor=bob, other=alice, now=NOW)
    for text in ("Hello", "Are you there?", "Hm"):
        say(bob, direct, text)
    assert (told(alice), told(bob)) == (["direct"], [])
    mark_read(actor=alice, group=direct, seq=3, now=NOW)
    assert Notice.objects.get(user=alice).read_at == NOW
    say(bob, direct, "Again")
    assert told(alice) == ["direct", "direct"]


def test_a_forwarded_message_bears_its_author_and_its_files(client, alice, bob, charlie, group):
    kept = keep_file(actor=bob, group=group, upload=SimpleUploadedFile("plan.txt", b"Oak"), now=NOW)
    message = say(bob, group, "See the plan", files=[seal(kept, actor=bob, group=group)])
    other = make_group(actor=alice, title="Office", users=[charlie], now=NOW)
    client.force_login(alice)
    address = reverse("projects:message_forward", args=[group.pk, message.pk])
    assert client.get(address).status_code == 200
    assert "Office" in client.get(reverse("projects:group_pick"), {"q": "off"}).content.decode()
    assert client.post(address, {"groups": [other.pk]}).status_code == 302
    client.force_login(charlie)
    page = client.get(reverse("projects:group", args=[other.pk])).content.decode()
    assert "Forwarded from" in page
    assert "Bob Sales" in page
    copy = Attachment.objects.get(group=other)
    assert client.get(reverse("projects:file", args=[other.pk, copy.pk])).status_code == 200
    assert client.get(reverse("projects:message_forward", args=[group.pk, message.pk])).status_code == 404
    with pytest.raises(PermissionDenied):
        forward_message(actor=charlie, message=message, group=other, client_id="stolen-message", now=NOW)
    client.force_login(bob)
    assert client.post(address, {"groups": [other.pk]}).status_code == 422


def test_a_message_becomes_a_task_that_leads_back(client, alice, bob, group):
    message = say(bob, group, "Order the oak\nby Friday")
    client.force_login(alice)
    address = reverse("projects:message_task", args=[group.pk, message.pk])
    assert b"Order the oak" in client.get(address).content
    answer = client.post(address, {"subject": "Order the oak", "assignees": [bob.pk], "due_on": "2026-12-04"})
    assert answer.status_code == 302
    task = Task.objects.get()
    assert (task.activity.subject, task.assignees.get().user) == ("Order the oak", bob)
    assert MessageEntry.objects.get().activity == task.activity
    page = client.get(reverse("projects:group", args=[group.pk])).content.decode()
    assert reverse("activities:task", args=[task.pk]) in page
    message.refresh_from_db()
    assert message.rev == 2


def test_a_message_is_kept_in_the_history_of_a_contact_one_sees(client, bob, charlie, group):
    message = say(bob, group, "Wants oak")
    person = PersonFactory()
    client.force_login(bob)
    address = reverse("projects:message_note", args=[group.pk, message.pk])
    assert client.post(address, {"text": "Wants oak"}).status_code == 422
    assert client.post(address, {"entity": person.pk, "text": "Wants oak"}).status_code == 302
    assert "Wants oak" in Activity.objects.get(kind="note").snippet
    client.force_login(charlie)
    for name in ("message_note", "message_task"):
        assert client.get(reverse(f"projects:{name}", args=[group.pk, message.pk])).status_code == 404
    assert client.get(reverse("projects:people", args=[group.pk])).status_code == 404


def test_members_are_offered_behind_an_at(client, alice, bob, group):
    client.force_login(bob)
    address = reverse("projects:people", args=[group.pk])
    for typed, names in (("", ["Alice Manager"]), ("man", ["Alice Manager"]), ("lice", []), ("\x00'%", [])):
        assert client.get(address, {"q": typed}).json()["names"] == names


def test_a_deleted_message_becomes_nothing(client, bob, group):
    message = say(bob, group, "Oak")
    delete_message(actor=bob, message=message, now=NOW)
    client.force_login(bob)
    for name in ("message_note", "message_task", "message_forward"):
        assert client.get(reverse(f"projects:{name}", args=[group.pk, message.pk])).status_code == 404
