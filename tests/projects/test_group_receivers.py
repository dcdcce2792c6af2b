"""Outgoing webhooks of a group: signed, by the wish of who manages it, without words unless these let them out."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse

from apps.activities.services.recording import Context
from apps.activities.services.task_input import TaskInput
from apps.activities.services.task_states import complete_task
from apps.activities.services.tasks import add_task
from apps.core.models import OutgoingMail, WebhookDelivery, WebhookEndpoint
from apps.core.services.webhooks.sending import send_due
from apps.projects.models import Membership, Project
from apps.projects.project_reach import CONTEXT
from apps.projects.services.group_receivers import change_receiver, make_receiver, remove_receiver
from apps.projects.services.members import make_group, remove_member
from apps.projects.services.messages import delete_message, edit_message, post_message
from apps.projects.services.projects import AboutInput, change_about, make_project_of
from tests.conftest import NOW
from tests.core.receiving import receiver

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _loopback(settings):
    settings.RAPPORT_PRIVATE_NETWORKS = ["127.0.0.0/8"]
    settings.RAPPORT_LINK_TITLES = False


@pytest.fixture
def group(alice, bob):
    return make_group(actor=alice, title="Site visit", users=[bob], now=NOW)


def listen(alice, group, url, *, sees_text=False, types=()):
    made, _secret = make_receiver(
        actor=alice, group=group, name="Site office", url=url, types=types, sees_text=sees_text, now=NOW
    )
    return made


def say(actor, group, text, key):
    return post_message(actor=actor, group=group, text=text, client_id=f"message-{key:04}", now=NOW)


def test_words_leave_the_house_only_where_they_were_let(alice, bob, group):
    with receiver() as mute, receiver() as told:
        listen(alice, group, mute.url)
        listen(alice, group, told.url, sees_text=True)
        message = say(bob, group, "Oak arrived", 1)
        send_due(now=NOW)
    [quiet], [loud] = mute.bodies, told.bodies
    assert quiet["type"] == loud["type"] == "message.posted"
    assert quiet["data"]["message"]["id"] == message.pk
    assert "Oak" not in json.dumps(quiet)
    assert str(bob) not in json.dumps(quiet)
    assert (loud["data"]["message"]["text"], loud["data"]["message"]["author"]["name"]) == ("Oak arrived", str(bob))
    assert mute.got[0][0]["webhook-signature"].startswith("v1,")


def test_each_change_of_a_message_is_told_and_what_is_gone_says_nothing(alice, bob, group):
    with receiver() as heard:
        listen(alice, group, heard.url, sees_text=True)
        message = say(bob, group, "Oak", 1)
        edit_message(actor=bob, message=message, text="Pine", now=NOW)
        send_due(now=NOW)
        hidden = say(bob, group, "Never mind", 2)
        delete_message(actor=bob, message=hidden, now=NOW)
        send_due(now=NOW)
    assert [(each["type"], each["data"]["message"]["text"]) for each in heard.bodies] == [
        ("message.posted", "Pine"),
        ("message.edited", "Pine"),
        ("message.deleted", ""),
    ]


def test_other_groups_are_not_heard(alice, bob, group):
    other = make_group(actor=alice, title="Board", users=[bob], now=NOW)
    with receiver() as heard:
        listen(alice, group, heard.url, sees_text=True)
        say(bob, other, "Secret", 1)
        send_due(now=NOW)
    assert heard.got == []


def test_a_project_tells_its_state_and_the_tasks_that_are_done(alice, bob, group):
    project = make_project_of(actor=alice, group=group, now=NOW)
    about = Context(CONTEXT, project.pk)
    with receiver() as heard:
        listen(alice, group, heard.url, sees_text=True)
        change_about(actor=alice, project=project, data=AboutInput(state="done"), seen_version=project.version, now=NOW)
        data = TaskInput(subject="Order oak", zone="UTC", context=about)
        task = add_task(actor=alice, data=data, now=NOW)
        complete_task(actor=alice, task=task, now=NOW)
        own = TaskInput(subject="My own", zone="UTC", visibility="private", context=about)
        private = add_task(actor=alice, data=own, now=NOW)
        complete_task(actor=alice, task=private, now=NOW)
        send_due(now=NOW)
    assert Project.objects.get().state == "done"
    state, done = heard.bodies
    assert (state["type"], state["data"]["project"]["from"], state["data"]["project"]["state"]) == (
        "project.state_changed",
        "active",
        "done",
    )
    assert (done["type"], done["data"]["task"]["subject"]) == ("project.task_done", "Order oak")


def test_only_who_manages_the_group_lets_others_hear_it(client, alice, bob, charlie, group):
    with receiver() as heard:
        for actor in (bob, charlie):
            with pytest.raises(PermissionDenied):
                listen(actor, group, heard.url)
        endpoint = listen(alice, group, heard.url)
        given = {"name": "Mine", "url": heard.url, "types": [], "sees_text": True, "now": NOW}
        with pytest.raises(PermissionDenied):
            change_receiver(actor=bob, endpoint=endpoint, **given)
        with pytest.raises(PermissionDenied):
            remove_receiver(actor=bob, endpoint=endpoint, now=NOW)
    client.force_login(bob)
    page = reverse("projects:receiver", args=[group.pk, endpoint.pk])
    assert client.get(page).status_code == 403
    client.force_login(charlie)
    assert client.get(page).status_code == 404
    other = make_group(actor=charlie, title="Mine", users=[], now=NOW)
    assert client.get(reverse("projects:receiver", args=[other.pk, endpoint.pk])).status_code == 404


def test_nothing_is_sent_to_a_removed_receiver_nor_to_one_of_an_empty_group(alice, bob, group):
    with receiver() as heard:
        endpoint = listen(alice, group, heard.url)
        say(bob, group, "Oak", 1)
        remove_receiver(actor=alice, endpoint=endpoint, now=NOW)
        send_due(now=NOW)
        assert heard.got == []
        listen(alice, group, heard.url)
        for user in (bob, alice):
            remove_member(actor=user, member=Membership.objects.get(group=group, user=user), now=NOW)
    assert not WebhookEndpoint.objects.filter(removed_at__isnull=True).exists()


def test_private_hosts_are_refused(alice, group, settings):
    settings.RAPPORT_PRIVATE_NETWORKS = []
    with pytest.raises(ValidationError):
        listen(alice, group, "http://127.0.0.1:8000/hook")
    with pytest.raises(ValidationError):
        listen(alice, group, "http://169.254.169.254/latest")


def test_who_manages_the_group_hears_that_a_receiver_takes_nothing(alice, bob, group):
    with receiver() as heard:
        heard.answers = [404]
        listen(alice, group, heard.url)
        say(bob, group, "Oak", 1)
        send_due(now=NOW + timedelta(seconds=1))
    assert [mail.recipients for mail in OutgoingMail.objects.all()] == [[alice.email]]
    assert WebhookDelivery.objects.get().status == 404
