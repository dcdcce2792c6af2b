"""Watching and being told: by whom, of what one may see, never of one's own doing; the inbox and its bell."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.activities.models import Activity, Notice, Watch
from apps.activities.selectors.bell import unread_count
from apps.activities.selectors.notices import inbox_of
from apps.activities.selectors.wishes import Wish, wishes_of
from apps.activities.services.notes import add_note, remove_activity
from apps.activities.services.recording import Entry, record
from apps.activities.services.telling import News, tell
from apps.activities.services.watching import tell_of_changes, unwatch, watch_entity
from apps.activities.signals import people_addressed
from apps.contacts.models import Entity, Folder
from apps.contacts.models.rights import forget_rights
from apps.contacts.services.entities import create_entity, update_entity
from apps.contacts.services.filing import file_entity
from apps.contacts.services.inputs import EntityInput, JobInput
from apps.contacts.services.trash import trash_entities
from tests.contacts.factories import FolderFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def olena(bob, now):
    return create_entity(
        actor=bob, data=EntityInput(last_name="Koval", jobs=[JobInput(organisation_name="Vikna")]), now=now
    )


def rename(entity, actor, now):
    update_entity(actor=actor, entity=entity, fields={"nickname": "Olya"}, expected_version=None, now=now)


def hide(entity, owner, now):
    own = FolderFactory(kind="personal", owner=owner)
    forget_rights()
    file_entity(actor=owner, entity=entity, folder=own, categories=[], expected_version=None, now=now)
    entity.refresh_from_db()


def headlines(user, **asked) -> list[str]:
    return [line.headline for line in inbox_of(user, **asked).lines]


def test_a_watcher_is_told_of_others_doings_and_not_of_their_own(alice, bob, now, olena):
    watch_entity(actor=alice, entity=olena, now=now)
    watch_entity(actor=bob, entity=olena, now=now)

    add_note(actor=bob, entity=olena, text="Wants oak", now=now)

    assert headlines(alice) == ["Note: Bob Sales about Koval"]
    assert inbox_of(alice).lines[0].text == "Wants oak"
    assert headlines(bob) == []


def test_who_watches_a_company_hears_of_its_people_once(alice, bob, now, olena):
    watch_entity(actor=alice, entity=olena.organisation_entity, now=now)
    watch_entity(actor=alice, entity=olena, now=now)

    add_note(actor=bob, entity=olena, text="Wants oak", now=now)

    assert len(headlines(alice)) == 1


def test_an_edited_contact_is_told_of(alice, bob, now, olena):
    watch_entity(actor=alice, entity=olena, now=now)

    rename(olena, bob, now)

    assert headlines(alice) == ["Bob Sales changed Koval"]


def test_a_trashed_contact_is_told_of_and_found_there(client, alice, charlie, bob, now, olena):
    watch_entity(actor=alice, entity=olena, now=now)
    watch_entity(actor=charlie, entity=olena, now=now)
    rename(olena, bob, now)
    hide_from = FolderFactory(kind="restricted")
    trash_entities(actor=bob, ids=[olena.pk], now=now)

    # What was told of it before is nothing to open any more; that it went is.
    assert headlines(alice) == ["Bob Sales moved Koval to the trash"]
    assert unread_count(alice) == 1
    client.force_login(alice)
    assert client.get(inbox_of(alice).lines[0].url).status_code == 200

    Entity.objects.filter(pk=olena.pk).update(folder=hide_from)
    assert (headlines(charlie), unread_count(charlie)) == ([], 0)


def test_many_trashed_at_once_are_one_notice(alice, bob, now, everyone_folder):
    people = [create_entity(actor=bob, data=EntityInput(last_name=f"N{n}"), now=now) for n in range(25)]
    for person in people:
        watch_entity(actor=alice, entity=person, now=now)

    trash_entities(actor=bob, ids=[person.pk for person in people], now=now)

    assert headlines(alice) == ["Bob Sales moved 25 contacts that you watch to the trash"]


def test_only_the_chosen_events_are_told_of(alice, bob, now, olena):
    watch_entity(actor=alice, entity=olena, events=["changed"], now=now)
    add_note(actor=bob, entity=olena, text="Wants oak", now=now)
    assert headlines(alice) == []

    watch_entity(actor=alice, entity=olena, events=["status", "mail"], now=now)
    rename(olena, bob, now)
    for kind in ("status", "mail", "note"):
        record(Entry(kind=kind, verb="note.added", occurred_at=now, entities=[olena], text=kind), actor=bob, now=now)

    assert sorted(Notice.objects.filter(user=alice).values_list("event", flat=True)) == ["mail", "status"]


def test_what_one_may_not_see_is_never_told(charlie, bob, now, olena):
    watch_entity(actor=charlie, entity=olena, now=now)
    add_note(actor=bob, entity=olena, text="For my eyes", visibility="private", now=now)
    assert headlines(charlie) == []

    hide(olena, bob, now)
    add_note(actor=bob, entity=olena, text="Moved away", now=now)

    assert headlines(charlie) == []
    assert not Notice.objects.filter(user=charlie).exists()


def test_a_right_lost_since_takes_notices_out_of_inbox_and_bell(charlie, bob, now, olena):
    watch_entity(actor=charlie, entity=olena, now=now)
    add_note(actor=bob, entity=olena, text="Wants oak", now=now)
    assert (unread_count(charlie), len(headlines(charlie))) == (1, 1)

    hide(olena, bob, now)

    assert (unread_count(charlie, fresh=True), headlines(charlie)) == (0, [])


def test_a_removed_entry_is_told_no_more(alice, bob, now, olena):
    watch_entity(actor=alice, entity=olena, now=now)
    note = add_note(actor=bob, entity=olena, text="Wants oak", now=now)

    remove_activity(actor=bob, activity=note, now=now)

    assert headlines(alice) == []


def test_unwatching_changes_neither_sight_nor_duty(alice, bob, now, olena):
    watch_entity(actor=alice, entity=olena, now=now)
    unwatch(actor=alice, record_type="contacts.entity", record_id=olena.pk)

    task = record(
        Entry(kind="task", verb="task.added", occurred_at=now, entities=[olena], subject="Call"), actor=bob, now=now
    )
    people_addressed.send(Activity, asked={task.pk: [alice.pk]}, verb="task.assigned", actor=bob, now=now)

    assert headlines(alice) == ["Bob Sales gives you a task: Call"]
    assert inbox_of(alice).lines[0].url == f"/activities/tasks/{task.pk}/"
    assert Activity.objects.visible_to(alice).filter(pk=task.pk).exists()


def test_who_is_asked_for_something_hears_of_it_once_though_watching(alice, bob, now, olena):
    watch_entity(actor=alice, entity=olena, now=now)
    entry = Entry(kind="meeting", verb="meeting.planned", occurred_at=now, entities=[olena], subject="Measure")
    meeting = record(entry, actor=bob, now=now)

    asked = {meeting.pk: [alice.pk, bob.pk]}
    people_addressed.send(Activity, asked=asked, verb="meeting.invited", actor=bob, now=now)

    assert headlines(alice) == ["Bob Sales, appointment: Measure"]
    assert headlines(bob) == []


def test_many_watched_contacts_changed_at_once_are_one_notice(alice, bob, now, everyone_folder):
    people = [create_entity(actor=bob, data=EntityInput(last_name=f"K{n}"), now=now) for n in range(21)]
    for person in people:
        watch_entity(actor=alice, entity=person, now=now)

    tell_of_changes([person.pk for person in people], verb="entities.moved", actor_id=bob.pk, now=now)

    assert headlines(alice) == ["Bob Sales changed 21 contacts that you watch"]


def fill(user, actor, entity, now, *, count, read=0):
    notes = [
        add_note(actor=actor, entity=entity, text=f"Note {n}", now=now + timedelta(minutes=n)) for n in range(count)
    ]
    for number, note in enumerate(notes):
        tell([News(user.pk, "commented", "note.added", activity_id=note.pk)], actor_id=actor.pk, now=note.created_at)
        if number < read:
            Notice.objects.filter(user=user, activity=note).update(read_at=now)


def test_the_inbox_shows_unread_ones_first_and_pages_by_key(alice, bob, now, olena):
    fill(alice, bob, olena, now, count=70, read=35)

    first = inbox_of(alice)
    second = inbox_of(alice, after=first.after)
    third = inbox_of(alice, after=second.after)

    pages = [*first.lines, *second.lines, *third.lines]
    assert [len(first.lines), len(second.lines), len(third.lines)] == [30, 30, 10]
    assert [line.text for line in pages] == [f"Note {n}" for n in (*range(69, 34, -1), *range(34, -1, -1))]
    assert third.after == ""
    assert len(inbox_of(alice, after="unread_nonsense_1").lines) == 30


def test_reading_one_and_all(client, alice, bob, charlie, now, olena):
    fill(alice, bob, olena, now, count=3)
    newest = Notice.objects.filter(user=alice).latest("pk")
    client.force_login(alice)

    assert "3 unread notices" in client.get("/activities/notices/").content.decode()
    client.post(f"/activities/notices/{newest.pk}/read/")
    assert unread_count(alice, fresh=True) == 2
    opened = client.post(f"/activities/notices/{newest.pk}/open/")
    assert opened["Location"] == f"/contacts/{olena.pk}/#activity-{newest.activity_id}"
    tell([News(alice.pk, "commented", "note.added", activity_id=newest.activity_id)], actor_id=None, now=now)
    client.post("/activities/notices/read/", {"newest": newest.pk})
    assert unread_count(alice, fresh=True) == 1  # what came after the page was drawn

    client.force_login(charlie)
    for act in ("read", "open"):
        assert client.post(f"/activities/notices/{newest.pk}/{act}/").status_code == 404


def test_the_bell_counts_to_ninety_nine(client, alice, bob, now, olena):
    note = add_note(actor=bob, entity=olena, text="Oak", now=now)
    tell([News(alice.pk, "commented", "note.added", activity_id=note.pk)] * 101, actor_id=bob.pk, now=now)
    Notice.objects.bulk_create(
        Notice(user=alice, at=now, event="commented", verb="note.added", activity=note) for _ in range(101)
    )
    client.force_login(alice)

    content = client.get("/activities/notices/bell/").content.decode()

    assert ">99+<" in content
    assert "99+ unread notices" in content


def test_the_inbox_asks_little_whatever_its_length(client, alice, bob, now, olena):
    fill(alice, bob, olena, now, count=40, read=5)
    client.force_login(alice)
    client.get("/activities/notices/")

    with CaptureQueriesContext(connection) as queries:
        client.get("/activities/notices/")

    assert len(queries) <= 12, "\n".join(query["sql"] for query in queries)


def test_watching_from_the_page(client, alice, charlie, bob, now, olena):
    client.force_login(alice)
    assert "Watch" in client.get(f"/contacts/{olena.pk}/").content.decode()

    client.post(f"/activities/watch/{olena.pk}/", {"events": ["changed", "status"]})
    assert Watch.objects.get().events == ["changed", "status"]
    assert "Watching" in client.get(f"/contacts/{olena.pk}/").content.decode()
    assert client.post(f"/activities/watch/{olena.pk}/").status_code == 422
    client.post(f"/activities/watch/{olena.pk}/stop/")
    assert not Watch.objects.exists()

    Folder.objects.filter(pk=olena.folder_id).update(kind="personal", owner=bob)
    client.force_login(charlie)
    charlie.rights_epoch += 1
    charlie.save()
    assert client.get(f"/activities/watch/{olena.pk}/").status_code == 404


def test_the_preferences_are_kept_and_nonsense_is_refused(client, alice):
    client.force_login(alice)
    page = client.get("/activities/notices/preferences/")
    form = page.context["form"]
    given = {f"{event}-mail": "never" for event in form.wishes} | {"changed-mail": "hourly", "changed-in_app": "on"}

    assert client.post("/activities/notices/preferences/", given).status_code == 302
    assert client.post("/activities/notices/preferences/", given | {"changed-mail": "often"}).status_code == 422

    assert wishes_of(alice)["changed"] == Wish(in_app=True, push=False, mail="hourly")
    assert wishes_of(alice)["mail"] == Wish(in_app=False, push=False, mail="never")
