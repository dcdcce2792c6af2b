"""Each event by each way as each user wants it, over a day whose clock is passed in."""

from __future__ import annotations

import json
import threading
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy

import pytest
from django.core.management import call_command
from django.db import connection

from apps.accounts.models import Preferences
from apps.activities.models import Notice, NoticePreference, PushSubscription
from apps.activities.selectors.notices import inbox_of
from apps.activities.selectors.wishes import OF_DEALERS, Wish
from apps.activities.services import digests
from apps.activities.services.inbox import mark_read
from apps.activities.services.notes import add_note, remove_activity
from apps.activities.services.recording import Entry, record
from apps.activities.services.reminders import Wanted, set_reminders
from apps.activities.services.reminding import send_due as send_reminders
from apps.activities.services.watching import watch_entity
from apps.activities.services.wishes import set_wishes
from apps.activities.signals import people_addressed
from apps.contacts.models.rights import forget_rights
from apps.contacts.services.entities import update_entity
from apps.contacts.services.filing import file_entity
from apps.core import clock
from apps.core.models import OutgoingMail
from tests.conftest import make_user
from tests.contacts.factories import FolderFactory, PersonFactory

pytestmark = pytest.mark.django_db

# A day of Alice's, who lives in Kyiv: in November two hours ahead.
DAY = datetime(2026, 11, 2, tzinfo=UTC)
# What is told of dealers and to them, and of hand-overs, has its stories in tests/crm; of chats, in tests/projects.
_OF_CRM = (*OF_DEALERS, Notice.Event.INQUIRY, Notice.Event.ESCALATED, Notice.Event.HANDED_OVER)
_ELSEWHERE = (*_OF_CRM, Notice.Event.MENTIONED, Notice.Event.DIRECT)
EVENTS = [event.value for event in Notice.Event if event not in _ELSEWHERE]
MODES = [mode.value for mode in NoticePreference.Mail]


def at(hour: int, minute: int = 0) -> datetime:
    return DAY + timedelta(hours=hour, minutes=minute)


@pytest.fixture(autouse=True)
def _outbox(settings):
    settings.EMAIL_BACKEND = "apps.core.mail.OutboxBackend"
    settings.RAPPORT_SITE_URL = "https://rapport.example/"


@pytest.fixture
def olena(db):
    return PersonFactory()


def happen(event: str, actor, reader, entity, now: datetime) -> None:
    """Let the event happen by the doors that it comes through."""
    if event == "reminder":
        entry = Entry(kind="note", verb="note.added", occurred_at=now + timedelta(hours=1), entities=[entity])
        activity = record(entry, actor=actor, now=now)
        earlier = now - timedelta(minutes=1)
        set_reminders(actor=reader, activity=activity, wanted=[Wanted(60, "app", reader.pk)], now=earlier)
        send_reminders(now=now)
    elif event in ("assigned", "invited"):
        kind, verb = {"assigned": ("task", "task.assigned"), "invited": ("meeting", "meeting.invited")}[event]
        entry = Entry(kind=kind, verb=f"{kind}.added", occurred_at=now, entities=[entity], subject=event)
        activity = record(entry, actor=actor, now=now)
        people_addressed.send(object, asked={activity.pk: [reader.pk]}, verb=verb, actor=actor, now=now)
    else:
        watch_entity(actor=reader, entity=entity, events=[event], now=now)
        if event == "changed":
            fields = {"nickname": f"At {now:%H%M%S}"}
            update_entity(actor=actor, entity=entity, fields=fields, expected_version=None, now=now)
        else:
            kind = {"commented": "note"}.get(event, event)
            entry = Entry(kind=kind, verb="note.added", occurred_at=now, entities=[entity], text="Oak")
            record(entry, actor=actor, now=now)


def mails_to(user) -> list[str]:
    mails = OutgoingMail.objects.filter(recipients=[user.email]).order_by("pk")
    return [message_from_bytes(bytes(mail.raw), policy=policy.default).get_content() for mail in mails]


def through_the_day(*hours: tuple[int, int]) -> list[tuple[int, int, int]]:
    """Send at these times; what went out when."""
    sent = []
    for hour, minute in hours:
        counts = digests.send_due(now=at(hour, minute))
        if counts.mails:
            sent.append((hour, minute, counts.notices))
    return sent


@pytest.mark.parametrize("event", EVENTS)
@pytest.mark.parametrize("mode", MODES)
def test_each_event_goes_out_by_mail_when_its_reader_wants_it(alice, bob, olena, event, mode):
    set_wishes(actor=alice, wishes={event: Wish(in_app=True, push=False, mail=mode)})
    set_wishes(actor=alice, wishes={each: Wish(mail="never") for each in EVENTS if each != event})

    happen(event, bob, alice, olena, at(9, 10))
    sent = through_the_day((9, 10), (9, 59), (10, 0), (11, 0), (28, 59), (29, 0), (30, 0), (53, 0))

    # Daily means at seven in the morning in Kyiv: 05:00 UTC of the next day.
    assert sent == {"at_once": [(9, 10, 1)], "hourly": [(10, 0, 1)], "daily": [(29, 0, 1)], "never": []}[mode]
    assert len(mails_to(alice)) == (mode != "never")
    assert len(inbox_of(alice).lines) == 1


@pytest.mark.parametrize("event", EVENTS)
@pytest.mark.parametrize("in_app", [True, False])
@pytest.mark.parametrize("push", [True, False])
def test_each_event_is_shown_and_pushed_as_its_reader_wants_it(alice, bob, olena, event, in_app, push):
    PushSubscription.objects.create(
        user=alice, endpoint="https://push.example/1", p256dh="p", auth="a", created_at=at(0)
    )
    set_wishes(actor=alice, wishes={event: Wish(in_app=in_app, push=push, mail="never")})

    happen(event, bob, alice, olena, at(9))

    assert len(inbox_of(alice).lines) == in_app
    assert Notice.objects.filter(user=alice, wants_push=True).count() == push
    assert Notice.objects.filter(user=alice).count() == (in_app or push)


def test_what_happens_within_the_hour_comes_in_one_mail_and_never_again(alice, bob, olena):
    set_wishes(actor=alice, wishes={"commented": Wish(mail="hourly"), "changed": Wish(mail="daily")})
    watch_entity(actor=alice, entity=olena, now=at(8))
    for minute in (15, 20, 50):
        add_note(actor=bob, entity=olena, text=f"Oak {minute}", now=at(9, minute))
    update_entity(actor=bob, entity=olena, fields={"nickname": "Olya"}, expected_version=None, now=at(9, 30))
    add_note(actor=bob, entity=olena, text="Oak 65", now=at(10, 5))

    sent = through_the_day(*((hour, 0) for hour in range(9, 60)))

    assert sent == [(10, 0, 3), (11, 0, 1), (29, 0, 1)]
    first = mails_to(alice)[0]
    assert [first.count(f"Oak {minute}") for minute in (15, 20, 50, 65)] == [1, 1, 1, 0]
    assert f"https://rapport.example/contacts/{olena.pk}/" in first


def test_the_morning_is_that_of_the_readers_own_zone(alice, bob, olena):
    Preferences.objects.create(user=alice, time_zone="America/New_York")
    set_wishes(actor=alice, wishes={"commented": Wish(mail="daily")})
    watch_entity(actor=alice, entity=olena, now=at(8))
    add_note(actor=bob, entity=olena, text="Oak", now=at(11, 59))  # 06:59 there

    assert through_the_day((11, 59), (12, 0)) == [(12, 0, 1)]


@pytest.mark.parametrize("lost", ["right", "entry", "interest", "read", "service"])
def test_what_is_hidden_removed_unwanted_or_read_by_then_is_left_out(alice, bob, olena, lost):
    set_wishes(actor=alice, wishes={"commented": Wish(mail="daily")})
    watch_entity(actor=alice, entity=olena, now=at(8))
    note = add_note(actor=bob, entity=olena, text="Oak", now=at(9))
    if lost == "right":
        own = FolderFactory(kind="personal", owner=bob)
        forget_rights()
        file_entity(actor=bob, entity=olena, folder=own, categories=[], expected_version=None, now=at(10))
    elif lost == "entry":
        remove_activity(actor=bob, activity=note, now=at(10))
    elif lost == "interest":
        set_wishes(actor=alice, wishes={"commented": Wish(mail="never")})
    elif lost == "read":
        mark_read(actor=alice, notice=Notice.objects.get(user=alice), now=at(10))
    else:
        alice.is_active = False
        alice.save()

    counts = digests.send_due(now=at(30))
    again = digests.send_due(now=at(60))

    assert (counts.mails, counts.left_out, again.left_out) == (0, 1, 0)
    assert mails_to(alice) == []


def test_a_right_lost_between_two_notices_keeps_only_the_hidden_one_out(alice, bob, olena):
    other = PersonFactory(first_name="Iryna")
    set_wishes(actor=alice, wishes={"commented": Wish(mail="daily")})
    for person in (olena, other):
        watch_entity(actor=alice, entity=person, now=at(8))
        add_note(actor=bob, entity=person, text=f"About {person}", now=at(9))
    own = FolderFactory(kind="personal", owner=bob)
    forget_rights()
    file_entity(actor=bob, entity=olena, folder=own, categories=[], expected_version=None, now=at(10))

    counts = digests.send_due(now=at(30))

    assert (counts.notices, counts.left_out) == (1, 1)
    assert "Iryna" in mails_to(alice)[0]
    assert "Olena" not in mails_to(alice)[0]


@pytest.mark.django_db(transaction=True)
def test_two_senders_at_once_put_each_notice_into_one_mail(everyone_folder):
    bob = make_user("bob@example.com", "Bob Sales", "sales")
    olena = PersonFactory()
    readers = [make_user(f"r{n}@example.com", f"Reader {n}", "sales") for n in range(6)]
    for reader in readers:
        set_wishes(actor=reader, wishes={"commented": Wish(mail="hourly")})
        watch_entity(actor=reader, entity=olena, now=at(8))
    for minute in range(4):
        add_note(actor=bob, entity=olena, text=f"Oak {minute}", now=at(9, minute))
    done: list[digests.Counts] = []

    def work() -> None:
        try:
            done.append(digests.send_due(now=at(10)))
        finally:
            connection.close()

    senders = [threading.Thread(target=work) for _ in range(2)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join(30)

    assert sum(each.notices for each in done) == 24
    assert [len(mails_to(reader)) for reader in readers] == [1] * 6


def test_the_command_counts(alice, bob, olena, capsys):
    set_wishes(actor=alice, wishes={"commented": Wish(mail="hourly")})
    watch_entity(actor=alice, entity=olena, now=at(8))
    add_note(actor=bob, entity=olena, text="Oak", now=clock.now() - timedelta(hours=2))

    call_command("send_digests", "--json")

    assert json.loads(capsys.readouterr().out) == {"mails": 1, "notices": 1, "left_out": 0}
