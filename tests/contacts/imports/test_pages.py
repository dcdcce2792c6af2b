"""The pages of an import: from the drop zone to the report, and what is refused on the way."""

from __future__ import annotations

import io
import zipfile

import pytest
from django.urls import reverse

from apps.contacts.models import Entity, Import, ImportReview
from apps.core.models import Operation
from tests.contacts.imports.conftest import CSV, person

pytestmark = pytest.mark.django_db


def detail(contact_import):
    return reverse("contacts:import_detail", args=[contact_import.pk])


def test_a_file_is_previewed_imported_and_reported(client, upload, work):
    page = upload(("people.csv", CSV))
    found = Import.objects.get()
    assert b"Olena" in page.content
    assert b"Shoe size" in page.content

    client.post(detail(found), {"do": "start", "duplicates": "skip"})
    assert b"operation-progress" in client.get(detail(found)).content
    work()

    report = client.get(detail(found))
    assert Entity.objects.people().filter(source="import").count() == 2
    found.refresh_from_db()
    assert (found.read, found.created, found.position) == (2, 2, 2)
    assert b"2 contacts came in" in report.content
    assert found.file_name.encode() in client.get(reverse("contacts:import")).content


def test_the_mapping_can_be_changed_before_the_start(client, upload, work):
    upload(("people.csv", CSV))
    found = Import.objects.get()

    client.post(
        detail(found),
        {
            "do": "start", "duplicates": "skip", "file-0-shown": "1", "file-0-title-3": "Shoe size",
            "file-0-column-3": "nickname",
            "file-0-title-1": "Last Name", "file-0-column-1": "ignore",
        },
    )  # fmt: skip
    work()

    assert set(Entity.objects.filter(source="import").values_list("first_name", "last_name", "nickname")) == {
        ("Olena", "", "38"),
        ("Ivan", "", "44"),
    }


def test_another_encoding_is_looked_at_again(client, upload):
    upload(("people.csv", "Имя;Фамилия\nОлена;Коваль\n".encode("cp1251")))
    found = Import.objects.get()

    page = client.post(
        detail(found),
        {"do": "look", "duplicates": "skip", "file-0-shown": "1", "file-0-encoding": "koi8_r"},
        follow=True,
    )

    assert "Олена" not in page.content.decode()
    page = client.post(
        detail(found),
        {"do": "look", "duplicates": "skip", "file-0-shown": "1", "file-0-encoding": "cp1251"},
        follow=True,
    )
    assert "Олена" in page.content.decode()


def test_a_trial_counts_and_writes_nothing(client, upload, work):
    upload(("people.csv", CSV))
    found = Import.objects.get()
    before = Entity.objects.count()

    client.post(detail(found), {"do": "try", "duplicates": "skip"})
    work()

    page = client.get(detail(found)).content.decode()
    assert "What it would do" in page
    assert Entity.objects.count() == before
    assert Operation.objects.get(verb="entities.import_tried").result["created"] == 2


def test_several_files_are_one_import_and_one_undo(client, alice, upload, work):
    upload(("people.csv", CSV), ("one.vcf", b"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Nur Wort\r\nEND:VCARD\r\n"))
    found = Import.objects.get()
    before = Entity.objects.count()
    client.post(detail(found), {"do": "start", "duplicates": "skip"})
    work()
    assert Entity.objects.count() == before + 3

    found.refresh_from_db()
    client.post(reverse("core:operation_undo", args=[found.operation_id]))

    assert Entity.objects.count() == before
    assert Operation.objects.get(pk=found.operation_id or 0).state == "undone"


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("photo.png", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8, "picture"),
        ("empty.csv", b"", "empty"),
        ("blank.csv", b" \n \n", "blanks"),
        ("broken.zip", b"PK\x03\x04 this is no archive at all", "archive"),
    ],
)
def test_what_is_no_file_of_contacts_is_refused_at_the_field(upload, name, content, says):
    page = upload((name, content))

    assert page.status_code == 422
    assert says in page.content.decode()
    assert not Import.objects.exists()


def packed(**members: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "."), content)
    return buffer.getvalue()


def test_an_archive_is_opened(client, upload, work):
    upload(("all.zip", packed(people__csv=CSV, readme__md=b"# no contacts")))
    found = Import.objects.get()
    client.post(detail(found), {"do": "start", "duplicates": "skip"})
    work()

    assert Entity.objects.filter(source="import").count() == 2


def test_an_archive_that_would_fill_the_disk_is_not_opened(upload):
    page = upload(("bomb.zip", packed(zeros__csv=b"0" * 30_000_000)))

    assert page.status_code == 422
    assert "unpacks to far more" in page.content.decode()


def test_rejected_records_can_be_downloaded_as_a_harmless_table(client, upload, work):
    upload(("people.csv", b'Name,E-mail\nGood,good@example.com\n"=cmd|calc,bad@example.com\n'))
    found = Import.objects.get()
    client.post(detail(found), {"do": "start", "duplicates": "skip"})
    work()

    answer = client.get(reverse("contacts:import_rejections", args=[found.pk]))
    text = b"".join(answer.streaming_content).decode()

    assert answer["Content-Disposition"].endswith('people-rejections.csv"')
    assert "quotes" in text
    assert "\n=cmd" not in text.replace(",=cmd", "\n=cmd")


def test_records_that_look_like_contacts_here_wait_for_a_decision(client, alice, upload, work, bring):
    bring(person("Olena", "Koval", email="olena@example.com"), person("Ivan", "Petrenko", email="ivan@example.com"))
    upload(("people.csv", CSV + b"Nova,Osoba,nova@example.com,40\n"))
    found = Import.objects.get()
    client.post(detail(found), {"do": "start", "duplicates": "ask"})
    work()
    found.refresh_from_db()
    assert (found.created, found.skipped) == (1, 2)
    page = client.get(reverse("contacts:import_review", args=[found.pk]))
    assert b"olena@example.com" in page.content
    first, second = ImportReview.objects.order_by("pk")

    client.post(
        reverse("contacts:import_review", args=[found.pk]),
        {f"decision-{first.pk}": "create", f"decision-{second.pk}": "skip"},
    )

    found.refresh_from_db()
    assert (found.created, found.skipped, found.read) == (2, 1, 3)
    assert Entity.objects.filter(last_name="Koval").count() == 2
    client.post(reverse("core:operation_undo", args=[found.operation_id]))
    assert Entity.objects.filter(last_name="Koval").count() == 1


def test_only_who_brought_a_file_sees_its_import(client, bob, upload):
    upload(("people.csv", CSV))
    found = Import.objects.get()
    client.force_login(bob)

    assert client.get(detail(found)).status_code == 404
    assert client.get(reverse("contacts:import_rejections", args=[found.pk])).status_code == 404
    assert client.get(reverse("contacts:import_review", args=[found.pk])).status_code == 404


def test_dealers_import_nothing(client, dora):
    client.force_login(dora)

    assert client.get(reverse("contacts:import")).status_code == 403
    assert client.post(reverse("contacts:export")).status_code == 403
