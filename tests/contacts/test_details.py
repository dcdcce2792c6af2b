"""Units, e-mail addresses, phones and links; the copies that lists show; what two editors may do."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from apps.accounts.models import AuditEvent
from apps.contacts.models import EmailAddress, Entity, Link, PhoneNumber, Unit
from apps.contacts.services import details, units
from apps.contacts.services.entities import create_entity
from apps.contacts.services.errors import EditConflict, InTrash
from apps.contacts.services.inputs import EmailInput, EntityInput, LinkInput, PhoneInput, UnitInput
from apps.core.models import Change
from tests.contacts.factories import EmailAddressFactory, FolderFactory, PersonFactory, UnitFactory


@pytest.fixture
def person(bob, now) -> Entity:
    """Two units: Lviv, the primary one, and Kyiv."""
    data = EntityInput(
        last_name="Koval",
        units=[
            UnitInput(city="Lviv", country="UA", emails=[EmailInput("a@lviv.example"), EmailInput("b@lviv.example")]),
            UnitInput(city="Kyiv", emails=[EmailInput("c@kyiv.example")], phones=[PhoneInput("+380501234567")]),
        ],
    )
    return create_entity(actor=bob, data=data, now=now)


def copies(person: Entity) -> tuple[str, str, str, str]:
    person.refresh_from_db()
    return person.primary_email, person.primary_phone, person.city, person.country


def test_making_another_unit_primary_swaps_the_copies_and_loses_nothing(bob, now, person):
    assert copies(person) == ("a@lviv.example", "", "Lviv", "UA")
    kyiv = person.units.get(city="Kyiv")

    units.make_unit_primary(actor=bob, unit=kyiv, now=now)

    assert copies(person) == ("c@kyiv.example", "+380501234567", "Kyiv", "")
    assert set(person.emails.values_list("address", flat=True)) == {
        "a@lviv.example",
        "b@lviv.example",
        "c@kyiv.example",
    }
    assert person.version == 2
    assert list(person.units.filter(is_primary=True)) == [kyiv]


def test_another_primary_address_is_shown_in_lists(bob, now, person):
    details.make_detail_primary(actor=bob, detail=person.emails.get(address="b@lviv.example"), now=now)

    assert copies(person)[0] == "b@lviv.example"


def test_removing_the_primary_address_hands_on_to_the_next(bob, now, person):
    details.remove_detail(actor=bob, detail=person.emails.get(address="a@lviv.example"), now=now)

    assert copies(person)[0] == "b@lviv.example"
    assert person.emails.get(address="b@lviv.example").is_primary


def test_removing_the_primary_unit_hands_on_to_the_next(bob, now, person):
    units.remove_unit(actor=bob, unit=person.units.get(city="Lviv"), now=now)

    assert copies(person) == ("c@kyiv.example", "+380501234567", "Kyiv", "")
    removed = Change.objects.filter(kind="removed").values_list("record_type", flat=True)
    assert sorted(removed) == ["contacts.emailaddress", "contacts.emailaddress", "contacts.unit"]


def test_a_phone_of_somebody_without_a_unit_makes_one(bob, now):
    person = PersonFactory()

    phone = details.add_phone(actor=bob, entity=person, data=PhoneInput("044 123 45 67"), now=now)

    assert phone.is_primary
    assert phone.unit.is_primary
    assert copies(person)[1] == "+380441234567"


def test_a_phone_is_read_in_the_country_of_its_unit(bob, now):
    unit = UnitFactory(country="DE")

    phone = details.add_phone(actor=bob, entity=unit.entity, unit=unit, data=PhoneInput("030 123456 ext. 7"), now=now)

    assert (phone.raw, phone.e164, phone.extension) == ("030 123456 ext. 7", "+4930123456", "7")
    changed = details.update_detail(
        actor=bob, detail=phone, fields={"raw": "030 654321"}, expected_version=None, now=now
    )
    assert (changed.e164, changed.digits_reversed) == ("+4930654321", "1234560394")


def test_a_password_is_kept_encrypted_and_showing_it_is_audited(bob, charlie, now):
    person = PersonFactory()
    link = details.add_link(
        actor=bob, entity=person, data=LinkInput("https://shop.example", username="olena", password="s3cret"), now=now
    )

    assert "s3cret" not in Link.objects.get(pk=link.pk).password
    assert "s3cret" not in str(list(Change.objects.values_list("diff", flat=True)))
    assert details.reveal_password(actor=bob, link=link, now=now) == "s3cret"
    event = AuditEvent.objects.get(verb="link.password_revealed")
    assert (event.actor, event.record_id) == (bob, link.pk)


def test_no_outsider_sees_a_password_or_touches_a_detail(charlie, now, bob):
    email = EmailAddressFactory(unit__entity=PersonFactory(folder=FolderFactory(kind="restricted")))
    link = Link.objects.create(entity=email.entity, unit=email.unit, url="https://x.example", password="x")

    for attempt in (
        lambda: details.reveal_password(actor=charlie, link=link, now=now),
        lambda: details.remove_detail(actor=charlie, detail=email, now=now),
        lambda: details.make_detail_primary(actor=charlie, detail=email, now=now),
        lambda: units.remove_unit(actor=charlie, unit=email.unit, now=now),
        lambda: details.add_phone(actor=charlie, entity=email.entity, data=PhoneInput("123"), now=now),
    ):
        with pytest.raises(PermissionDenied):
            attempt()
    assert not AuditEvent.objects.exists()


def test_two_people_correcting_one_address_are_told_of_each_other(alice, bob, now, person):
    email = person.emails.get(address="a@lviv.example")
    details.update_detail(
        actor=alice, detail=email, fields={"address": "alice@lviv.example"}, expected_version=1, now=now
    )

    with pytest.raises(EditConflict) as conflict:
        details.update_detail(
            actor=bob, detail=email, fields={"address": "bob@lviv.example"}, expected_version=1, now=now
        )
    assert conflict.value.conflicts[0].theirs == "alice@lviv.example"

    details.update_detail(
        actor=bob, detail=email, fields={"address": "a@lviv.example", "label": "office"}, expected_version=1, now=now
    )
    email.refresh_from_db()
    assert (email.address, email.label) == ("alice@lviv.example", "office")


def test_departments_nest_but_not_in_themselves(bob, now):
    house = UnitFactory(name="House")
    sales = units.add_unit(
        actor=bob, entity=house.entity, data=UnitInput(name="Sales", kind="department"), parent=house, now=now
    )

    with pytest.raises(ValidationError):
        units.update_unit(actor=bob, unit=house, fields={"parent": sales}, expected_version=None, now=now)
    stranger = UnitFactory()
    with pytest.raises(ValidationError):
        units.update_unit(actor=bob, unit=sales, fields={"parent": stranger}, expected_version=None, now=now)

    units.remove_unit(actor=bob, unit=house, now=now)
    sales.refresh_from_db()
    assert (sales.parent, sales.is_primary) == (None, True)


def test_a_unit_ends_after_it_begins(bob, now):
    unit = UnitFactory()

    with pytest.raises(ValidationError) as refused:
        units.update_unit(
            actor=bob,
            unit=unit,
            fields={"valid_from": date(2026, 5, 1), "valid_to": date(2026, 5, 1)},
            expected_version=None,
            now=now,
        )
    assert "valid_to" in refused.value.message_dict


def test_what_lies_in_the_trash_is_not_changed(bob, now):
    person = PersonFactory(trashed_at=now)

    with pytest.raises(InTrash):
        details.add_email(actor=bob, entity=person, data=EmailInput("a@example.com"), now=now)


def test_each_kind_has_one_primary_also_when_a_new_one_asks_for_it(bob, now, person):
    details.add_email(actor=bob, entity=person, data=EmailInput("new@lviv.example", is_primary=True), now=now)

    assert copies(person)[0] == "new@lviv.example"
    assert EmailAddress.objects.filter(entity=person, unit__city="Lviv", is_primary=True).count() == 1
    assert Unit.objects.filter(entity=person).count() == 2
    assert PhoneNumber.objects.filter(entity=person).count() == 1
