"""Notes and calls: written, corrected, read on the timelines of people and their employers."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse

from apps.activities.models import Activity
from apps.activities.selectors.timelines import timeline_of, timeline_of_all
from apps.activities.services.notes import add_note, edit_activity, log_call, pin_activity, remove_activity
from apps.contacts.models import Entity
from apps.contacts.services import trash
from apps.contacts.services.entities import create_entity
from apps.contacts.services.inputs import EntityInput, JobInput
from apps.contacts.services.relationships import add_job
from apps.core.models import Change, Operation
from apps.core.services.operations import undo
from tests.contacts.factories import FolderFactory, PersonFactory


@pytest.fixture
def person(bob, now) -> Entity:
    return create_entity(
        actor=bob, data=EntityInput(last_name="Koval", jobs=[JobInput(organisation_name="Vikna")]), now=now
    )


LATER = datetime(2027, 1, 1, tzinfo=UTC)


def read(entity, **asked):
    return timeline_of(entity, now=LATER, **asked)


def read_all(user):
    return timeline_of_all(user, now=LATER)


def words(page) -> list[str]:
    return [entry.snippet for entry in page.entries]


def test_a_companys_timeline_holds_its_peoples_and_a_switch_narrows_it(bob, now, person):
    firm = person.organisation_entity
    add_note(actor=bob, entity=person, text="Wants blue windows", now=now)
    add_note(actor=bob, entity=firm, text="Moves in May", now=now + timedelta(minutes=1))

    assert words(read(person, user=bob)) == ["Wants blue windows"]
    assert words(read(firm, user=bob)) == ["Moves in May", "Wants blue windows"]
    assert words(read(firm, user=bob, with_people=False)) == ["Moves in May"]


def test_what_was_said_stays_with_the_employer_of_that_day(bob, now, person):
    old = person.organisation_entity
    add_note(actor=bob, entity=person, text="Before", now=now)
    tie = person.participations.get().relationship
    tie.valid_to = now.date()
    tie.save()
    add_job(actor=bob, person=person, job=JobInput(organisation_name="Dveri"), now=now)
    add_note(actor=bob, entity=person, text="After", now=now + timedelta(days=1))

    person.refresh_from_db()
    assert words(read(old, user=bob)) == ["Before"]
    assert words(read(person.organisation_entity, user=bob)) == ["After"]


def test_what_is_about_somebody_hidden_is_read_nowhere(ada, bob, charlie, now, person):
    firm = person.organisation_entity
    Entity.objects.filter(pk=person.pk).update(folder=FolderFactory(kind="restricted"))
    person.refresh_from_db()
    add_note(actor=ada, entity=person, text="Secret", now=now)

    assert words(read(firm, user=ada)) == ["Secret"]
    assert words(read(firm, user=charlie)) == []
    assert words(read_all(charlie)) == []
    assert not Activity.objects.visible_to(charlie).exists()
    with pytest.raises(PermissionDenied):
        add_note(actor=charlie, entity=person, text="I was here", now=now)


def test_only_its_author_corrects_a_note_and_the_old_words_are_kept(alice, bob, now, person):
    note = add_note(actor=bob, entity=person, text="Wants red", now=now)

    with pytest.raises(PermissionDenied):
        edit_activity(actor=alice, activity=note, text="Wants nothing", now=now)
    edit_activity(actor=bob, activity=note, text="Wants green", now=now)

    assert words(read(person, user=alice)) == ["Wants green"]
    change = Change.objects.get(record_type="activities.activity", kind="updated")
    assert change.diff["snippet"] == ["Wants red", "Wants green"]


def test_a_removed_note_comes_back_with_undo(bob, now, person):
    note = add_note(actor=bob, entity=person, text="Oops", now=now)

    operation = remove_activity(actor=bob, activity=note, now=now)
    assert words(read(person, user=bob)) == []

    undo(actor=bob, operation=Operation.objects.get(pk=operation or 0), now=now)
    assert words(read(person, user=bob)) == ["Oops"]


def test_a_call_lies_in_the_past_and_a_note_says_something(bob, now, person):
    with pytest.raises(ValidationError):
        log_call(actor=bob, entity=person, text="", occurred_at=now + timedelta(hours=1), now=now)
    with pytest.raises(ValidationError):
        add_note(actor=bob, entity=person, text=" \x00 ", now=now)

    log_call(actor=bob, entity=person, text="", occurred_at=now - timedelta(hours=1), now=now)
    assert [entry.kind for entry in read(person, user=bob).entries] == ["call"]


def test_a_long_history_comes_in_pages_that_meet_without_a_gap(bob, now, django_assert_max_num_queries):
    person = PersonFactory()
    for number in range(70):
        add_note(actor=bob, entity=person, text=f"{number}", now=now + timedelta(minutes=number // 2))
    seen: list[str] = []
    after = ""
    for _page in range(4):
        with django_assert_max_num_queries(4):
            page = read(person, user=bob, after=after)
        seen += words(page)
        after = page.after

    assert seen == [f"{number}" for number in reversed(range(70))]
    assert after == ""
    assert words(read(person, user=bob, after="nonsense")) == seen[:20]


def test_who_goes_for_good_takes_the_notes_about_them_alone(bob, now, person):
    firm = person.organisation_entity
    add_note(actor=bob, entity=person, text="About her", now=now)
    add_note(actor=bob, entity=firm, text="About them", now=now)
    trash.trash_entities(actor=bob, ids=[person.pk], now=now)

    assert trash.purge_trash(now=now + timedelta(days=31)) == 1

    assert words(read(firm, user=bob)) == ["About them"]
    assert Activity.objects.count() == 1


def test_undoing_its_creation_leaves_a_contact_that_somebody_has_noted_something_about(alice, bob, now):
    person = create_entity(actor=bob, data=EntityInput(last_name="Koval"), now=now)
    creation = Operation.objects.get(verb="entity.created")
    add_note(actor=alice, entity=person, text="Called me", now=now)

    result = undo(actor=bob, operation=creation, now=now)

    assert result.conflicts
    assert words(read(person, user=bob)) == ["Called me"]


def test_correcting_words_in_the_sheet_keeps_whom_the_entry_is_about(client, bob, now, person):
    firm = person.organisation_entity
    note = add_note(actor=bob, entity=person, others=[PersonFactory(last_name="Bondar")], text="Wants red", now=now)
    client.force_login(bob)
    address = reverse("activities:activity_edit", args=[note.pk])
    before = sorted(note.participants.values_list("entity_id", "via_employer"))

    form = client.get(address).content.decode()
    chosen = re.findall(r'<option value="(\d+)" selected', form)
    assert len(chosen) == 2
    client.post(address, {"text": "Wants green", "visibility": "public", "entities": chosen})

    note.refresh_from_db()
    assert note.snippet == "Wants green"
    assert sorted(note.participants.values_list("entity_id", "via_employer")) == before
    assert words(read(firm, user=bob)) == ["Wants green"]


def test_undo_gives_an_entry_its_people_back_and_its_readers_with_them(ada, bob, charlie, now, person):
    hidden = PersonFactory(folder=FolderFactory(kind="restricted"))
    note = add_note(actor=ada, entity=person, text="Wants oak", now=now)
    edit_activity(actor=ada, activity=note, text="Wants oak", entities=[hidden], now=now)
    assert words(read_all(charlie)) == []
    # Meanwhile the first of them goes where charlie doesn't see her.
    Entity.objects.filter(pk=person.pk).update(folder=hidden.folder)

    undo(actor=ada, operation=Operation.objects.get(verb="activity.edited"), now=now)

    assert [link.entity_id for link in note.participants.filter(via_employer=False)] == [person.pk]
    assert words(read_all(ada)) == ["Wants oak"]
    assert words(read_all(charlie)) == []


def test_who_does_not_see_an_entry_pins_it_for_nobody(ada, charlie, now):
    hidden = PersonFactory(folder=FolderFactory(kind="restricted"))
    note = add_note(actor=ada, entity=hidden, text="Secret", now=now)

    with pytest.raises(PermissionDenied):
        pin_activity(actor=charlie, activity=note, now=now)

    note.refresh_from_db()
    assert note.pinned_at is None
