"""The page of a contact: what it asks the database, what is changed on it, and how it goes and comes back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.activities.models import Activity, ActivityEntity
from apps.contacts.models import (
    Entity,
    Favourite,
    FolderPermission,
    Link,
    Participant,
    PhoneNumber,
    Recent,
    Relationship,
    RelationshipType,
    Unit,
)
from apps.contacts.models.rights import forget_rights
from apps.contacts.services.categories import set_categories
from apps.contacts.services.details import add_phone
from apps.contacts.services.entities import create_entity, update_entity
from apps.contacts.services.fields import define_field
from apps.contacts.services.inputs import EmailInput, EntityInput, JobInput, LinkInput, PhoneInput, UnitInput
from apps.contacts.services.relationships import ParticipantInput, add_relationship
from tests.contacts.factories import CategoryFactory, FolderFactory
from tests.core.home import whole_home


@pytest.fixture
def olena(bob, now) -> Entity:
    given = EntityInput(
        first_name="Olena",
        last_name="Koval",
        category_ids=[CategoryFactory(name="Partners").pk],
        units=[
            UnitInput(
                city="Lviv",
                phones=[PhoneInput("+380 44 123 45 67", kind="mobile"), PhoneInput("+380 44 765 43 21")],
                emails=[EmailInput("olena@example.com")],
                links=[LinkInput("https://shop.example.com", username="olena", password="letmein")],
            ),
            UnitInput(kind="home", city="Kyiv"),
        ],
        jobs=[JobInput(organisation_name="Vikna Plus", title="Buyer")],
    )
    return create_entity(actor=bob, data=given, now=now)


def page(client, entity, path="") -> str:
    response = client.get(f"/contacts/{entity.pk}/{path}")
    assert response.status_code == 200
    content: str = response.content.decode()
    return content


@pytest.mark.parametrize("kind", ["person", "organisation"])
def test_a_page_asks_twelve_times_at_most_with_ten_thousand_entries(client, ada, bob, now, olena, kind):
    firm = Entity.objects.get(display_name="Vikna Plus")
    knows = RelationshipType.objects.get(key="knows")
    for number in range(4):
        given = EntityInput(last_name=f"Bondar{number}", jobs=[JobInput(organisation_id=firm.pk, title="Clerk")])
        friend = create_entity(actor=bob, data=given, now=now)
        ends = [ParticipantInput(olena.pk, "source"), ParticipantInput(friend.pk, "target")]
        add_relationship(actor=bob, type=knows, participants=ends, now=now)
    for label, target in (("Wood", "person"), ("Size", "organisation"), ("Gate", "unit")):
        define_field(actor=ada, target=target, label=label, field_type="text", now=now)
    shown = olena if kind == "person" else firm
    fill_timeline(shown, bob, now, count=10_000)
    client.force_login(bob)

    for tab in ("", "details/", "relations/", "events/", "files/"):
        page(client, shown, tab)
        with CaptureQueriesContext(connection) as queries:
            content = page(client, shown, tab)
        assert len(queries) <= 12, "\n".join([tab, *(query["sql"] for query in queries)])
        assert len(content) < 100_000, tab
        assert "Note 9999" in content, tab


def fill_timeline(entity, actor, now, *, count):
    moments = [now + timedelta(minutes=number) for number in range(count)]
    rows = Activity.objects.bulk_create(
        Activity(
            kind="note",
            verb="note.added",
            actor=actor,
            occurred_at=at,
            created_at=at,
            snippet=f"Note {number}",
            audience=[entity.folder_id],
        )
        for number, at in enumerate(moments)
    )
    ActivityEntity.objects.bulk_create(
        ActivityEntity(activity=row, entity=entity, occurred_at=row.occurred_at) for row in rows
    )


def test_a_section_is_saved_in_place_and_says_what_it_did_not_understand(client, bob, olena):
    client.force_login(bob)
    address = f"/contacts/{olena.pk}/edit/about/"
    typed = {"version": olena.version, "birthday": "sometime"}

    refused = client.post(address, typed, headers={"hx-request": "true"})
    assert refused.status_code == 422
    assert "no day we know" in refused.content.decode()
    saved = client.post(address, {**typed, "birthday": "12.04.1985"}, headers={"hx-request": "true"})
    assert saved.status_code == 200
    assert 'id="section-about"' in saved.content.decode()
    assert Entity.objects.get(pk=olena.pk).birthday == "1985-04-12"
    assert client.get(f"/contacts/{olena.pk}/edit/nothing/").status_code == 302


def test_the_second_of_two_savers_decides_where_both_changed_and_leaves_the_rest(client, alice, bob, now, olena):
    client.force_login(bob)
    address = f"/contacts/{olena.pk}/edit/name/"
    mine = {"version": olena.version, "first_name": "Olena", "last_name": "Kovalenko", "nickname": "", "prefix": "Dr"}
    theirs = {"last_name": "Kovalchuk", "nickname": "Olya"}
    update_entity(actor=alice, entity=olena, fields=theirs, expected_version=olena.version, now=now)

    told = client.post(address, mine)
    assert told.status_code == 409
    assert {"Kovalenko", "Kovalchuk"} <= set(told.content.decode().replace("<", ">").split(">"))
    assert Entity.objects.get(pk=olena.pk).last_name == "Kovalchuk"
    client.post(address, mine | hidden_of(told))

    saved = Entity.objects.get(pk=olena.pk)
    assert (saved.last_name, saved.prefix, saved.nickname) == ("Kovalenko", "Dr", "Olya")


def test_who_is_told_may_also_go_back_to_what_stood_there_before(client, alice, bob, now, olena):
    client.force_login(bob)
    address = f"/contacts/{olena.pk}/edit/notes/"
    update_entity(actor=alice, entity=olena, fields={"notes": "Oak"}, expected_version=olena.version, now=now)

    told = client.post(address, {"version": olena.version, "notes": "Larch"})
    client.post(address, {**hidden_of(told), "notes": ""})
    assert Entity.objects.get(pk=olena.pk).notes == ""


def test_two_who_file_a_contact_add_up(client, alice, bob, now, olena):
    client.force_login(bob)
    address = f"/contacts/{olena.pk}/edit/filing/"
    hidden = hidden_of(client.get(address))
    ours, theirs = CategoryFactory(name="Builders"), CategoryFactory(name="Press")
    partners = olena.categories.get()
    set_categories(actor=alice, entity=olena, category_ids=[partners.pk, theirs.pk], now=now)

    client.post(address, {**hidden, "folder": olena.folder_id, "categories": [ours.pk]})
    assert set(olena.categories.values_list("name", flat=True)) == {"Builders", "Press"}


def hidden_of(response) -> dict[str, str]:
    form = response.context["form"]
    return {field.name: str(field.value() or "") for field in form.hidden_fields()}


def test_one_form_makes_a_contact_with_all_that_is_known(client, bob):
    client.force_login(bob)
    rows = {f"{name}-{key}": value for name in ("phones", "emails", "links") for key, value in FORMSET.items()}
    typed = {"kind": "person", "folder": "1", "unit-kind": "work", "unit-city": "Lviv", "unit-country": "UA", **rows}

    refused = client.post("/contacts/new/", typed)
    assert refused.status_code == 422
    assert "first or a last name" in refused.content.decode()
    folder = refused.context["form"].fields["folder"].initial
    typed |= {"folder": folder, "last_name": "Koval", "company": "Vikna Plus", "job_title": "Buyer"}
    typed |= {"phones-0-raw": "044 123 45 67", "emails-0-address": "olena@example.com", "links-0-url": "vikna.example"}
    made = client.post("/contacts/new/", typed)

    person = Entity.objects.get(last_name="Koval")
    assert made["Location"] == f"/contacts/{person.pk}/"
    assert (person.city, person.organisation, person.job_title) == ("Lviv", "Vikna Plus", "Buyer")
    assert (person.primary_phone, person.primary_email) == ("+380441234567", "olena@example.com")
    assert Link.objects.get(entity=person).url == "https://vikna.example"


FORMSET = {"TOTAL_FORMS": "1", "INITIAL_FORMS": "0", "MIN_NUM_FORMS": "0", "MAX_NUM_FORMS": "100"}


def test_a_web_address_fills_the_form(client, bob):
    client.force_login(bob)

    content = client.get("/contacts/new/?url=https://www.vikna-plus.example/about").content.decode()
    assert 'value="Vikna Plus"' in content
    assert 'value="https://www.vikna-plus.example/about"' in content
    assert 'value="javascript:' not in client.get("/contacts/new/?url=javascript:alert(1)").content.decode()


def rows_of(unit) -> dict[str, object]:
    """What the browser sends of a place that nobody has touched."""
    fields = {"phones": "raw", "emails": "address", "links": "url"}
    typed: dict[str, object] = {"version": Entity.objects.get(pk=unit.entity_id).version, "kind": unit.kind}
    typed |= {"city": unit.city, "is_primary": "on"}
    for name, field in fields.items():
        details = list(getattr(unit, name).order_by("pk"))
        typed |= {f"{name}-{key}": value for key, value in FORMSET.items()}
        typed |= {f"{name}-TOTAL_FORMS": len(details) + 1, f"{name}-INITIAL_FORMS": len(details)}
        for number, detail in enumerate(details):
            typed |= {f"{name}-{number}-id": detail.pk, f"{name}-{number}-{field}": getattr(detail, field)}
            if name == "links":
                typed[f"{name}-{number}-username"] = detail.username
    return typed


def test_a_place_is_saved_with_its_rows_and_a_colleagues_new_row_stays(client, bob, alice, now, olena):
    unit = Unit.objects.get(entity=olena, is_primary=True)
    typed = rows_of(unit)
    typed |= {"phones-1-raw": "", "phones-2-raw": "+380 67 000 11 22", "city": "Odesa"}
    client.force_login(bob)
    add_phone(actor=alice, entity=olena, data=PhoneInput("+380 50 999 88 77"), now=now, unit=unit)

    saved = client.post(f"/contacts/{olena.pk}/units/{unit.pk}/", typed)
    assert saved.status_code == 302
    numbers = set(PhoneNumber.objects.filter(unit=unit).values_list("e164", flat=True))
    assert numbers == {"+380441234567", "+380670001122", "+380509998877"}
    assert Entity.objects.get(pk=olena.pk).city == "Odesa"
    assert Link.objects.get(unit=unit).password != ""


def test_places_are_added_made_the_main_one_and_removed(client, bob, olena):
    client.force_login(bob)
    home = Unit.objects.get(entity=olena, kind="home")

    client.post(f"/contacts/{olena.pk}/units/{home.pk}/primary/")
    assert Entity.objects.get(pk=olena.pk).city == "Kyiv"
    client.post(f"/contacts/{olena.pk}/units/{home.pk}/remove/")
    assert Entity.objects.get(pk=olena.pk).city == "Lviv"
    ends_early = {"version": "1", "kind": "work", "valid_from": "2026-01-02", "valid_to": "2026-01-01"}
    rows = {f"{name}-{key}": value for name in ("phones", "emails", "links") for key, value in FORMSET.items()}
    assert client.post(f"/contacts/{olena.pk}/units/new/", {**ends_early, **rows}).status_code == 422
    client.post(f"/contacts/{olena.pk}/units/new/", {**ends_early, **rows, "valid_to": "2026-03-01", "city": "Odesa"})
    assert Unit.objects.filter(entity=olena, city="Odesa").exists()


def test_jobs_and_ties_are_made_changed_and_taken_away(client, bob, now, olena):
    client.force_login(bob)
    other = create_entity(actor=bob, data=EntityInput(kind="organisation", name="Akku"), now=now)
    friends = [create_entity(actor=bob, data=EntityInput(last_name=name), now=now) for name in ("Bondar", "Zhuk")]
    base = f"/contacts/{olena.pk}/"

    client.post(f"{base}jobs/new/", {"organisation_entity": other.pk, "job_title": "Director", "is_primary": "on"})
    assert Entity.objects.get(pk=olena.pk).organisation == "Akku"
    job = Participant.objects.get(entity=olena, job_title="Director")
    client.post(f"{base}jobs/{job.relationship_id}/", {"job_title": "Owner", "is_primary": "on"})
    assert Entity.objects.get(pk=olena.pk).job_title == "Owner"

    knows = RelationshipType.objects.get(key="knows")
    whom = {"reading": f"{knows.pk}:source", "others": [friend.pk for friend in friends]}
    client.post(f"{base}relationships/new/", {**whom, "name": "School"})
    tie = Relationship.objects.get(name="School")
    assert tie.participants.count() == 3
    assert "Bondar" in page(client, olena, "relations/")
    client.post(f"{base}relationships/{tie.pk}/", {**whom, "others": [friends[0].pk], "name": "University"})
    assert (Relationship.objects.get(pk=tie.pk).name, tie.participants.count()) == ("University", 2)
    client.post(f"{base}relationships/{tie.pk}/remove/")
    assert not Relationship.objects.filter(pk=tie.pk).exists()


def test_favourites_and_what_was_seen_last_wait_on_the_first_page(client, bob, alice, olena):
    client.force_login(bob)

    client.post(f"/contacts/{olena.pk}/favourite/")
    client.post(f"/contacts/{olena.pk}/seen/")
    client.post(f"/contacts/{olena.pk}/seen/")
    assert whole_home(client).count("Olena Koval</a>") == 2
    assert Recent.objects.filter(user=bob).count() == 1
    client.post(f"/contacts/{olena.pk}/favourite/")
    assert not Favourite.objects.exists()
    client.force_login(alice)
    assert "Olena Koval" not in whole_home(client)


def test_the_trash_hides_a_contact_and_gives_it_back(client, bob, olena):
    client.force_login(bob)

    client.post(f"/contacts/{olena.pk}/trash/")
    assert f'href="/contacts/{olena.pk}/"' not in client.get("/contacts/list/people/").content.decode()
    content = page(client, olena, "details/")
    assert "In the trash" in content
    assert "/edit/name/" not in content
    refused = client.post(f"/contacts/{olena.pk}/edit/notes/", {"version": olena.version, "notes": "Late"})
    assert refused.status_code == 422
    client.post(f"/contacts/{olena.pk}/restore/")
    assert f'href="/contacts/{olena.pk}/"' in client.get("/contacts/list/people/").content.decode()


def test_a_contact_is_taken_along_as_card_code_and_paper(client, bob, charlie, olena, now, ada):
    client.force_login(bob)

    card = client.get(f"/contacts/{olena.pk}/vcard/")
    assert card["Content-Type"].startswith("text/vcard")
    assert b"Koval;Olena" in card.content
    assert b"letmein" not in card.content
    assert "<svg" in page(client, olena, "qr/")
    paper = page(client, olena, "print/")
    assert "olena@example.com" in paper
    assert "letmein" not in paper

    # Who may see but not export gets no file.
    shut = FolderFactory(name="Suppliers", kind="restricted")
    FolderPermission.objects.create(folder=shut, group=Group.objects.get(name="content"))
    forget_rights()
    update_entity(actor=ada, entity=olena, fields={"folder": shut}, expected_version=None, now=now)
    client.force_login(charlie)
    assert client.get(f"/contacts/{olena.pk}/vcard/").status_code == 403
    assert "/vcard/" not in page(client, olena)
