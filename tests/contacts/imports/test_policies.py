"""What becomes of a card: made, matched, laid over, skipped, asked about."""

from __future__ import annotations

from datetime import date

import pytest

from apps.contacts.formats.records import Address, Email, Job, Phone, UnitRecord
from apps.contacts.models import (
    EmailAddress,
    Entity,
    ExternalUid,
    Folder,
    Participant,
    RawProperty,
    Relationship,
    SearchToken,
    Unit,
)
from apps.contacts.services.copies import COPIES, refresh
from apps.core.models import Change
from tests.conftest import NOW
from tests.contacts.imports.conftest import organisation, person

pytestmark = pytest.mark.django_db


def test_a_new_card_becomes_a_contact_with_all_that_belongs_to_it(bring, ada, everyone_folder):
    card = person("Olena", "Koval", email="olena@example.com", phone="+380 44 123 45 67", company="Vikna Plus")
    card.jobs[0].title = "Engineer"
    card.uid = "some-foreign-uid"

    counts = bring(card)

    assert (counts.read, counts.created, counts.organisations) == (1, 1, 1)
    olena = Entity.objects.people().get()
    assert (olena.display_name, olena.sort_name, olena.primary_email) == (
        "Olena Koval",
        "koval olena",
        "olena@example.com",
    )
    assert (olena.primary_phone, olena.organisation, olena.job_title) == ("+380441234567", "Vikna Plus", "Engineer")
    assert (olena.folder, olena.owner, olena.source, olena.version) == (everyone_folder, ada, "import", 1)
    assert olena.organisation_entity == Entity.objects.organisations().get(name="Vikna Plus")
    assert ExternalUid.objects.get().uid == "some-foreign-uid"
    assert {change.record_type for change in Change.objects.filter(subject_id=olena.pk)} == {
        "contacts.entity",
        "contacts.relationship",
    }
    assert Participant.objects.filter(relationship=Relationship.objects.get()).count() == 2


def test_the_same_file_again_changes_nothing(bring):
    def cards():
        return [
            person("Olena", "Koval", email="olena@example.com"),
            person("Ivan", "Petrenko", phone="044 123 45 67", company="Vikna"),
            person("Nur", "Name"),
            organisation("Vikna", city="Kyiv"),
            person(email="info@example.com"),
        ]

    bring(*cards(), region="UA")
    before = Entity.objects.count()

    counts = bring(*cards(), region="UA")

    assert (counts.created, counts.skipped, counts.organisations) == (0, 5, 0)
    assert Entity.objects.count() == before


def test_two_people_who_share_an_address_are_two_people(bring):
    bring(person("Olena", "Koval", email="info@vikna.example"))

    counts = bring(
        person("Ivan", "Petrenko", email="INFO@vikna.example"), person("olena", "KOVAL", email="info@vikna.example")
    )

    assert (counts.created, counts.skipped) == (1, 1)


def test_rules_are_tried_in_their_order(bring):
    bring(
        person("By", "Name", company="Vikna"),
        person("Olena", "Koval", phone="+380441112233"),
        person("Other", "Uid", uid="uid-1"),
    )
    by_uid = person("Olena", "Koval", phone="+380441112233", uid="uid-1", nickname="found by uid")

    bring(by_uid, duplicates="update")

    assert Entity.objects.get(nickname="found by uid").last_name == "Uid"


def test_equal_names_without_organisation_are_told_apart_by_their_addresses(bring):
    bring(person("Ivan", "Petrenko", email="one@example.com"))

    counts = bring(person("Ivan", "Petrenko", email="two@example.com"), person("Ivan", "Petrenko"))

    assert (counts.created, counts.skipped) == (1, 1)


def test_repeated_cards_of_a_file_are_one_contact(bring):
    counts = bring(
        person("Olena", "Koval", email="olena@example.com"),
        person("Olena", "Koval", email="olena@example.com", phone="+380441112233"),
        duplicates="update",
    )

    assert (counts.created, counts.updated) == (1, 1)
    assert Entity.objects.get().primary_phone == "+380441112233"


def test_create_makes_everything_new(bring):
    bring(person("Olena", "Koval", email="olena@example.com"))

    counts = bring(*[person("Olena", "Koval", email="olena@example.com") for _ in range(2)], duplicates="create")

    assert counts.created == 2
    assert Entity.objects.count() == 3


def test_update_fills_what_is_empty_and_adds_the_rest(bring):
    bring(person("Olena", "Koval", email="olena@example.com", notes="Old note"))
    card = person("Olena", "Koval", email="olena@example.com", phone="+380441112233", company="Vikna", notes="New note")
    card.units[0].emails.append(Email("second@example.com"))
    card.units.append(UnitRecord(kind="home", address=Address(city="Lviv", street="Rynok 1")))

    counts = bring(card, duplicates="update")

    assert (counts.updated, counts.organisations) == (1, 1)
    olena = Entity.objects.people().get()
    assert (olena.notes, olena.primary_phone, olena.organisation, olena.version) == (
        "Old note", "+380441112233", "Vikna", 2,
    )  # fmt: skip
    assert set(olena.emails.values_list("address", flat=True)) == {"olena@example.com", "second@example.com"}
    assert Unit.objects.filter(entity=olena, kind="home", city="Lviv", is_primary=False).exists()


def test_overwrite_replaces_what_differs(bring):
    bring(person("Olena", "Koval", email="olena@example.com", notes="Old note"))

    bring(person("Olena", "Koval", email="olena@example.com", notes="New note"), duplicates="update", overwrite=True)

    assert Entity.objects.get().notes == "New note"


def test_an_organisation_made_on_the_way_is_described_by_its_own_card(bring):
    counts = bring(person("Olena", "Koval", company="Vikna Plus"), organisation("Vikna Plus", city="Kyiv"))

    assert (counts.created, counts.organisations, counts.skipped) == (2, 0, 0)
    assert Entity.objects.organisations().get().city == "Kyiv"


def test_an_organisation_made_in_an_earlier_portion_is_described_too(bring, monkeypatch):
    monkeypatch.setattr("apps.contacts.services.imports.running.PORTION", 1)

    counts = bring(person("Olena", "Koval", company="Vikna Plus"), organisation("Vikna Plus", city="Kyiv"))

    assert (counts.created, counts.organisations, counts.skipped) == (2, 0, 0)
    assert Entity.objects.organisations().get().city == "Kyiv"


def test_what_the_importer_does_not_see_is_not_matched(bring, ada, bob):
    hidden = Folder.objects.create(name="Board", kind="restricted")
    bring(person("Olena", "Koval", email="olena@example.com", uid="u-1", company="Vikna"), folder=hidden)

    counts = bring(person("Olena", "Koval", email="olena@example.com", uid="u-1", company="Vikna"), actor=bob)

    assert (counts.created, counts.organisations) == (1, 1)
    assert Entity.objects.visible_to(bob).count() == 2


def test_what_the_importer_may_only_see_is_not_updated(bring, bob, make_readable):
    folder = make_readable(bob)
    bring(person("Olena", "Koval", email="olena@example.com"), folder=folder)

    counts = bring(person("Olena", "Koval", email="olena@example.com", notes="x"), actor=bob, duplicates="update")

    assert (counts.updated, counts.skipped) == (0, 1)


def test_a_record_that_the_database_refuses_comes_out_alone(bring):
    good = [person("Person", str(number), email=f"p{number}@example.com") for number in range(20)]
    bad = person("Bad", "One", notes="half a sign: \ud800")

    counts = bring(*good[:7], bad, *good[7:])

    assert (counts.created, counts.rejected) == (20, 1)
    assert bring.rejections[0].index == 8


def test_values_too_long_are_cut_and_kept_whole_beside(bring):
    name = "L" + "o" * 400
    counts = bring(person("Olena", name, email="x" * 400 + "@example.com", phone="1" * 300))

    assert counts.created == 1
    entity = Entity.objects.get()
    assert entity.last_name == name[:200]
    kept = dict(RawProperty.objects.values_list("name", "value"))
    assert kept["X-RAPPORT-LAST-NAME"] == name
    assert kept["EMAIL"].startswith("xxx")
    assert kept["TEL"] == "1" * 300
    assert not EmailAddress.objects.exists()


def test_nul_characters_are_left_out(bring):
    card = person("Ole\0na", "Koval", email="ole\0na@example.com", notes="a\0b")
    card.units[0].phones = [Phone("+380\00441112233")]

    assert bring(card).created == 1
    assert Entity.objects.get().first_name == "Olena"


def test_a_dry_run_counts_alike_and_writes_nothing(bring):
    bring(person("Olena", "Koval", email="olena@example.com"))
    cards = [
        person("Olena", "Koval", email="olena@example.com"),
        person("Ivan", "Petrenko", company="Vikna"),
        person("Ivan", "Petrenko", company="Vikna"),
    ]

    counts = bring(*cards, dry_run=True)

    assert (counts.read, counts.created, counts.skipped, counts.organisations) == (3, 1, 2, 1)
    assert Entity.objects.count() == 1


def test_what_follows_from_a_card_is_what_the_services_would_derive(bring):
    dated = person("Old", "Job", company="Former Ltd")
    dated.jobs[0].valid_to = date(2020, 1, 1)
    titled = person("Nur", "Titel", email="nur@example.com")
    titled.jobs = [Job(title="Engineer", departments=["Sales"])]
    card = person("Olena", "Koval", email="olena@example.com", phone="+380 44 123 45 67", company="Vikna Plus")
    card.units.append(UnitRecord(kind="home", address=Address(city="Lviv"), emails=[Email("o@home.example")]))
    card.nickname = "Lena"
    bring(card, dated, titled, organisation("Firma", city="Kyiv"), person(email="only@example.com"), person())
    shown = list(Entity.objects.order_by("pk").values(*COPIES))
    tokens = set(SearchToken.objects.values_list("entity_id", "token", "rank", "folder_id"))

    refresh(Entity.objects.values_list("pk", flat=True), now=NOW)

    assert list(Entity.objects.order_by("pk").values(*COPIES)) == shown
    assert set(SearchToken.objects.values_list("entity_id", "token", "rank", "folder_id")) == tokens
