"""A contact rests in a sequence, days are those of work, many begin at once; whatever happens, a step comes once."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.accounts.models import Team, TeamMembership
from apps.activities.models import Task
from apps.activities.services.notes import log_call
from apps.activities.services.recording import Entry, record
from apps.contacts.models import Entity
from apps.core import clock
from apps.core.models import Operation, OutgoingMail
from apps.core.services.operations import run, undo
from apps.crm.models import Enrolment, Sequence, SequenceMail
from apps.crm.services import sequence_bulk
from apps.crm.services.assignments import assign
from apps.crm.services.sequence_bulk import begin_enrolments
from apps.crm.services.sequences import enrol, pause, resume, run_sequences, save_sequence, stop
from apps.crm.services.sequences.days import later
from tests.contacts.factories import PersonFactory
from tests.crm.factories import NOW
from tests.crm.test_sequence_mails import letter, person

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
TODAY = NOW.date()  # a Monday
STEPS = [(3, "call"), (7, "call", "again")]


@pytest.fixture(autouse=True)
def _clock(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def olena():
    return PersonFactory(first_name="Olena", last_name="Koval", primary_email="")


def begun(actor, entity, steps=STEPS, **settings_):
    sequence = save_sequence(actor=actor, name="New dealer", steps=steps, now=NOW, **settings_)
    (made,) = enrol(actor=actor, sequence=sequence, entity_ids=[entity.pk], now=NOW)
    return made


def test_who_rests_gets_no_step_and_goes_on_with_all_gaps_kept(alice, olena):
    enrolment = begun(alice, olena)
    pause(actor=alice, enrolment=enrolment, now=NOW + DAY)
    pause(actor=alice, enrolment=enrolment, now=NOW + 2 * DAY)
    run_sequences(now=NOW + 5 * DAY)
    assert not Task.objects.exists()

    resume(actor=alice, enrolment=enrolment, now=NOW + 11 * DAY)
    resume(actor=alice, enrolment=enrolment, now=NOW + 12 * DAY)
    enrolment.refresh_from_db()
    assert (enrolment.due_on, enrolment.paused_at) == (TODAY + 13 * DAY, None)
    run_sequences(now=NOW + 13 * DAY)
    run_sequences(now=NOW + 16 * DAY)
    assert Task.objects.count() == 1
    run_sequences(now=NOW + 17 * DAY)
    assert Task.objects.count() == 2


def test_an_answer_ends_it_while_it_rests(alice, olena):
    enrolment = begun(alice, olena)
    pause(actor=alice, enrolment=enrolment, now=NOW)
    answer = Entry(kind="mail", verb="mail.received", occurred_at=NOW + DAY, entities=[olena])
    record(answer, actor=None, now=NOW + DAY)

    run_sequences(now=NOW + DAY)

    enrolment.refresh_from_db()
    assert (enrolment.end_reason, enrolment.paused_at) == ("answered", None)


def test_only_who_manages_a_contact_lets_it_rest_and_go_on(alice, bob, charlie, olena):
    enrolment = begun(alice, olena)
    assign(actor=alice, entity=olena, user=bob, on=TODAY, now=NOW)
    for work in (pause, resume):
        with pytest.raises(PermissionDenied):
            work(actor=charlie, enrolment=enrolment, now=NOW)
        work(actor=bob, enrolment=enrolment, now=NOW)


@pytest.mark.parametrize(
    ("day", "count", "weekdays", "falls"),
    [
        (date(2026, 11, 2), 3, None, date(2026, 11, 5)),
        (date(2026, 11, 2), 5, {1, 2, 3, 4, 5}, date(2026, 11, 9)),  # Monday on Monday
        (date(2026, 11, 6), 1, {1, 2, 3, 4, 5}, date(2026, 11, 9)),  # Friday, Monday
        (date(2026, 11, 7), 0, {1, 2, 3, 4, 5}, date(2026, 11, 9)),  # Saturday waits
        (date(2026, 11, 2), 2, {1, 6}, date(2026, 11, 9)),  # Monday, Saturday, Monday
        (date(2026, 11, 2), 400, {1, 2, 3, 4, 5}, date(2028, 5, 15)),
    ],
)
def test_days_are_counted_as_the_team_works(day, count, weekdays, falls):
    assert later(day, count, frozenset(weekdays) if weekdays else None) == falls


def test_a_sequence_in_working_days_keeps_to_those_of_the_team_in_charge(alice, bob, olena):
    team = Team.objects.create(name="Weekend", hours={"6": ["09:00", "18:00"], "7": ["09:00", "18:00"]})
    TeamMembership.objects.create(team=team, user=bob, valid_from=TODAY)
    assign(actor=alice, entity=olena, user=bob, on=TODAY, now=NOW)
    other = PersonFactory(last_name="Lys")

    enrolment = begun(alice, olena, steps=[(1, "call"), (2, "call")], in_working_days=True)
    usual = enrol(actor=alice, sequence=enrolment.sequence, entity_ids=[other.pk], now=NOW)[0]

    assert enrolment.due_on == date(2026, 11, 8)  # from Saturday on
    assert usual.due_on == date(2026, 11, 3)
    run_sequences(now=NOW + 6 * DAY)
    enrolment.refresh_from_db()
    assert enrolment.due_on == date(2026, 11, 14)


def test_saving_a_sequence_goes_back_step_by_step(alice):
    sequence = save_sequence(actor=alice, name="First", steps=STEPS, now=NOW)
    made = Operation.objects.latest("pk")

    def looks():
        sequence.refresh_from_db()
        return [sequence.name, list(sequence.steps.order_by("position").values_list("day", "kind", "words"))]

    before = looks()
    for steps in ([(1, "todo", "Write")], [*STEPS, (9, "call"), (12, "mail", "", letter())]):
        save_sequence(actor=alice, name="Second", steps=steps, sequence=sequence, now=NOW)
        assert looks() != before
        assert undo(actor=alice, operation=Operation.objects.latest("pk"), now=NOW).conflicts == []
        assert looks() == before
    assert undo(actor=alice, operation=made, now=NOW).conflicts == []
    assert not Sequence.objects.exists()


@pytest.fixture
def five():
    return [PersonFactory(first_name=f"P{n}", last_name="Koval") for n in range(5)]


def chosen():
    return Entity.objects.filter(last_name="Koval")


def test_the_chosen_begin_at_once_and_go_back_but_for_whom_a_step_was_taken(alice, bob, charlie, five):
    sequence = save_sequence(actor=alice, name="New dealer", steps=[(0, "call")], now=NOW)
    assign(actor=alice, entity=five[0], user=alice, on=TODAY, now=NOW)
    enrol(actor=alice, sequence=sequence, entity_ids=[five[1].pk], now=NOW)

    operation = begin_enrolments(actor=bob, sequence=sequence, chosen=chosen(), now=NOW)
    assert operation.result == {"changed": 3, "skipped": 2, "forbidden": 1}
    assert "managed by others" in operation.message
    stop(actor=bob, enrolment=Enrolment.objects.get(entity=five[4]), now=NOW)

    undone = undo(actor=bob, operation=operation, now=NOW)

    assert [each.reason for each in undone.conflicts] == ["changed"]
    left = Enrolment.objects.order_by("entity__first_name").values_list("entity__first_name", "end_reason")
    assert list(left) == [("P1", ""), ("P4", "hand")]


def test_many_begin_in_the_background_and_a_second_attempt_finds_them_done(alice, five, monkeypatch):
    monkeypatch.setattr(sequence_bulk, "INLINE_LIMIT", 3)
    sequence = save_sequence(actor=alice, name="New dealer", steps=STEPS, now=NOW)
    operation = begin_enrolments(actor=alice, sequence=sequence, chosen=chosen(), now=NOW)
    assert not Enrolment.objects.exists()
    enrol(actor=alice, sequence=sequence, entity_ids=[five[0].pk], now=NOW)

    run(operation_id=operation.pk, now=NOW)

    operation.refresh_from_db()
    assert (operation.state, operation.result["changed"]) == ("done", 4)
    assert Enrolment.objects.count() == 5
    undo(actor=alice, operation=operation, now=NOW)
    assert Enrolment.objects.count() == 1


def test_a_thousand_begin_in_a_handful_of_statements(alice):
    for _number in range(60):
        PersonFactory(last_name="Koval")
    sequence = save_sequence(actor=alice, name="New dealer", steps=STEPS, now=NOW, in_working_days=True)
    with CaptureQueriesContext(connection) as asked:
        begin_enrolments(actor=alice, sequence=sequence, chosen=chosen(), now=NOW)
    assert Enrolment.objects.count() == 60
    assert len(asked) < 40


def test_the_list_of_contacts_offers_it_for_what_is_ticked(client, bob, alice, five):
    sequence = save_sequence(actor=alice, name="New dealer", steps=STEPS, now=NOW)
    client.force_login(bob)
    ticked = {"ids": [five[0].pk, five[1].pk]}
    address = reverse("crm:sequence_bulk")
    assert "2 contacts are chosen" in client.post(address, ticked).content.decode()

    client.post(address, ticked | {"confirmed": "1", "sequence": sequence.pk})

    assert Enrolment.objects.count() == 2
    shown = client.get(reverse("crm:sequence_page", args=[sequence.pk])).content.decode()
    assert "P0 Koval" in shown
    assert "2 before it" in shown


def test_the_page_tells_who_is_where_and_asks_the_same_for_many(
    client, alice, bob, five, django_assert_max_num_queries
):
    hidden = PersonFactory(first_name="Hidden", folder__kind="restricted")
    sequence = save_sequence(actor=alice, name="New dealer", steps=[(0, "call"), (2, "mail", "", letter())], now=NOW)
    enrol(actor=None, sequence=sequence, entity_ids=[hidden.pk], now=NOW)
    enrol(actor=alice, sequence=sequence, entity_ids=[each.pk for each in five], now=NOW)
    rows = {each.entity_id: each for each in Enrolment.objects.all()}
    run_sequences(now=NOW)
    pause(actor=alice, enrolment=rows[five[0].pk], now=NOW)
    stop(actor=alice, enrolment=rows[five[1].pk], now=NOW, words="Asked for peace")
    client.force_login(bob)
    page = reverse("crm:sequence_page", args=[sequence.pk])
    client.get(page)

    with django_assert_max_num_queries(16):
        shown = client.get(page).content.decode()
    assert "Hidden" not in shown
    assert "Mail: Welcome" in shown
    ended = client.get(f"{page}?show=hand").content.decode()
    assert "Asked for peace" in ended
    assert "P2 Koval" not in ended
    assert "P0 Koval" in client.get(f"{page}?show=resting").content.decode()
    assert "Nobody here" in client.get(f"{page}?step=1").content.decode()


EVENTS = ["day", "day", "day", "pause", "resume", "answer", "call", "stop", "lost"]


@given(events=st.lists(st.sampled_from(EVENTS), max_size=14), asks=st.booleans())
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_happens_each_step_comes_once_and_in_its_time(alice, bob, events, asks):
    with transaction.atomic():
        template = letter()
        olena = person()
        steps = [(0, "call"), (1, "mail", "", template), (3, "todo", "Write"), (3, "mail", "", template)]
        enrolment = begun(alice, olena, steps=steps, stops_at_call=asks)
        now, rested, ended = NOW, 0, ""
        for event in events:
            now += timedelta(minutes=1)
            before = _state(enrolment)
            if event == "day":
                now += DAY
                rested += before.paused_at is not None
                run_sequences(now=now)
            elif event == "lost":  # a worker dies with its transaction
                with transaction.atomic():
                    run_sequences(now=now)
                    transaction.set_rollback(True)
                assert _state(enrolment) == before
                assert _state(enrolment).done == before.done
            elif event == "answer":
                record(Entry(kind="mail", verb="mail.received", occurred_at=now, entities=[olena]), actor=None, now=now)
            elif event == "call":
                log_call(actor=alice, entity=olena, text="", occurred_at=now, now=now)
            else:
                {"pause": pause, "resume": resume, "stop": stop}[event](actor=alice, enrolment=enrolment, now=now)
            after = _state(enrolment)
            made = Task.objects.count(), OutgoingMail.objects.filter(scope="mailings").count()
            taken = [step.kind for step in after.steps[: after.done]]
            assert made == (len(taken) - taken.count("mail"), taken.count("mail"))
            assert SequenceMail.objects.count() == taken.count("mail")
            if before.paused_at is not None or before.ended_at is not None:
                assert after.done == before.done
            if ended:
                assert after.end_reason == ended
            if after.done:
                day = after.steps[after.done - 1].day
                assert clock.company_day(now) >= TODAY + timedelta(days=day + rested) or after.done == before.done
            ended = after.end_reason
        transaction.set_rollback(True)


def _state(enrolment) -> Enrolment:
    return Enrolment.objects.get(pk=enrolment.pk)
