"""What a guest meets: their tabs, and nothing beside them, in pages, files and rows of the database."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import ProgrammingError, connection, transaction

from apps.activities.services.notes import add_note, edit_activity
from apps.activities.services.recording import Context
from apps.activities.services.task_input import TaskInput
from apps.activities.services.tasks import add_task
from apps.core.database_roles import as_guest
from apps.projects.models import Attachment, GuestEntry, Membership, Message
from apps.projects.project_reach import CONTEXT
from apps.projects.services.attaching import keep_file, seal
from apps.projects.services.guests import change_guest, end_guest
from apps.projects.services.projects import AboutInput, change_about
from apps.projects.services.showing import show_entry
from tests.access.chat import _DOT as DOT
from tests.conftest import NOW
from tests.projects.guests import ALL_TABS, a_guest, a_participant, a_project, say

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("everyone_folder")]
VOICE = b"OggS" + b"\x00" * 24 + b"OpusHead" + b"\x00" * 64


def a_file(actor, project, data=DOT, name="dot.gif", **more):
    upload = SimpleUploadedFile(name, data)
    return seal(
        keep_file(actor=actor, group=project.group, upload=upload, now=NOW, **more), actor=actor, group=project.group
    )


@pytest.fixture
def project(alice, bob):
    """With a message, a picture, a link, a task and a note from before the guest came."""
    made = a_project(alice, users=(bob,))
    change_about(actor=alice, project=made, data=AboutInput(city="Lutsk"), seen_version=made.version, now=NOW)
    say(alice, made, "Old secret https://old.example/x", files=[a_file(alice, made)])
    return made


@pytest.fixture
def other(alice):
    """Another project of the same people."""
    made = a_project(alice, "Mill Lane 7")
    say(alice, made, "Foreign secret", files=[a_file(alice, made)])
    return made


def said_since(alice, project):
    """What is there for a guest: a message that answers an old one, with a picture, a voice, a file and a link."""
    old = Message.objects.filter(group=project.pk).order_by("seq")[0]
    files = [
        a_file(alice, project),
        a_file(alice, project, VOICE, "voice.ogg", seconds=3),
        a_file(alice, project, b"Plan of the floor", "plan.txt"),
    ]
    return say(alice, project, "New words https://new.example/y", reply_to=old, files=files)


def pages_of(project, message):
    picture, voice, paper = message.attachments.order_by("pk")
    base = f"/guest/{project.pk}/"
    chat = ["", "messages/", "changes/?after=0", "pins/", "people/?q=a"]
    files = [f"files/{each.pk}/" for each in (picture, voice, paper)] + [f"files/{picture.pk}/small/"]
    return {
        "chat": [base + each for each in chat],
        "about": [f"{base}about/"],
        "contacts": [f"{base}contacts/"],
        "history": [f"{base}history/"],
        "tasks": [f"{base}tasks/"],
        "links": [f"{base}links/"],
        "files": [f"{base}files/"],
        "chat or files": [base + each for each in files],
    }


def test_each_tab_opens_alone_and_every_other_is_not_there(client, alice, project, django_assert_max_num_queries):
    access = a_guest(alice, project)
    message = said_since(alice, project)
    client.force_login(access.user)
    for tab in ALL_TABS:
        change_guest(actor=alice, access=access, tabs=[tab], until=None, now=NOW)
        for part, paths in pages_of(project, message).items():
            expected = 200 if tab in part.split(" or ") else 404
            for path in paths:
                with django_assert_max_num_queries(24):
                    found = client.get(path).status_code
                assert found == expected, (tab, path)
        writes = {"post/": {"text": "Hello"}, "typing/": {}, "draft/": {"text": "x"}, "read/": {"seq": "2"}}
        for act, data in writes.items():
            found = client.post(f"/guest/{project.pk}/{act}", data, headers={"HX-Request": "true"}).status_code
            assert found in ((200, 204) if tab == "chat" else (404,)), (tab, act)
        upload = {"file": SimpleUploadedFile("note.txt", b"words")}
        brought = client.post(f"/guest/{project.pk}/files/bring/", upload).status_code
        assert brought == (200 if tab == "chat" else 404)


def test_a_guest_reads_what_was_said_since_they_came_and_nothing_older(client, alice, project, other):
    access = a_guest(alice, project)
    message = said_since(alice, project)
    client.force_login(access.user)
    for path in ("", "messages/", "changes/?after=0", "files/", "links/", "history/", "tasks/", "?at=1"):
        text = client.get(f"/guest/{project.pk}/{path}").content.decode()
        assert "Old secret" not in text, path
        assert "old.example" not in text, path
        assert "/projects/" not in text, path  # no address of the house's door
    chat = client.get(f"/guest/{project.pk}/").content.decode()
    assert "New words" in chat
    assert f"/guest/{project.pk}/files/{message.attachments.order_by('pk')[0].pk}/small/" in chat
    old = Attachment.objects.order_by("pk")[0]
    foreign = Attachment.objects.get(group=other.pk)
    for attachment, group in ((old, project), (foreign, other), (foreign, project)):
        assert client.get(f"/guest/{group.pk}/files/{attachment.pk}/").status_code == 404
        assert client.get(f"/guest/{group.pk}/files/{attachment.pk}/small/").status_code == 404
    first = Message.objects.filter(group=project.pk).order_by("seq")[0]
    for act in ("edit/", "delete/", "react/"):
        assert client.post(f"/guest/{project.pk}/messages/{first.pk}/{act}").status_code == 404
    assert client.get(f"/guest/{other.pk}/").status_code == 404
    assert client.get(f"/projects/{project.pk}/").status_code == 403


def test_a_guest_says_edits_reacts_and_deletes_as_a_contact(client, alice, bob, project):
    access = a_guest(alice, project, "chat")
    heard = say(alice, project, "Welcome, @Gina Guest")
    client.force_login(access.user)
    base, hx = f"/guest/{project.pk}/", {"HX-Request": "true"}

    answer = client.post(f"{base}post/", {"text": "Thank you"}, headers=hx)
    said = Message.objects.get(text="Thank you")
    assert answer.status_code == 200
    assert (said.author.entity_id, said.author.user_id, said.author.display_name) == (
        access.entity_id,
        None,
        "Gina Guest",
    )
    client.post(f"{base}messages/{said.pk}/edit/", {"text": "Thanks a lot"}, headers=hx)
    client.post(f"{base}messages/{heard.pk}/react/", {"sign": "👍", "wanted": "1"}, headers=hx)
    said.refresh_from_db()
    assert said.text == "Thanks a lot"
    assert heard.reactions.get().membership.entity_id == access.entity_id
    assert client.post(f"{base}messages/{heard.pk}/edit/", {"text": "No"}, headers=hx).status_code == 403
    assert client.post(f"{base}messages/{heard.pk}/delete/", headers=hx).status_code == 403
    assert client.post(f"{base}messages/{heard.pk}/pin/", {"wanted": "1"}, headers=hx).status_code == 404
    client.post(f"{base}messages/{said.pk}/delete/", headers=hx)
    said.refresh_from_db()
    assert said.deleted_at is not None
    assert client.post(f"{base}post/", {"text": "Without scripts"}).url == base
    client.force_login(bob)
    assert "Without scripts" in client.get(f"/projects/{project.pk}/").content.decode()


def test_the_outbox_of_a_guests_page_sends_once(client, alice, project):
    access = a_guest(alice, project, "chat")
    client.force_login(access.user)
    member = Membership.objects.get(group=project.pk, entity=access.entity)
    acts = f'[{{"key": "guest-key-1", "text": "From the train", "member": {member.pk}}}]'
    for _time in range(2):
        answers = client.post(f"/guest/{project.pk}/post/", {"acts": acts}).json()["answers"]
        assert answers == [{"key": "guest-key-1", "state": "done", "reason": ""}]
    assert Message.objects.filter(text="From the train").count() == 1


def test_history_and_tasks_are_those_that_somebody_showed(client, alice, bob, project):
    participant = a_participant(alice, project, "p@example.com", "Petro")
    access = a_guest(alice, project, "history", "tasks")
    inside = Context(CONTEXT, project.pk)
    note = add_note(actor=alice, entity=participant.entity, text="Handles are agreed", now=NOW, context=inside)
    hidden = add_note(actor=alice, entity=participant.entity, text="They pay late", now=NOW, context=inside)
    task = add_task(actor=alice, data=TaskInput(subject="Measure", zone="UTC", context=inside), now=NOW).activity
    for entry in (note, task):
        show_entry(actor=alice, project=project, activity=entry, wanted=True, now=NOW)
    for actor in (bob, access.user):
        with pytest.raises(PermissionDenied):
            show_entry(actor=actor, project=project, activity=hidden, wanted=True, now=NOW)

    client.force_login(access.user)
    history = client.get(f"/guest/{project.pk}/history/").content.decode()
    tasks = client.get(f"/guest/{project.pk}/tasks/").content.decode()
    assert ("Handles are agreed" in history, "They pay late" in history, "Measure" in history) == (True, False, False)
    assert ("Measure" in tasks, "Handles" in tasks, "They pay late" in tasks) == (True, False, False)
    show_entry(actor=alice, project=project, activity=task, wanted=False, now=NOW)
    assert "Measure" not in client.get(f"/guest/{project.pk}/tasks/").content.decode()


def test_what_is_narrowed_later_is_kept_from_guests_and_can_still_be_hidden(client, alice, project):
    access = a_guest(alice, project, "history")
    inside = Context(CONTEXT, project.pk)
    person = access.entity
    note = add_note(actor=alice, entity=person, text="Handles are agreed", now=NOW, context=inside)
    show_entry(actor=alice, project=project, activity=note, wanted=True, now=NOW)

    edit_activity(actor=alice, activity=note, text="They pay late", visibility="private", now=NOW)

    client.force_login(access.user)
    assert "They pay late" not in client.get(f"/guest/{project.pk}/history/").content.decode()
    client.force_login(alice)
    assert "They pay late" in client.get(f"/projects/{project.pk}/guests/entries/").content.decode()
    show_entry(actor=alice, project=project, activity=note, wanted=False, now=NOW)
    assert not GuestEntry.objects.exists()


def test_links_are_read_by_who_has_that_tab_alone(client, alice, project):
    access = a_guest(alice, project, "links")
    said_since(alice, project)
    client.force_login(access.user)

    text = client.get(f"/guest/{project.pk}/links/").content.decode()

    assert "new.example" in text
    assert "old.example" not in text


def test_contacts_are_a_name_an_organisation_and_a_role(client, alice, project):
    access = a_guest(alice, project, "contacts")
    other = a_participant(alice, project, "secret@example.com", "Petro")
    client.force_login(access.user)
    text = client.get(f"/guest/{project.pk}/contacts/").content.decode()
    assert "Petro Guest" in text
    assert "Architect" in text
    assert "secret@example.com" not in text
    assert f"/contacts/{other.entity_id}/" not in text


def test_an_ended_access_is_not_there_at_once(client, alice, project):
    access = a_guest(alice, project)
    client.force_login(access.user)
    message = said_since(alice, project)
    paths = [path for paths in pages_of(project, message).values() for path in paths]
    assert client.get(paths[0]).status_code == 200
    end_guest(actor=alice, access=access, now=NOW)
    assert {client.get(path).status_code for path in paths} == {404}
    # In the past of the clock that pages ask: nobody has swept it up yet.
    type(access).objects.filter(pk=access.pk).update(ended_at=None, until=NOW - timedelta(days=1))
    assert {client.get(path).status_code for path in paths} == {404}


def test_staff_dealers_and_strangers_do_not_come_in_here(client, alice, dora, project):
    a_guest(alice, project)
    assert client.get(f"/guest/{project.pk}/").url.startswith("/accounts/login/")
    for user in (alice, dora):
        client.force_login(user)
        assert client.get("/guest/").status_code == 404
        assert client.get(f"/guest/{project.pk}/").status_code == 404


ROWS = {
    "projects_message": "chat",
    "projects_membership": "chat",
    "projects_attachment": "chat files",
    "projects_messagelink": "chat links",
    "projects_project": "about",
}


@pytest.mark.parametrize("tab", ALL_TABS)
def test_the_role_reads_rows_of_its_tabs_of_one_project_alone(alice, project, other, tab):
    access = a_guest(alice, project)
    said_since(alice, project)
    here = {"user_id": access.user_id, "entity_id": access.entity_id, "from_seq": access.from_seq}

    with as_guest(group_id=project.pk, tabs=[tab], **here):
        for table, tabs in ROWS.items():
            assert (count(table) > 0) == (tab in tabs.split()), table
            assert count(table, f"WHERE {'group_id'} <> {project.pk}") == 0, table
        assert (count("projects_message", "WHERE seq <= 1"), count("projects_group")) == (0, 1)
        assert count("core_file") == (4 if tab in ("chat", "files") else 0)  # three, and a picture's thumbnail
        assert count("rapport_guest_contacts()") == (1 if tab == "contacts" else 0)
        for table in (
            "contacts_entity",
            "accounts_user",
            "projects_guestaccess",
            "projects_messageword",
            "core_change",
        ):
            with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
                count(table)
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            Message.objects.update(text="x")
    with as_guest(group_id=0, tabs=ALL_TABS, **here):
        assert [count(table) for table in ROWS] == [0] * len(ROWS)


def test_whatever_else_the_role_reads_asks_that_no_guest_is_at_hand():
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT c.relname, p.polname FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid
            WHERE p.polroles @> ARRAY['rapport_portal'::regrole::oid] AND c.relname NOT LIKE 'projects!_%' ESCAPE '!'
                AND pg_get_expr(p.polqual, p.polrelid) NOT LIKE '%rapport_guest_group()%'
            """
        )
        found = set(cursor.fetchall())

    # One's own preferences; a file of a delivery, which is found through a table that asks.
    assert found == {("accounts_preferences", "portal"), ("core_file", "portal_unloading")}


def count(table: str, where: str = "") -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table} {where}")  # noqa: S608  our own words
        return int(cursor.fetchone()[0])
