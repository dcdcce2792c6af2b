"""The pages of groups: for members, live, true after any cut, and harmless whatever is written in them."""

from __future__ import annotations

import json
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.projects.models import Draft, Group, Membership, Message
from apps.projects.selectors.chat import changes_of
from apps.projects.selectors.groups import group_rows
from apps.projects.services.members import make_group, open_direct
from apps.projects.services.messages import delete_message, edit_message, post_message
from apps.projects.services.reactions import pin_message, react
from apps.projects.services.reading import keep_on_top, mark_read
from tests.conftest import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def group(alice, bob):
    return make_group(actor=alice, title="Site visit", users=[bob], now=NOW)


def say(actor, group, text, key):
    return post_message(actor=actor, group=group, text=text, client_id=f"message-{key}", now=NOW)


def send(client, group, *acts):
    return client.post(reverse("projects:message_post", args=[group.pk]), {"acts": json.dumps(acts)})


def test_a_page_opens_at_what_is_unread_and_asks_few_questions(client, alice, bob, group):
    for number in range(130):
        say(bob, group, f"Line {number}", number)
    client.force_login(alice)
    with CaptureQueriesContext(connection) as first:
        answer = client.get(reverse("projects:group", args=[group.pk]))
    assert answer.content.count(b'class="message"') == 40
    assert b"Line 0<" in answer.content
    assert b"data-newer" in answer.content
    assert len(first) < 30
    client.post(reverse("projects:read", args=[group.pk]), {"seq": 100})
    window = client.get(reverse("projects:group", args=[group.pk])).content
    assert (b"Line 75<" in window, b"Line 74<" in window, b"Line 129<" in window) == (True, False, True)
    older = client.get(reverse("projects:portion", args=[group.pk]), {"before": 76}).content
    assert older.count(b'class="message"') == 50


def test_the_list_counts_what_is_unread_in_a_fixed_number_of_queries(client, alice, bob, group):
    client.force_login(alice)
    client.get(reverse("projects:group_list"))  # the frame is kept from here on
    counts = []
    for number in range(2):
        say(bob, open_direct(actor=bob, other=alice, now=NOW), "Hello", f"direct-{number}")
        say(bob, make_group(actor=bob, title=f"More {number}", users=[alice], now=NOW), "Hi", f"more-{number}")
        client.get(reverse("projects:group_list"))  # the bell is counted anew
        with CaptureQueriesContext(connection) as asked:
            page = client.get(reverse("projects:group_list")).content.decode()
        counts.append(len(asked))
    assert counts[0] == counts[1]
    assert "Bob Sales" in page
    assert re.search(r"<span data-count>2<", page)
    assert "Site visit" not in client.get(reverse("projects:group_list"), {"q": "bob"}).content.decode()


def test_a_thousand_groups_are_listed_by_one_statement_a_hundred_at_once(client, alice, bob):
    for number in range(103):
        say(bob, make_group(actor=bob, title=f"House {number:03}", users=[alice], now=NOW), "Hi", f"house-{number:04}")
    kept = Membership.objects.get(user=alice, group__title="House 000")
    keep_on_top(actor=alice, group=kept.group, wanted=True, now=NOW)
    with CaptureQueriesContext(connection) as asked:
        rows = group_rows(alice, now=NOW)
    assert len(asked) == 1
    assert [row.title for row in rows[:2]] == ["House 000", "House 102"]
    client.force_login(alice)
    address = reverse("projects:group_list")
    assert client.get(address).content.count(b"data-group=") == 50
    rest = client.get(address, {"from": 100}, headers={"HX-Request": "true"}).content
    assert rest.count(b"data-group=") == 3
    assert client.get(address, {"from": "x"}).status_code == 200


def test_members_see_who_has_read_a_message(client, alice, bob, charlie, group):
    message = say(bob, group, "Oak arrived", "one")
    address = reverse("projects:message_readers", args=[group.pk, message.pk])
    client.force_login(bob)
    assert "Nobody has read this yet." in client.get(address).content.decode()
    mark_read(actor=alice, group=group, seq=1, now=NOW)
    page = client.get(address).content.decode()
    assert "Alice Manager" in page
    assert "1 of 1 other member" in page
    client.force_login(charlie)
    assert client.get(address).status_code == 404


def test_outsiders_learn_nothing_of_a_group(client, ada, bob, group):
    message = say(bob, group, "Oak arrived", "one")
    client.force_login(ada)
    for name in ("group", "portion", "changes", "pins", "group_info"):
        assert client.get(reverse(f"projects:{name}", args=[group.pk])).status_code == 404
    assert send(client, group, {"key": "message-x", "text": "Hi", "member": 1}).status_code == 404
    place = [group.pk, message.pk]
    for name in ("message_edit", "message_delete", "message_react", "message_pin"):
        assert client.post(reverse(f"projects:{name}", args=place)).status_code == 404
    assert "Site visit" not in client.get(reverse("projects:group_list")).content.decode()


def test_the_outbox_is_answered_message_by_message_and_taken_once(client, bob, group):
    client.force_login(bob)
    me = Membership.objects.get(user=bob).pk
    good = {"key": "message-1", "text": "One", "member": me, "at": "2026-11-02T08:00:00Z", "kind": "message"}
    acts = [good, {**good, "key": "message-2", "text": "x" * 9_000}, {**good, "key": "message-3", "text": "Three"}]
    for _twice in range(2):
        answers = send(client, group, *acts, {**good, "key": "message-4", "member": me - 1}).json()["answers"]
        assert [each["state"] for each in answers] == ["done", "refused", "done", "refused"]
        assert answers[1]["reason"]
    said = Message.objects.order_by("seq").values_list("seq", "text")
    assert list(said) == [(1, "One"), (2, "Three")]
    assert client.post(reverse("projects:message_post", args=[group.pk]), {"acts": "[{}]"}).status_code == 400


def test_without_scripts_a_form_posts(client, bob, group):
    client.force_login(bob)
    address = reverse("projects:message_post", args=[group.pk])
    assert client.post(address, {"text": "Plain"}).status_code == 302
    assert client.post(address, {"text": " "}).status_code == 422
    assert Message.objects.get().text == "Plain"


@pytest.mark.parametrize(
    "text",
    ["<script>alert(1)</script>", "javascript:alert(1)", 'https://x.example/"onmouseover="alert(1)', "\u202eevil"],
)
def test_what_is_written_never_becomes_markup(client, alice, bob, group, text):
    bob_in = Membership.objects.get(user=bob)
    Membership.objects.filter(pk=bob_in.pk).update(display_name="<img src=x onerror=alert(1)>")
    say(bob, group, text, "evil")
    client.force_login(alice)
    page = client.get(reverse("projects:group", args=[group.pk])).content.decode()
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert 'href="javascript' not in page
    assert not re.search(r"<a[^>]*\sonmouseover", page)


def test_a_draft_waits_until_the_message_is_sent(client, bob, group):
    client.force_login(bob)
    client.post(reverse("projects:draft", args=[group.pk]), {"text": "Half a"})
    assert "Half a" in client.get(reverse("projects:group", args=[group.pk])).content.decode()
    say(bob, group, "Half a sentence", "whole")
    assert not Draft.objects.exists()


def test_one_colleague_without_a_name_is_a_direct_chat(client, alice, bob, charlie):
    client.force_login(alice)
    client.post(reverse("projects:group_make"), {"users": [bob.pk], "title": ""})
    assert Group.objects.get().kind == "direct"
    assert client.post(reverse("projects:group_make"), {"users": [bob.pk, charlie.pk]}).status_code == 422


ACTS = st.lists(st.tuples(st.sampled_from("peadruc"), st.integers(0, 5)), min_size=1, max_size=14)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=ACTS)
def test_what_a_page_missed_makes_it_equal_to_one_that_is_loaded_anew(alice, bob, acts):
    group = make_group(actor=alice, title="Site visit", users=[bob], now=NOW)
    member = Membership.objects.get(group=group, user=bob)
    shown: dict[int, str] = {}
    rev = 0
    made: list[Message] = []
    for number, (act, which) in enumerate(acts):
        target = made[which % len(made)] if made else None
        if target is not None and Message.objects.get(pk=target.pk).deleted_at is not None and act in "earu":
            continue
        if act == "p" or target is None:
            made.append(say(alice, group, f"Said {number}", f"{group.pk}-{number}"))
        elif act == "e":
            edit_message(actor=alice, message=target, text=f"Mended {number}", now=NOW)
        elif act == "d":
            delete_message(actor=alice, message=target, now=NOW)
        elif act in "ra":
            react(actor=bob, message=target, sign="👍", wanted=act == "r", now=NOW)
        elif act == "u":
            pin_message(actor=alice, message=target, wanted=which % 2 == 0, now=NOW)
        else:  # the page wakes
            rev = _catch_up(group, member, shown, rev)
    _catch_up(group, member, shown, rev)
    fresh: dict[int, str] = {}
    _catch_up(group, member, fresh, 0)
    assert shown == fresh
    assert sorted(fresh) == list(range(1, len(made) + 1))


def _catch_up(group, member, shown, rev):
    found, rev, _more = changes_of(group, member, after=rev)
    for each in found:
        signs = sorted(str(reaction.sign) for reaction in each.its_reactions)
        shown[each.seq] = f"{each.text} {each.deleted_at} {signs} {int(each.is_pinned)}"
    return rev
