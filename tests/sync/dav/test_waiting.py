"""What waits for its user: what stays of it when the phone sends the contact again, and what it is compared with."""

from __future__ import annotations

from datetime import timedelta

import pytest

from apps.contacts.formats.vcard.differences import Difference
from apps.contacts.models import Entity
from apps.contacts.services.entities import create_entity, update_entity
from apps.contacts.services.inputs import EntityInput, PhoneInput, UnitInput
from apps.sync.models import CardClash, ServedCard
from apps.sync.services.cards.clashes import keep_clashes
from apps.sync.services.cards.serving import KEPT_FOR, forget_old
from tests.contacts.factories import default_folder
from tests.sync.dav.door import Phone

pytestmark = pytest.mark.django_db


@pytest.fixture
def anna(alice, now) -> Entity:
    unit = UnitInput(kind="work", phones=[PhoneInput("+380441234567", kind="mobile")])
    data = EntityInput(first_name="Anna", last_name="Petrenko", nickname="Anya", notes="Likes tea.", units=[unit])
    return create_entity(actor=alice, data=data, now=now)


def read(phone: Phone, anna: Entity) -> tuple[str, str, str]:
    href = f"{phone.book(default_folder())}{anna.uid}.vcf"
    answer = phone.ask("GET", href)
    return href, answer.text, answer.headers["ETag"]


def waiting(anna: Entity) -> list[tuple[str, object]]:
    found = CardClash.objects.get(entity=anna, settled_at=None)
    return [(one["name"], one["after"]) for one in found.differences]


def test_a_card_served_long_ago_is_still_what_its_change_is_compared_with(alice, anna, now):
    phone = Phone(alice)
    href, card, etag = read(phone, anna)
    ServedCard.objects.update(made_at=now - KEPT_FOR - timedelta(days=1))
    forget_old(now=now)

    answer = phone.ask("PUT", href, card.replace("NICKNAME:Anya\r\n", ""), if_match=etag)

    anna.refresh_from_db()
    assert answer.status == 204
    assert anna.nickname == ""


def test_what_the_phone_sends_again_waits_no_more_and_all_else_waits_on(alice, anna, now):
    phone = Phone(alice)
    href, card, etag = read(phone, anna)
    update_entity(actor=alice, entity=anna, fields={"nickname": "Ann"}, expected_version=None, now=now)
    late = card.replace("NICKNAME:Anya", "NICKNAME:Annushka").replace("Likes tea.", "Likes coffee.")
    assert phone.ask("PUT", href, late, if_match=etag).status == 412

    href, card, etag = read(phone, anna)
    again = card.replace("NICKNAME:Ann", "NICKNAME:Anyuta")
    assert phone.ask("PUT", href, again, if_match=etag).status == 204
    assert waiting(anna) == [("notes", "Likes coffee.")]

    href, card, etag = read(phone, anna)
    assert phone.ask("PUT", href, card.replace("Likes tea.", "Likes milk."), if_match=etag).status == 204
    assert not CardClash.objects.filter(settled_at=None).exists()


def test_two_new_numbers_that_came_too_late_one_after_the_other_both_wait(alice, anna, now):
    first, second = (Difference("phones", None, {"raw": raw, "kind": "", "label": ""}) for raw in ("111", "222"))
    nickname = Difference("nickname", "Anya", "Annushka")

    keep_clashes(actor=alice, entity=anna, device="iPhone", changes=[first, nickname], now=now)
    keep_clashes(actor=alice, entity=anna, device="iPhone", changes=[second, nickname], now=now)

    assert waiting(anna) == [("phones", first.after), ("phones", second.after), ("nickname", "Annushka")]


def test_a_number_rewritten_twice_waits_as_it_was_written_last(alice, anna, now):
    old = {"raw": "+380441234567", "kind": "mobile", "label": ""}

    for raw in ("111", "222"):
        change = Difference("phones", old, {**old, "raw": raw})
        keep_clashes(actor=alice, entity=anna, device="iPhone", changes=[change], now=now)

    assert waiting(anna) == [("phones", {**old, "raw": "222"})]
