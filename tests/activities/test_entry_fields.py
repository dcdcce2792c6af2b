"""Values of a kind's own fields: written in the sheet, read on timelines, corrected, put back, over the API."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.base import ContentFile
from django.urls import reverse

from apps.activities.models import Activity, ActivityKind
from apps.activities.selectors.kind_fields import target_of
from apps.activities.selectors.log import log_of_all
from apps.activities.selectors.timelines import timeline_of
from apps.activities.services.kinds import make_kind
from apps.activities.services.notes import add_note, edit_activity
from apps.contacts.models import Entity, FieldDefinition
from apps.contacts.services.fields import ChoiceInput, define_field, retire_field
from apps.core.models import Operation
from apps.core.services.operations import undo
from tests.activities.test_task_api import api_of  # noqa: F401  a fixture
from tests.contacts.factories import FolderFactory, PersonFactory

pytestmark = pytest.mark.django_db
LATER = datetime(2027, 1, 1, tzinfo=UTC)


@pytest.fixture
def olena(everyone_folder) -> Entity:
    return PersonFactory(first_name="Olena", last_name="Koval")


@pytest.fixture
def visit(ada, now) -> ActivityKind:
    """A visit says how many floors there are, perhaps of what wood, and when it goes on."""
    kind = make_kind(actor=ada, name="Visit", icon="map-pin", now=now)
    define(ada, now, "Floors", "number", is_required=True)
    define(ada, now, "Wood", "choice", choices=[ChoiceInput("Oak"), ChoiceInput("Larch")], default="Oak")
    define(ada, now, "Next on", "date")
    return kind


def define(actor, now, label, field_type, **fields) -> FieldDefinition:
    return define_field(actor=actor, target=target_of("visit"), label=label, field_type=field_type, now=now, **fields)


def field(key) -> FieldDefinition:
    return FieldDefinition.objects.get(key=key)


def test_the_sheet_shows_the_fields_of_the_chosen_kind_and_keeps_what_is_typed(client, bob, visit, olena):
    client.force_login(bob)
    address = reverse("activities:activity_add", args=[olena.pk])
    htmx = {"HX-Request": "true", "HX-Target": "entry-fields"}

    note = client.get(address).content.decode()
    fields = client.get(address, {"kind": "visit"}, headers=htmx).content.decode()
    client.post(
        address,
        {"kind": "visit", "fields_of": "visit", "text": "Measured", "custom-floors": "2", "custom-wood": "larch"}
        | {"custom-next_on": "2026-12-01", "visibility": "public"},
    )

    assert 'name="custom-floors"' not in note
    assert f'hx-get="{address}"' in note
    assert fields.strip().startswith('<div class="entry-fields" id="entry-fields">')
    assert '<option value="oak" selected>' in fields  # the default
    entry = Activity.objects.get()
    assert entry.facts == {"fields": {"floors": 2, "wood": "larch", "next_on": "2026-12-01"}}
    page = client.get(reverse("contacts:entity", args=[olena.pk])).content.decode()
    assert "<dt>Floors</dt> <dd>2</dd>" in page
    assert "<dt>Wood</dt> <dd>Larch</dd>" in page
    assert "2026-12-01" not in page  # but as its reader writes days


def test_without_scripts_the_fields_come_as_a_second_step(client, bob, visit, olena):
    client.force_login(bob)
    address = reverse("activities:activity_add", args=[olena.pk])

    step = client.post(address, {"kind": "visit", "fields_of": "note", "text": "Measured", "visibility": "team"})
    shown = step.content.decode()

    assert step.status_code == 200
    assert not Activity.objects.exists()
    assert 'name="custom-floors"' in shown
    assert "Measured" in shown
    assert '<option value="team" selected>' in shown
    assert "Fill in the fields of this kind" in shown


def test_a_value_that_is_needed_or_wrong_is_told_at_its_field(client, bob, visit, olena, now):
    client.force_login(bob)
    address = reverse("activities:activity_add", args=[olena.pk])
    sent = {"kind": "visit", "fields_of": "visit", "text": "Measured", "custom-floors": "many"}

    answer = client.post(address, sent)

    assert answer.status_code == 422
    assert "is not a number" in answer.content.decode()
    assert 'id="id_custom-floors_error"' in answer.content.decode()
    for fields in ({}, {"floors": "1", "colour": "red"}):
        with pytest.raises(ValidationError):
            add_note(actor=bob, entity=olena, text="Measured", kind="visit", fields=fields, now=now)
    with pytest.raises(ValidationError, match="no such field"):
        add_note(actor=bob, entity=olena, text="Only words", fields={"floors": "1"}, now=now)
    assert not Activity.objects.exists()


def test_a_corrected_value_stands_in_the_log_and_undo_puts_it_back(client, ada, bob, visit, olena, now):
    entry = add_note(actor=bob, entity=olena, text="Measured", kind="visit", fields={"floors": 2}, now=now)
    client.force_login(bob)
    address = reverse("activities:activity_edit", args=[entry.pk])
    sheet = client.get(address).content.decode()
    sent = {"text": "Measured", "visibility": "public", "entities": [olena.pk], "custom-floors": "3"}

    client.post(address, sent | {"uploads": [ContentFile(b"Oak", "plan.txt")]})

    assert 'name="custom-floors" value="2"' in sheet
    entry.refresh_from_db()
    assert entry.facts["fields"] == {"floors": 3}  # the wood was emptied
    edited = Operation.objects.get(verb="activity.edited")
    log = next(each for each in log_of_all(ada).entries if each.what == "History entry edited")
    told = [each for touched in log.touched if touched.kind == "updated" for each in touched.fields]
    assert [(each.title, each.before, each.after) for each in told] == [
        ("Floors", "2", "3"),
        ("Wood", "Oak", ""),
    ]

    assert undo(actor=bob, operation=edited, now=now).conflicts == []

    entry.refresh_from_db()
    assert entry.facts["fields"] == {"floors": 2, "wood": "oak"}
    assert [name for _pk, name, _size in entry.facts["files"]] == ["plan.txt"]


def test_nobody_else_corrects_the_fields_of_an_entry(client, alice, bob, visit, olena, now):
    entry = add_note(actor=bob, entity=olena, text="Measured", kind="visit", fields={"floors": 2}, now=now)
    client.force_login(alice)

    answer = client.post(reverse("activities:activity_edit", args=[entry.pk]), {"text": "x", "custom-floors": "9"})

    assert answer.status_code == 403
    with pytest.raises(PermissionDenied):
        edit_activity(actor=alice, activity=entry, text="x", fields={"floors": 9}, now=now)
    entry.refresh_from_db()
    assert entry.facts["fields"]["floors"] == 2


def test_a_retired_field_is_shown_nowhere_and_keeps_its_values(client, ada, bob, visit, olena, now):
    given = {"floors": 2, "wood": "larch"}
    entry = add_note(actor=bob, entity=olena, text="Measured", kind="visit", fields=given, now=now)
    retire_field(actor=ada, definition=field("wood"), now=now)
    client.force_login(bob)

    page = client.get(reverse("contacts:entity", args=[olena.pk])).content.decode()
    edit_activity(actor=bob, activity=entry, text="Measured twice", fields={"floors": 4}, now=now)

    assert "Floors" in page
    assert "Larch" not in page
    with pytest.raises(ValidationError, match="no such field"):
        edit_activity(actor=bob, activity=entry, text="Measured", fields={"wood": "oak"}, now=now)
    entry.refresh_from_db()
    assert entry.facts["fields"] == {"floors": 4, "wood": "larch"}
    retire_field(actor=ada, definition=field("wood"), retired=False, now=now)
    assert "Larch" in client.get(reverse("contacts:entity", args=[olena.pk])).content.decode()


def test_values_lead_where_they_point(client, ada, bob, visit, olena, now):
    for label, kind in (("Site", "url"), ("Foreman", "phone"), ("Mail", "email"), ("Dry", "yes_no")):
        define(ada, now, label, kind)
    given = {"floors": 1, "site": "build.example/<b>", "foreman": "+380441234567", "mail": "a@b.example", "dry": False}
    with pytest.raises(ValidationError):
        add_note(actor=bob, entity=olena, text="x", kind="visit", fields=given | {"site": "javascript:x"}, now=now)
    add_note(actor=bob, entity=olena, text="Measured", kind="visit", fields=given | {"site": "build.example"}, now=now)
    client.force_login(bob)

    page = client.get(reverse("contacts:entity", args=[olena.pk])).content.decode()

    assert '<a href="https://build.example">https://build.example</a>' in page
    assert '<a href="mailto:a@b.example">' in page
    assert '<a href="tel:' in page
    assert "<dt>Dry</dt> <dd>no</dd>" in page


def test_a_page_of_visits_asks_no_more_than_a_page_of_notes(bob, visit, olena, now, django_assert_max_num_queries):
    for number in range(20):
        add_note(actor=bob, entity=olena, text=f"{number}", kind="visit", fields={"floors": number}, now=now)
    timeline_of(olena, user=bob, now=LATER)

    with django_assert_max_num_queries(4):  # the kind itself is one of them
        page = timeline_of(olena, user=bob, now=LATER)

    assert {each.own_fields[0].label for each in page.entries} == {"Floors"}


def test_a_program_writes_and_reads_fields_of_a_kind(bob, charlie, visit, olena, api_of):  # noqa: F811
    api = api_of(bob)
    sent = {"contact_id": olena.pk, "kind": "visit", "text": "Measured"}

    refused = api("POST", "/activities/notes", sent | {"fields": {"floors": "many", "wood": "oak"}})
    made = api("POST", "/activities/notes", sent | {"fields": {"floors": "1 200", "wood": "Larch"}})
    read = api("GET", f"/activities/{made.json()['id']}").json()

    assert refused.status_code == 422
    assert list(refused.json()["errors"]) == ["fields.floors"]
    assert made.status_code == 201
    assert (read["fields"], read["facts"]) == ({"floors": 1200, "wood": "larch"}, {})
    assert api("GET", "/activities?kind=visit").json()["items"][0]["fields"] == read["fields"]
    Entity.objects.filter(pk=olena.pk).update(folder=FolderFactory(kind="restricted"))
    assert api_of(charlie)("GET", f"/activities/{read['id']}").status_code == 404
