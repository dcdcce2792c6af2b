"""What is far too much, and people who are here no more: refused in words, or carried without harm."""

from __future__ import annotations

import json

import pytest
from django.urls import reverse

from apps.projects.models import Draft, Message
from apps.projects.services.members import make_group
from apps.projects.services.messages import post_message
from tests.conftest import NOW

pytestmark = pytest.mark.django_db

MEGABYTE = "Oak " * 262_144


@pytest.fixture
def group(alice, bob):
    return make_group(actor=alice, title="Site visit", users=[bob], now=NOW)


def door(name, group, *more):
    return reverse(f"projects:{name}", args=[group.pk, *more])


def test_a_megabyte_of_text_is_refused_in_words_wherever_it_comes(client, bob, group):
    message = post_message(actor=bob, group=group, client_id="message-1", text="Oak", now=NOW)
    client.force_login(bob)
    member = message.author_id
    act = {"key": "message-2", "text": MEGABYTE, "member": member}
    [answer] = client.post(door("message_post", group), {"acts": json.dumps([act])}).json()["answers"]
    assert (answer["state"], "8000" in answer["reason"].replace(",", "")) == ("refused", True)
    assert client.post(door("message_post", group), {"text": MEGABYTE}).status_code == 422
    assert client.post(door("message_edit", group, message.pk), {"text": MEGABYTE}).status_code == 422
    assert client.post(door("draft", group), {"text": MEGABYTE}).status_code == 204
    assert len(Draft.objects.get().text) == 8_000
    assert list(Message.objects.values_list("text", flat=True)) == ["Oak"]
    for address in (door("group_search", group), door("people", group), reverse("projects:search")):
        assert client.get(address, {"q": MEGABYTE[:60_000]}).status_code == 200


def test_five_hundred_files_or_acts_at_once_are_refused(client, bob, group):
    client.force_login(bob)
    member = group.memberships.get(user=bob).pk
    act = {"key": "message-1", "text": "Oak", "member": member, "files": ["x"] * 500}
    [answer] = client.post(door("message_post", group), {"acts": json.dumps([act])}).json()["answers"]
    assert (answer["state"], "30" in answer["reason"]) == ("refused", True)
    many = [{"key": f"message-{number}", "text": "Oak", "member": member} for number in range(500)]
    assert client.post(door("message_post", group), {"acts": json.dumps(many)}).status_code == 400
    assert client.post(door("message_post", group), {"acts": "[" * 100_000}).status_code == 400
    assert not Message.objects.exists()


def test_a_message_full_of_names_and_links_is_kept_and_read(client, alice, bob, group):
    text = ("@Alice Manager " * 200 + "https://example.com/" + "a" * 1_500 + " ") + "@" * 2_000
    post_message(actor=bob, group=group, client_id="message-1", text=text, now=NOW)
    client.force_login(alice)
    assert client.get(door("group", group)).status_code == 200


def test_whoever_is_out_of_service_keeps_their_words_and_is_offered_nowhere(client, alice, bob, group):
    message = post_message(actor=bob, group=group, client_id="message-1", text="Oak", now=NOW)
    bob.is_active = False
    bob.save()
    client.force_login(alice)
    for address in (
        door("group", group),
        door("group_info", group),
        door("message_readers", group, message.pk),
        door("message_task", group, message.pk),
        reverse("projects:group_list"),
        reverse("projects:chosen_group", args=[group.pk, message.pk]),
    ):
        assert client.get(address).status_code == 200, address
    assert "Bob Sales" in client.get(door("group", group)).content.decode()
    assert client.post(door("members_add", group), {"users": [bob.pk]}).status_code == 422
    post_message(actor=alice, group=group, client_id="message-2", text="@Bob Sales?", now=NOW)
