"""A Telegram export brought in by a page: looked at, imported once, reported, and taken back as a whole."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from apps.activities.services.notes import add_note
from apps.activities.services.recording import Context
from apps.core import clock
from apps.core.models import File, Operation, WebhookEndpoint
from apps.core.services import files, operations
from apps.core.services.operations import Progress
from apps.projects.models import Attachment, BroughtFile, Group, Membership, Message
from apps.projects.project_reach import CONTEXT
from apps.projects.services.group_receivers import make_receiver
from apps.projects.services.members import add_members, remove_member, set_role
from apps.projects.services.messages import post_message
from apps.projects.services.participants import add_participants
from apps.projects.services.projects import AboutInput, change_about
from apps.projects.services.reactions import react
from apps.projects.services.sweeping import sweep_brought_files
from apps.projects.services.telegram_undo import begin_taking_back, can_take_back
from apps.projects.services.telegram_uploads import run_import
from tests.conftest import NOW
from tests.contacts.factories import PersonFactory

pytestmark = pytest.mark.django_db


def said(number, who, text, **more):
    row = {"id": number, "type": "message", "date": "2026-10-01T10:00:00", "from": who, "from_id": f"user{who}"}
    return {**row, "text": text, **more}


CHAT = {
    "name": "Site Oak",
    "type": "private_group",
    "id": 1,
    "messages": [
        {"id": 1, "type": "service", "date": "2026-10-01T09:00:00", "actor": "Bob Sales", "action": "create_group"},
        said(2, "Bob Sales", "Oak or pine?"),
        said(3, "Olena", "Oak", reply_to_message_id=2),
        said(4, "Stranger", "See the plan", file="files/plan.txt", file_name="plan.txt"),
        said(5, "Stranger", "And this", file="files/gone.txt", file_name="gone.txt"),
        {"id": 6, "type": "message", "date": "never"},
    ],
}


def packed(entries, **more):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, **more) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def upload(client, name, data):
    return client.post(reverse("projects:telegram_upload"), {"upload": SimpleUploadedFile(name, data)})


def bring(client, data=None, **chosen):
    """Upload, choose and let a worker do it; returns the operation."""
    data = data or packed({"Chat/result.json": json.dumps(CHAT), "Chat/files/plan.txt": "Oak"})
    preview = upload(client, "export.zip", data)["Location"]
    report = client.post(preview, {"title": "Site Oak", **chosen})
    assert report.status_code == 302, report.content
    operation = Operation.objects.get(verb="telegram.imported")
    operations.run(operation_id=operation.pk, now=NOW)
    operation.refresh_from_db()
    return operation


def test_a_zip_is_looked_at_mapped_and_imported(client, alice, bob):
    person = PersonFactory(display_name="Olena Koval")
    client.force_login(alice)
    location = upload(client, "export.zip", packed({"Chat/result.json": json.dumps(CHAT)}))["Location"]
    page = client.get(location).content.decode()
    for words in ("Site Oak", "Bob Sales", "Olena", "Stranger", "2 messages"):
        assert words in page
    operation = bring(client, **{"user-1": bob.pk, "entity-2": person.pk})
    assert operation.state == "done", operation.message
    group = Group.objects.get(title="Site Oak")
    by = dict(Message.objects.filter(group=group).values_list("text", "author__display_name"))
    assert by["Oak or pine?"] == "Bob Sales"
    assert Membership.objects.get(group=group, user=bob).left_at is None
    assert Membership.objects.get(group=group, entity=person)
    assert Attachment.objects.get(group=group).name == "plan.txt"
    report = client.get(reverse("projects:telegram_report", args=[operation.pk])).content.decode()
    assert "files/gone.txt" in report
    table = client.get(reverse("projects:telegram_rejections", args=[operation.pk])).content.decode()
    assert "files/gone.txt" in table
    assert table.count("\r\n") == 3
    assert operation.result["messages"] == 4
    assert run_import(operation, Progress(operation))["group"] == group.pk


def test_it_is_taken_back_as_a_whole_until_somebody_goes_on(client, alice, bob):
    client.force_login(alice)
    operation = bring(client)
    group = Group.objects.get(title="Site Oak")
    address = reverse("projects:telegram_take_back", args=[operation.pk])
    client.force_login(bob)
    assert client.post(address).status_code == 404
    assert client.get(reverse("projects:telegram_report", args=[operation.pk])).status_code == 404
    client.force_login(alice)
    assert "Take it back" in client.get(reverse("projects:telegram_report", args=[operation.pk])).content.decode()
    for _twice in range(2):
        client.post(address)
    for begun in Operation.objects.filter(verb="telegram.import_undone"):
        operations.run(operation_id=begun.pk, now=NOW)
    assert not Group.objects.filter(pk=group.pk).exists()
    assert not Message.objects.exists()
    assert not Membership.objects.exists()
    operation.refresh_from_db()
    assert operation.state == "undone"


def test_what_was_gone_on_with_stays(client, alice):
    client.force_login(alice)
    operation = bring(client)
    group = Group.objects.get(title="Site Oak")
    post_message(actor=alice, group=group, client_id="message-1", text="Go on", now=NOW)
    client.post(reverse("projects:telegram_take_back", args=[operation.pk]))
    assert not Operation.objects.filter(verb="telegram.import_undone").exists()
    assert Message.objects.filter(group=group).count() == 5


def demoted(alice, bob, group):
    add_members(actor=alice, group=group, users=[bob], now=NOW)
    set_role(actor=alice, member=Membership.objects.get(group=group, user=bob), role="owner", now=NOW)
    set_role(actor=bob, member=Membership.objects.get(group=group, user=alice), role="member", now=NOW)


def left(alice, bob, group):
    demoted(alice, bob, group)
    remove_member(actor=alice, member=Membership.objects.get(group=group, user=alice), now=NOW)


def reacted(alice, bob, group):
    react(actor=alice, message=Message.objects.get(group=group, seq=1), sign="👍", wanted=True, now=NOW)


def described(alice, bob, group):
    about = AboutInput(city="Lviv")
    change_about(actor=alice, project=group.project, data=about, seen_version=group.project.version, now=NOW)


def noted(alice, bob, group):
    person = PersonFactory(display_name="Olena Koval")
    add_note(actor=alice, entity=person, text="Measured", now=NOW, context=Context(CONTEXT, group.pk))


def peopled(alice, bob, group):
    person = PersonFactory(display_name="Olena Koval")
    add_participants(actor=alice, project=group.project, entities=[person], role="architect", now=NOW)


@pytest.mark.parametrize("work", [demoted, left, reacted, described, noted, peopled])
def test_what_was_worked_with_stays_whenever_that_was(work, client, alice, bob):
    client.force_login(alice)
    operation = bring(client)
    group = Group.objects.get(title="Site Oak")
    begun = begin_taking_back(actor=alice, done=operation, now=NOW)
    work(alice, bob, group)
    assert not can_take_back(alice, operation, now=NOW)
    operations.run(operation_id=begun.pk, now=NOW)
    begun.refresh_from_db()
    assert begun.state == "failed"
    assert Message.objects.filter(group=group).count() == 4


def test_what_is_taken_back_leaves_no_files_and_nobody_who_listens(client, alice, settings):
    client.force_login(alice)
    operation = bring(client)
    group = Group.objects.get(title="Site Oak")
    plan = File.objects.get(pk=Attachment.objects.get().file_id)
    settings.RAPPORT_PRIVATE_NETWORKS = ["127.0.0.0/8"]
    make_receiver(
        actor=alice, group=group, name="Office", url="http://127.0.0.1:9/x", types=(), sees_text=False, now=NOW
    )
    begun = begin_taking_back(actor=alice, done=operation, now=NOW)
    operations.run(operation_id=begun.pk, now=NOW)
    assert not WebhookEndpoint.objects.filter(removed_at=None).exists()
    sweep_brought_files(now=clock.now() + timedelta(days=9))
    assert not File.objects.filter(pk=plan.pk).exists()
    assert not files.path(plan).exists()


def test_an_export_leaves_the_disk_some_days_after_its_import_and_not_before(client, alice):
    client.force_login(alice)
    preview = upload(client, "result.json", json.dumps(CHAT).encode())["Location"]
    [brought] = BroughtFile.objects.all()
    client.post(preview, {"title": "Site Oak"})
    late = brought.brought_at + timedelta(days=9)
    assert sweep_brought_files(now=late) == 0
    operation = Operation.objects.get(verb="telegram.imported")
    operations.run(operation_id=operation.pk, now=NOW)
    assert sweep_brought_files(now=late) == 1
    assert not File.objects.filter(pk=brought.file_id).exists()
    assert Message.objects.count() == 4


def test_two_clicks_import_once_and_what_was_taken_back_comes_again(client, alice):
    client.force_login(alice)
    preview = upload(client, "result.json", json.dumps(CHAT).encode())["Location"]
    first, second = (client.post(f"{preview}?chat={chat}", {"title": "Site Oak"})["Location"] for chat in (0, 7))
    assert first == second
    [operation] = Operation.objects.filter(verb="telegram.imported")
    assert operation.parameters["chat"] == 0
    operations.run(operation_id=operation.pk, now=NOW)
    assert client.post(preview, {"title": "Site Oak"})["Location"] == first
    Operation.objects.filter(pk=operation.pk).update(state="undone")
    assert client.post(preview, {"title": "Site Oak"})["Location"] != first


def test_hostile_and_strange_files_are_refused_in_words(client, alice):
    client.force_login(alice)
    bomb = packed({"result.json": b"[" * 30_000_000})
    for name, data in (
        ("empty.json", b"{}"),
        ("list.json", b"[1, 2"),
        ("deep.json", b"[" * 200_000),
        ("none.zip", packed({"readme.txt": "Hello"})),
        ("bomb.zip", bomb),
        ("cut.zip", packed({"result.json": json.dumps(CHAT)})[:-40]),
    ):
        assert upload(client, name, data).status_code == 422, name
    assert client.get(reverse("projects:telegram_preview", args=["no-seal"])).status_code == 404


def test_files_outside_of_the_export_and_bombs_among_them_are_missing(client, alice):
    paths = ("../../etc/passwd", "/etc/passwd", "files/big.bin", "files\x00", "other/../plan.txt")
    chat = {**CHAT, "messages": [said(1, "Olena", "x", file=path, file_name="x") for path in paths]}
    data = packed({"Chat/result.json": json.dumps(chat), "Chat/files/big.bin": b"\0" * 20_000_000, "plan.txt": "Oak"})
    client.force_login(alice)
    operation = bring(client, data)
    assert (operation.result["files"], operation.result["missing_files"]) == (0, 5)


def test_anothers_upload_is_nobodys(client, alice, bob):
    client.force_login(alice)
    location = upload(client, "result.json", json.dumps(CHAT).encode())["Location"]
    assert client.get(location).status_code == 200
    client.force_login(bob)
    assert client.get(location).status_code == 404
