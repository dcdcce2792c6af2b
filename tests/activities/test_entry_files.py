"""Files kept with an entry of the history."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from apps.activities.models import Activity, ActivityFile
from apps.activities.services.entry_files import MOST_FILES, attach_files, detach_file
from apps.activities.services.notes import add_note
from apps.contacts.models import Entity
from apps.core.models import Operation
from apps.core.services.operations import undo
from tests.contacts.factories import PersonFactory


@pytest.fixture
def olena(everyone_folder) -> Entity:
    return PersonFactory(first_name="Olena", last_name="Koval")


def plan(name: str = "plan.txt") -> ContentFile[bytes]:
    return ContentFile(b"Oak, 24 pieces", name)


def test_a_file_comes_with_the_note_and_whoever_reads_it_has_it(client, alice, bob, olena):
    client.force_login(bob)
    given = {"kind": "note", "text": "The plan", "uploads": [SimpleUploadedFile("../plan.html", b"<b>Oak</b>")]}

    client.post(reverse("activities:activity_add", args=[olena.pk]), given)

    entry = Activity.objects.visible_to(alice).get()
    client.force_login(alice)
    page = client.get(reverse("contacts:entity", args=[olena.pk])).content.decode()
    assert "plan.html" in page
    answer = client.get(reverse("activities:activity_file", args=[entry.pk, entry.facts["files"][0][0]]))
    assert b"".join(answer.streaming_content) == b"<b>Oak</b>"
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["Content-Type"] == "application/octet-stream"


def test_the_file_of_a_private_note_is_its_authors_alone(client, alice, bob, olena, now):
    note = add_note(actor=bob, entity=olena, text="Mine", visibility="private", uploads=[plan()], now=now)
    url = reverse("activities:activity_file", args=[note.pk, note.files.get().pk])

    client.force_login(alice)
    assert client.get(url).status_code == 404
    client.force_login(bob)
    assert client.get(url).status_code == 200


def test_a_file_taken_off_comes_back_with_undo(alice, bob, olena, now):
    note = add_note(actor=bob, entity=olena, text="The plan", uploads=[plan()], now=now)
    with pytest.raises(PermissionDenied):
        detach_file(actor=alice, file=note.files.get(), now=now)

    operation = detach_file(actor=bob, file=note.files.get(), now=now)
    note.refresh_from_db()
    assert "files" not in note.facts

    undo(actor=bob, operation=Operation.objects.get(pk=operation or 0), now=now)
    note.refresh_from_db()
    assert [name for _pk, name, _size in note.facts["files"]] == ["plan.txt"]


def test_an_empty_file_or_too_many_are_refused_and_nothing_is_written(bob, olena, now):
    with pytest.raises(ValidationError, match="empty"):
        add_note(actor=bob, entity=olena, text="The plan", uploads=[plan(), ContentFile(b"", "none.txt")], now=now)
    assert not Activity.objects.exists()

    note = add_note(actor=bob, entity=olena, text="The plan", uploads=[plan()] * MOST_FILES, now=now)
    with pytest.raises(ValidationError, match="files at most"):
        attach_files(actor=bob, activity=note, uploads=[plan()], now=now)
    assert ActivityFile.objects.count() == MOST_FILES
