"""Real files: as many contacts come in as independent parsers found."""

from __future__ import annotations

import io
import json

import pytest
from django.core.management import call_command

from apps.contacts.models import EmailAddress, Entity
from tests.contacts.imports.test_round_trip import differences, there_and_back

pytestmark = [pytest.mark.django_db, pytest.mark.corpus]


def report_of(*arguments):
    out = io.StringIO()
    call_command("import_contacts", *map(str, arguments), "--json", stdout=out, stderr=io.StringIO())
    return json.loads(out.getvalue())


def expectations(corpus, kind):
    expected = json.loads((corpus / "expected.json").read_text())
    return {name: entry for name, entry in expected.items() if name.startswith(f"{kind}/")}


def test_every_vcard_comes_in_as_often_as_expected(ada, corpus):
    expected = expectations(corpus, "vcard")
    counted = {name: entry["contacts"] for name, entry in expected.items() if "contacts" in entry}

    reports = {name: report_of(corpus / name, "--duplicates", "create") for name in counted}

    assert {name: report["created"] for name, report in reports.items()} == counted
    assert all(report["rejections"] == [] for report in reports.values())


def test_all_vcards_together_add_up(ada, corpus):
    expected = expectations(corpus, "vcard")
    at_least = sum(entry.get("contacts", 0) for entry in expected.values())

    report = report_of(*sorted((corpus / "vcard").iterdir()), "--duplicates", "create")

    assert report["created"] >= at_least
    assert report["read"] == report["created"] + report["updated"] + report["skipped"] + report["rejected"]


def test_all_vcards_twice_are_there_once(ada, corpus):
    first = report_of(corpus / "vcard")
    there = Entity.objects.count()

    second = report_of(corpus / "vcard")

    assert first["rejected"] == second["rejected"] == 0
    # A card with neither name nor address nor number is nobody who could be met again.
    nobody = Entity.objects.filter(display_name="(no name)", emails=None, phones=None).count()
    assert (second["created"], second["organisations"]) == (nobody // 2, 0)
    assert Entity.objects.count() == there + nobody // 2


@pytest.mark.parametrize("key", ["vcard", "vcard3", "csv", "sql"])
def test_all_that_came_in_comes_back_from_an_export(ada, corpus, key):
    report_of(corpus / "vcard", corpus / "csv", corpus / "ldif")

    before, after = there_and_back(ada, key)

    assert len(after) > 400
    assert [each for each in differences(before, after, *(["folder"] if "vcard" in key else [])) if each] == []


def test_every_row_of_the_tables_comes_in(ada, corpus):
    expected = expectations(corpus, "csv")
    counted = {name: entry["rows"] for name, entry in expected.items() if "rows" in entry and not entry.get("broken")}

    reports = {name: report_of(corpus / name, "--duplicates", "create") for name in counted}

    assert {name: report["created"] for name, report in reports.items()} == counted


def test_addresses_of_the_tables_are_found_afterwards(ada, corpus):
    expected = expectations(corpus, "csv")
    wanted = {address.lower() for entry in expected.values() for address in entry.get("emails", []) if "rows" in entry}

    report_of(corpus / "csv", "--duplicates", "create")

    there = {address.lower() for address in EmailAddress.objects.values_list("address", flat=True)}
    assert wanted <= there


def test_people_of_directories_come_in_and_other_entries_are_skipped(ada, corpus):
    expected = expectations(corpus, "ldif")
    counted = {name: entry for name, entry in expected.items() if "entries" in entry}

    reports = {name: report_of(corpus / name, "--duplicates", "create") for name in counted}

    for name, entry in counted.items():
        report = reports[name]
        assert report["read"] == entry["entries"], name
        assert report["created"] >= entry["person_entries"], name
        assert report["rejected"] == 0, name


def test_change_records_are_never_applied(ada, corpus):
    broken = [name for name, entry in expectations(corpus, "ldif").items() if "must" in entry]

    for name in broken:
        report = report_of(corpus / name)
        assert report["skipped"] + report["rejected"] > 0, name
