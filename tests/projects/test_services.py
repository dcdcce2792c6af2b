"""Who says what in a group: once, in order, with a trace; outsiders neither read nor write."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from threading import Barrier, Thread

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection

from apps.core.models import Operation
from apps.projects.models import Group, Membership, Mention, Message, MessageLink, ReadMark
from apps.projects.services.members import add_members, make_group, open_direct, remove_member, set_role
from apps.projects.services.messages import delete_message, edit_message, post_message
from apps.projects.services.reactions import pin_message, react
from apps.projects.services.reading import mark_read
from tests.conftest import NOW


def say(actor, group, text, client_id="", **more):
    number = Group.objects.get(pk=group.pk).last_seq + 1
    return post_message(
        actor=actor, group=group, text=text, client_id=client_id or f"test-{actor.pk}-{number:04}", now=NOW, **more
    )


@pytest.fixture
def group(alice, bob):
    """Alice owns it, bob is in it; charlie isn't."""
    return make_group(actor=alice, title="Site visit", users=[bob], now=NOW)


@pytest.mark.django_db
def test_a_message_is_said_once_however_often_it_is_sent(group, bob):
    first = say(bob, group, "Oak arrived", "one-message")
    again = say(bob, group, "Oak arrived", "one-message")
    assert (again.pk, first.seq, Message.objects.count()) == (first.pk, 1, 1)


@pytest.mark.django_db
def test_a_clock_that_is_far_off_is_not_believed(group, bob):
    waited, long_ago = NOW - timedelta(days=59), datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=14)))
    assert say(bob, group, "In the cellar", written_at=waited).written_at == waited
    assert say(bob, group, "Ahead", written_at=NOW + timedelta(days=1)).written_at == NOW
    for moment in (NOW - timedelta(days=61), long_ago):
        assert say(bob, group, "Broken clock", written_at=moment).written_at is None


@pytest.mark.django_db
def test_members_write_and_outsiders_neither_write_nor_read(group, bob, charlie, ada):
    message = say(bob, group, "Oak arrived")
    with pytest.raises(PermissionDenied):
        say(charlie, group, "Me too")
    for outsider in (charlie, ada):
        assert not Group.objects.visible_to(outsider).exists()
        assert not Message.objects.visible_to(outsider).exists()
        with pytest.raises(PermissionDenied):
            react(actor=outsider, message=message, sign="👍", wanted=True, now=NOW)
    assert Group.objects.get().last_seq == 1
    assert Message.objects.visible_to(bob).get() == message


@pytest.mark.django_db
def test_who_left_reads_nothing_more_and_their_words_stay(group, alice, bob):
    say(bob, group, "Bye")
    own = Membership.objects.get(user=bob)
    remove_member(actor=bob, member=own, now=NOW)
    assert not Message.objects.visible_to(bob).exists()
    assert Message.objects.visible_to(alice).get().author.display_name == "Bob Sales"
    with pytest.raises(PermissionDenied):
        say(bob, group, "Still here?")
    assert Operation.objects.filter(verb="group.member_left", actor=bob).exists()


@pytest.mark.django_db
def test_a_newcomer_reads_what_was_before_only_where_the_group_says_so(alice, bob, charlie):
    for shows_history, seen in ((True, ["Before", "After"]), (False, ["After"])):
        group = make_group(actor=alice, title="Site", users=[bob], now=NOW, shows_history=shows_history)
        say(bob, group, "Before")
        add_members(actor=alice, group=group, users=[charlie], now=NOW)
        say(bob, group, "After")
        mine = Message.objects.visible_to(charlie).filter(group=group).order_by("seq")
        assert [each.text for each in mine] == seen


@pytest.mark.django_db
def test_only_who_manages_a_group_lets_others_in_or_takes_them_out(group, alice, bob, charlie):
    with pytest.raises(PermissionDenied):
        add_members(actor=bob, group=group, users=[charlie], now=NOW)
    hers = Membership.objects.get(user=alice)
    with pytest.raises(PermissionDenied):
        remove_member(actor=bob, member=hers, now=NOW)
    with pytest.raises(ValidationError):
        remove_member(actor=alice, member=hers, now=NOW)  # its last owner
    set_role(actor=alice, member=Membership.objects.get(user=bob), role="owner", now=NOW)
    remove_member(actor=alice, member=hers, now=NOW)
    add_members(actor=bob, group=group, users=[charlie], now=NOW)
    assert Membership.objects.present().count() == 2


@pytest.mark.django_db
def test_dealers_are_no_colleagues(alice, dora):
    with pytest.raises(ValidationError):
        make_group(actor=alice, title="Site", users=[dora], now=NOW)
    with pytest.raises(PermissionDenied):
        open_direct(actor=dora, other=alice, now=NOW)


@pytest.mark.django_db
def test_two_people_have_one_direct_chat(alice, bob):
    first = open_direct(actor=alice, other=bob, now=NOW)
    assert open_direct(actor=bob, other=alice, now=NOW) == first
    with pytest.raises(PermissionDenied):
        remove_member(actor=bob, member=Membership.objects.get(user=bob), now=NOW)


@pytest.mark.django_db
def test_in_a_channel_only_those_write_who_manage_it(alice, bob):
    channel = make_group(actor=alice, title="News", users=[bob], now=NOW, is_channel=True)
    message = say(alice, channel, "We moved")
    with pytest.raises(PermissionDenied):
        say(bob, channel, "Where to?")
    react(actor=bob, message=message, sign="👍", wanted=True, now=NOW)
    with pytest.raises(PermissionDenied):
        pin_message(actor=bob, message=message, wanted=True, now=NOW)


@pytest.mark.django_db
def test_edits_and_deletions_leave_a_trace_and_a_new_rev(group, alice, bob):
    message = say(bob, group, "Oak at 9")
    edit_message(actor=bob, message=message, text="Oak at 10", now=NOW + timedelta(minutes=1))
    with pytest.raises(PermissionDenied):
        edit_message(actor=alice, message=message, text="Never", now=NOW)
    delete_message(actor=alice, message=message, now=NOW + timedelta(minutes=2))
    message.refresh_from_db()
    assert (message.text, message.seq, message.rev) == ("", 1, 3)
    assert [each.text for each in message.revisions.order_by("pk")] == ["Oak at 9", "Oak at 10"]
    with pytest.raises(PermissionDenied):
        edit_message(actor=bob, message=message, text="Back again", now=NOW)


@pytest.mark.django_db
def test_reactions_and_pins_are_there_once_and_only_as_wished(group, alice, bob):
    message = say(bob, group, "Oak arrived")
    for _twice in range(2):
        react(actor=alice, message=message, sign="🎉", wanted=True, now=NOW)
        pin_message(actor=alice, message=message, wanted=True, now=NOW)
    assert (message.reactions.count(), message.pins.count()) == (1, 1)
    with pytest.raises(ValidationError):
        react(actor=alice, message=message, sign="<b>", wanted=True, now=NOW)
    react(actor=alice, message=message, sign="🎉", wanted=False, now=NOW)
    pin_message(actor=alice, message=message, wanted=False, now=NOW)
    assert (message.reactions.count(), message.pins.count()) == (0, 0)


@pytest.mark.django_db
@pytest.mark.parametrize("text", ["", "  \n", "\u200b\u200d", "\x00", "x" * 8_001, "я" * 1_000_000])
def test_nothing_and_too_much_are_refused_with_words(group, bob, text):
    with pytest.raises(ValidationError) as refusal:
        say(bob, group, text)
    assert refusal.value.messages[0]
    assert Group.objects.get().last_seq == 0


@pytest.mark.django_db
def test_links_and_mentions_are_noted(group, alice, bob):
    say(bob, group, "@Alice Manager see https://oak.example/a?b=1, and https://oak.example/a?b=1.")
    assert MessageLink.objects.get().url == "https://oak.example/a?b=1"
    assert Mention.objects.get().membership.user == alice


@pytest.mark.django_db
def test_a_reply_stays_in_its_group(group, alice, bob):
    other = open_direct(actor=alice, other=bob, now=NOW)
    elsewhere = say(alice, other, "Secret")
    with pytest.raises(ValidationError):
        say(bob, group, "Why?", reply_to=elsewhere)


@pytest.mark.django_db
def test_a_read_mark_only_rises_and_never_beyond_what_was_said(group, alice, bob):
    for text in ("One", "Two", "Three"):
        say(bob, group, text)
    for seq, stands in ((2, 2), (1, 2), (99, 3)):
        mark_read(actor=alice, group=group, seq=seq, now=NOW)
        assert ReadMark.objects.get(membership__user=alice).read_seq == stands


@pytest.mark.django_db(transaction=True)
def test_many_who_write_at_once_stand_in_one_row(alice, bob, transactional_db):
    group = make_group(actor=alice, title="Site visit", users=[bob], now=NOW)
    ready, failures = Barrier(4), []

    def write(actor, name):
        try:
            ready.wait(10)
            for number in range(5):
                for _twice in range(2):
                    post_message(
                        actor=actor, group=group, text=f"{name} {number}", client_id=f"page-{name}-{number}", now=NOW
                    )
                mark_read(actor=alice, group=group, seq=number + 1, now=NOW)
        except Exception as error:
            failures.append(error)
        finally:
            connection.close()

    # The last two are the same page, open twice.
    threads = [Thread(target=write, args=pair) for pair in ((alice, "a"), (bob, "b"), (alice, "c"), (alice, "c"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert failures == []
    assert list(Message.objects.order_by("seq").values_list("seq", flat=True)) == list(range(1, 16))
    for name in "abc":
        said = Message.objects.filter(text__startswith=name).order_by("seq").values_list("text", flat=True)
        assert list(said) == [f"{name} {number}" for number in range(5)]
    assert ReadMark.objects.get(membership__user=alice).read_seq >= 5
