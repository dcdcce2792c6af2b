"""A sequence makes its tasks on their days, once each, and stops at an answer, a call, the trash or by hand."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction

from apps.activities.models import Task
from apps.activities.services.notes import log_call
from apps.activities.services.recording import Entry, record
from apps.contacts.services.trash import trash_entities
from apps.core import clock
from apps.crm.models import Absence, Enrolment, Sequence
from apps.crm.services.assignments import assign
from apps.crm.services.sequences import enrol, run_sequences, save_sequence, stop
from tests.contacts.factories import FolderFactory, PersonFactory
from tests.crm.factories import NOW

STEPS = [(3, "call", "the offer"), (7, "todo", "Send the catalogue")]
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _clock(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def olena(db):
    return PersonFactory(first_name="Olena", last_name="Koval")


@pytest.fixture
def sequence(alice):
    return save_sequence(actor=alice, name="New dealer", steps=STEPS, now=NOW)


def begin(actor, sequence, entity):
    (made,) = enrol(actor=actor, sequence=sequence, entity_ids=[entity.pk], now=NOW)
    return made


def subjects():
    return list(Task.objects.order_by("pk").values_list("activity__subject", flat=True))


def reason(enrolment):
    enrolment.refresh_from_db()
    return enrolment.end_reason


def test_the_call_comes_on_day_three_and_the_to_do_on_day_seven(alice, bob, sequence, olena):
    assign(actor=alice, entity=olena, user=bob, on=NOW.date(), now=NOW)
    enrolment = begin(alice, sequence, olena)

    run_sequences(now=NOW + 2 * DAY)
    assert subjects() == []

    run_sequences(now=NOW + 3 * DAY)
    run_sequences(now=NOW + 3 * DAY)
    task = Task.objects.get()
    assert (task.activity.subject, task.due_on) == ("Call: the offer", (NOW + 3 * DAY).date())
    assert [each.user for each in task.assignees.all()] == [bob]

    run_sequences(now=NOW + 7 * DAY)
    assert subjects() == ["Call: the offer", "Send the catalogue"]
    assert reason(enrolment) == "finished"


def test_a_mail_from_the_contact_stops_it_before_the_next_step(alice, sequence, olena):
    enrolment = begin(alice, sequence, olena)
    before = Entry(kind="mail", verb="mail.received", occurred_at=NOW - DAY, entities=[olena])
    record(before, actor=None, now=NOW)
    run_sequences(now=NOW + 3 * DAY)
    assert reason(enrolment) == ""

    answer = Entry(kind="mail", verb="mail.received", occurred_at=NOW + 5 * DAY, entities=[olena])
    record(answer, actor=None, now=NOW + 5 * DAY)
    run_sequences(now=NOW + 7 * DAY)

    assert subjects() == ["Call: the offer"]
    assert reason(enrolment) == "answered"


def test_a_logged_call_stops_it_where_the_sequence_says_so(alice, sequence, olena):
    going = save_sequence(actor=alice, name="Goes on", steps=STEPS, stops_at_call=False, now=NOW)
    stopped, goes_on = begin(alice, sequence, olena), begin(alice, going, olena)
    log_call(actor=alice, entity=olena, text="", occurred_at=NOW + DAY, now=NOW + DAY)

    run_sequences(now=NOW + DAY)

    assert (reason(stopped), reason(goes_on)) == ("called", "")


def test_the_trash_stops_it(alice, sequence, olena):
    enrolment = begin(alice, sequence, olena)
    trash_entities(actor=alice, ids=[olena.pk], now=NOW)

    run_sequences(now=NOW + 3 * DAY)

    assert (reason(enrolment), subjects()) == ("trashed", [])


def test_by_hand_it_stops_once_and_keeps_the_words(alice, bob, sequence, olena):
    enrolment = begin(alice, sequence, olena)
    stop(actor=alice, enrolment=enrolment, words="Asked for peace", now=NOW)
    stop(actor=alice, enrolment=enrolment, words="Again", now=NOW + DAY)

    run_sequences(now=NOW + 3 * DAY)

    assert (reason(enrolment), enrolment.end_words, enrolment.ended_by) == ("hand", "Asked for peace", alice)
    assert subjects() == []
    assert begin(alice, sequence, olena).pk != enrolment.pk


def test_a_contact_is_in_a_sequence_once(alice, sequence, olena):
    first = begin(alice, sequence, olena)

    assert enrol(actor=alice, sequence=sequence, entity_ids=[olena.pk], now=NOW) == []
    copy = Enrolment(sequence=sequence, entity=olena, plan=first.plan, due_on=first.due_on, enrolled_at=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        copy.save()


def test_who_is_in_it_goes_on_with_the_steps_it_began_with(alice, sequence, olena):
    begin(alice, sequence, olena)
    save_sequence(actor=alice, sequence=sequence, name="New dealer", steps=[(30, "call", "")], now=NOW)

    run_sequences(now=NOW + 3 * DAY)

    assert subjects() == ["Call: the offer"]


def test_the_stand_in_gets_the_step_of_who_is_away(alice, bob, sequence, olena):
    assign(actor=alice, entity=olena, user=bob, on=NOW.date(), now=NOW)
    begin(alice, sequence, olena)
    day = NOW.date()
    Absence.objects.create(user=bob, starts_on=day, ends_on=day + 9 * DAY, stand_in=alice, created_at=NOW)

    run_sequences(now=NOW + 3 * DAY)

    assert [each.user for each in Task.objects.get().assignees.all()] == [alice]


def test_what_was_rolled_back_is_done_again_and_only_once(alice, sequence, olena):
    begin(alice, sequence, olena)
    with transaction.atomic():
        run_sequences(now=NOW + 3 * DAY)
        assert subjects() == ["Call: the offer"]
        transaction.set_rollback(True)
    assert subjects() == []

    run_sequences(now=NOW + 3 * DAY)
    assert subjects() == ["Call: the offer"]


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_make_one_task_each(alice):
    sequence = save_sequence(actor=alice, name="New dealer", steps=STEPS, now=NOW)
    ids = [PersonFactory(last_name=f"Koval {n}").pk for n in range(8)]
    enrol(actor=alice, sequence=sequence, entity_ids=ids, now=NOW)
    start = threading.Barrier(2)

    def work():
        start.wait()
        run_sequences(now=NOW + 3 * DAY)
        connection.close()

    workers = [threading.Thread(target=work) for _number in range(2)]
    for each in workers:
        each.start()
    for each in workers:
        each.join()

    assert subjects() == ["Call: the offer"] * 8


def test_only_managers_write_sequences_and_steps_make_sense(alice, bob, sequence):
    with pytest.raises(PermissionDenied):
        save_sequence(actor=bob, name="Mine", steps=STEPS, now=NOW)
    for name, steps in (("Empty", []), ("No words", [(1, "todo", "")]), ("New dealer", STEPS)):
        with pytest.raises(ValidationError):
            save_sequence(actor=alice, name=name, steps=steps, now=NOW)
    assert Sequence.objects.count() == 1


def test_an_outsider_enrols_nobody(charlie, sequence):
    hidden = PersonFactory(first_name="Hidden", folder=FolderFactory(kind="restricted"))
    with pytest.raises(PermissionDenied):
        enrol(actor=charlie, sequence=sequence, entity_ids=[hidden.pk], now=NOW)
