"""What cards bring beside names and addresses: pictures, labels, custom fields, users."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from django.urls import reverse
from PIL import Image

from apps.accounts.models import User
from apps.contacts.formats.records import Photo
from apps.contacts.models import (
    Category,
    Entity,
    EntityCategory,
    EntityReference,
    FieldChoice,
    FieldDefinition,
    Folder,
    Import,
    ImportReview,
    RawProperty,
)
from apps.contacts.models.rights import forget_rights
from apps.contacts.services.imports.reviews import settle_waiting
from apps.core.services import files
from tests.contacts.imports.conftest import CSV, organisation, person
from tests.contacts.imports.test_round_trip import bring as bring_all

pytestmark = pytest.mark.django_db


def picture(size: int, kind: str = "PNG") -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (size, size), "teal").save(buffer, kind)
    return buffer.getvalue()


def test_a_picture_is_stored_small_and_a_broken_one_kept_beside(bring):
    small = picture(64, "JPEG")
    bring(
        person("Large", photo=Photo(picture(2000), "image/png")),
        person("Small", photo=Photo(small, "image/jpeg")),
        person("Broken", photo=Photo(b"no picture at all", "image/jpeg")),
        person("Linked", photo=Photo(url="https://example.com/photo.jpg")),
    )

    photos = {entity.first_name: entity.photo for entity in Entity.objects.all() if entity.photo}
    assert set(photos) == {"Large", "Small"}
    assert max(Image.open(files.path(photos["Large"])).size) <= 512
    assert files.path(photos["Small"]).read_bytes() == small
    assert RawProperty.objects.get(entity__first_name="Broken").name == "X-RAPPORT-PHOTO"
    assert Entity.objects.get(first_name="Linked").photo_url == "https://example.com/photo.jpg"


def test_categories_are_made_where_they_are_missing_and_paths_are_trees(bring):
    bring(person("A", categories=["Customers / VIP", "Press"]), person("B", categories=["Customers"]))

    customers = Category.objects.get(name="Customers")
    assert Category.objects.get(name="VIP").parent == customers
    assert EntityCategory.objects.filter(category=customers).count() == 1
    assert Category.objects.count() == 3


def test_nobody_bears_a_category_that_the_importer_does_not_see(bring, bob):
    Category.objects.create(name="Secret", is_restricted=True)
    forget_rights()

    bring(person("Olena", "Koval", categories=["Secret", "Open"]), actor=bob)

    assert set(EntityCategory.objects.values_list("category__name", flat=True)) == {"Open"}
    assert Entity.objects.visible_to(bob).exists()


def test_a_folder_named_in_the_file_is_used_made_by_administrators_and_else_left(bring, ada, bob):
    bring(person("A", folder="Suppliers / Glass"), actor=ada)
    bring(person("B", folder="Suppliers / Glass"), person("C", folder="Unheard of"), actor=bob)

    glass = Folder.objects.get(name="Glass")
    assert glass.parent == Folder.objects.get(name="Suppliers")
    assert set(Entity.objects.filter(folder=glass).values_list("first_name", flat=True)) == {"A", "B"}
    assert Entity.objects.get(first_name="C").folder.is_default


def test_custom_values_are_cleaned_and_what_a_field_refuses_is_kept_beside(bring):
    FieldDefinition.objects.create(target="person", key="size", label="Size", field_type="number")
    colour = FieldDefinition.objects.create(target="person", key="colour", label="Colour", field_type="choice")
    FieldChoice.objects.create(field=colour, key="red", label="Rot")

    bring(
        person("A", attributes={"size": "1 234,5", "colour": "rot", "unknown": "x"}),
        person("B", attributes={"size": "big"}),
    )

    assert Entity.objects.get(first_name="A").attributes == {"size": 1234.5, "colour": "red", "unknown": "x"}
    kept = RawProperty.objects.get(entity__first_name="B")
    assert (kept.value, kept.params) == ("big", {"X-FIELD": ["size"]})


def test_a_column_named_like_a_custom_field_fills_it(client, upload, work):
    FieldDefinition.objects.create(target="person", key="shoe", label="Shoe size", field_type="number")
    upload(("people.csv", CSV))

    client.post(
        reverse("contacts:import_detail", args=[Import.objects.get().pk]), {"do": "start", "duplicates": "skip"}
    )
    work()

    assert Entity.objects.get(first_name="Olena").attributes == {"shoe": 38}


def test_a_field_that_points_to_a_contact_is_set_when_all_are_there(bring, ada):
    definition = FieldDefinition.objects.create(target="person", key="boss", label="Boss", field_type="entity")
    bring_all([person("A", uid="a", attributes={"boss": "b"}), person("B", uid="b")], ada)

    reference = EntityReference.objects.get(field=definition)
    assert (reference.entity.first_name, reference.referenced.first_name) == ("A", "B")


def test_a_user_is_made_of_each_person_with_an_address_of_his_own(bring, ada, settings, mailoutbox):
    settings.RAPPORT_SITE_URL = "https://rapport.example/"
    bring(
        person("Olena", "Koval", email="olena@example.com"),
        person("Ivan", "Petrenko", email=ada.email),
        person("Nur", "Name"),
        organisation("Vikna"),
        make_users=True,
    )

    made = User.objects.get(email="olena@example.com")
    assert made.entity.first_name == "Olena"
    assert [mail.to for mail in mailoutbox] == [["olena@example.com"]]
    assert set(made.groups.values_list("name", flat=True)) == {"dealer"}
    assert not Entity.objects.get(first_name="Ivan").user_id


def test_only_who_may_make_users_starts_such_an_import(client, bob, alice, upload, work):
    upload(("people.csv", CSV))
    found = Import.objects.get()

    page = client.get(reverse("contacts:import_detail", args=[found.pk]))

    assert b"make_users" not in page.content  # alice is a manager; users are made by administrators


def test_what_waits_longer_than_30_days_counts_as_skipped(bring, client, upload, work):
    bring(person("Olena", "Koval", email="olena@example.com"))
    upload(("people.csv", CSV))
    found = Import.objects.get()
    client.post(reverse("contacts:import_detail", args=[found.pk]), {"do": "start", "duplicates": "ask"})
    work()
    waiting = ImportReview.objects.get()

    assert settle_waiting(now=waiting.created_at + timedelta(days=29)) == 0
    assert settle_waiting(now=waiting.created_at + timedelta(days=31)) == 1

    waiting.refresh_from_db()
    assert waiting.decision == "skip"


def test_an_import_shows_on_the_operations_page(client, upload, work):
    upload(("people.csv", CSV))
    found = Import.objects.get()
    client.post(reverse("contacts:import_detail", args=[found.pk]), {"do": "start", "duplicates": "skip"})
    work()

    assert b"Contacts imported" in client.get(reverse("core:operations")).content
