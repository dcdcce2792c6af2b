"""import_contacts and export_contacts as the command line has them (C5)."""

from __future__ import annotations

import io
import json

import pytest
from django.core.management import CommandError, call_command

from apps.accounts.models import AuditEvent, User
from apps.contacts.models import Entity, Folder
from apps.core.models import Operation
from apps.core.services.operations import undo
from tests.conftest import NOW

pytestmark = pytest.mark.django_db

CARDS = "".join(
    f"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:{name}\r\nN:{name.split()[1]};{name.split()[0]};;;\r\nEND:VCARD\r\n"
    for name in ("Olena Koval", "Ivan Petrenko")
)


@pytest.fixture
def contacts(tmp_path):
    (tmp_path / "inside").mkdir()
    (tmp_path / "two.vcf").write_text(CARDS)
    (tmp_path / "inside" / "one.csv").write_text("Name,E-mail\nNova Osoba,nova@example.com\n")
    (tmp_path / "inside" / "notes.txt").write_text("nothing to import")
    return tmp_path


def run(*arguments, **options):
    out, err = io.StringIO(), io.StringIO()
    try:
        call_command("import_contacts", *map(str, arguments), stdout=out, stderr=err, **options)
        code = 0
    except SystemExit as stop:
        code = int(stop.code or 0)
    return code, out.getvalue(), err.getvalue()


def test_folders_are_walked_and_counts_are_one_json_object(ada, contacts):
    code, out, _ = run(contacts, "--json")

    report = json.loads(out)
    assert code == 0
    assert (report["read"], report["created"], report["skipped"], report["rejected"]) == (3, 3, 0, 0)
    assert report["rejections"] == []
    assert Operation.objects.get(verb="entities.imported").state == "done"


def test_duplicates_are_skipped_by_default(ada, contacts):
    run(contacts)

    _, out, _ = run(contacts, "--json")

    assert json.loads(out)["skipped"] == 3


def test_a_file_that_cannot_be_read_gives_code_2_and_the_others_come_in(ada, contacts):
    (contacts / "picture.vcf").write_bytes(b"\x89PNG\r\n\x1a\n\0\0\0\0")

    code, out, err = run(contacts / "picture.vcf", contacts / "missing.vcf", contacts / "two.vcf", "--json")

    assert code == 2
    report = json.loads(out)
    assert report["created"] == 2
    assert len(report["unreadable"]) == 2
    assert "picture.vcf" in err


def test_rejections_name_file_record_and_reason_and_give_code_0(ada, tmp_path):
    path = tmp_path / "bad.csv"
    path.write_text('Name,E-mail\nGood One,good@example.com\n"broken,bad@example.com\n')

    code, out, _ = run(path, "--json")

    report = json.loads(out)
    assert code == 0
    assert report["rejections"] == [{"file": str(path), "index": 2, "reason": report["rejections"][0]["reason"]}]


def test_a_dry_run_writes_nothing(ada, contacts):
    _, out, _ = run(contacts, "--dry-run", "--json")

    assert json.loads(out)["created"] == 3
    assert not Entity.objects.filter(source="import").exists()
    assert not Operation.objects.exists()


def test_contacts_go_into_the_folder_named(ada, contacts):
    folder = Folder.objects.create(name="Suppliers")

    run(contacts, "--folder", "Suppliers")

    assert Entity.objects.filter(folder=folder).count() == 3


def test_the_command_works_on_behalf_of_a_user(ada, bob, contacts):
    run(contacts, "--as", "bob@example.com")

    assert set(Entity.objects.filter(source="import").values_list("owner", flat=True)) == {bob.pk}
    with pytest.raises(CommandError, match="nobody@"):
        call_command("import_contacts", str(contacts), "--as", "nobody@example.com")


def test_without_any_user_the_system_itself_imports(db, contacts):
    code, _, _ = run(contacts)

    assert code == 0
    assert not User.objects.get().has_usable_password()


def test_an_import_by_command_can_be_undone(ada, contacts):
    run(contacts)

    result = undo(actor=ada, operation=Operation.objects.get(verb="entities.imported"), now=NOW)

    assert result.conflicts == []


@pytest.mark.parametrize("key", ["vcard", "csv", "ldif", "sql"])
def test_what_the_export_writes_the_import_reads(ada, contacts, tmp_path, key):
    run(contacts)
    names = set(Entity.objects.filter(source="import").values_list("display_name", flat=True))
    target = tmp_path / "out.bin"

    call_command("export_contacts", "--format", key, "--output", str(target))
    Entity.objects.filter(source="import").delete()
    run(target)

    assert set(Entity.objects.filter(source="import").values_list("display_name", flat=True)) == names
    event = AuditEvent.objects.get(verb="contacts.exported")
    assert event.details["format"] == key


def test_only_the_folder_asked_for_is_exported(ada, contacts):
    run(contacts / "two.vcf", "--folder", "Suppliers")
    run(contacts / "inside")
    out = io.StringIO()

    call_command("export_contacts", "--format", "vcard", "--folder", "Suppliers", stdout=out)

    assert "Koval" in out.getvalue()
    assert "nova@" not in out.getvalue()
