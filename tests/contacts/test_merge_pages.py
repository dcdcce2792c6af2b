"""Duplicates in the browser's eyes: the list, the comparison, the way back, and "did you mean"."""

from __future__ import annotations

import pytest
from django.urls import reverse

from apps.contacts.models import DuplicatePair, Entity
from apps.contacts.models.rights import forget_rights
from apps.contacts.services.duplicates.finding import check_waiting
from apps.core.models import Operation
from tests.conftest import NOW
from tests.contacts.factories import FolderFactory, OrganisationFactory, PersonFactory
from tests.contacts.test_merge import made

pytestmark = pytest.mark.django_db


@pytest.fixture
def twins(bob) -> tuple[Entity, Entity]:
    one = made(bob, "Olena", "Koval", emails=["o.koval@mail.example"], city="Lviv")
    other = made(bob, "Olena", "Kowal", emails=["o.koval@mail.example"], phones=["+380501234567"])
    check_waiting(now=NOW)
    return one, other


def merge_address(*entities: Entity) -> str:
    return f"{reverse('contacts:merge')}?ids={','.join(str(one.pk) for one in entities)}"


def test_a_pair_is_listed_with_its_reasons_and_leads_to_the_comparison(client, bob, twins):
    client.force_login(bob)

    page = client.get(reverse("contacts:duplicates")).content.decode()

    assert "Olena Koval" in page
    assert "Same e-mail address" in page
    assert merge_address(*twins).replace(",", ",") in page


def test_the_list_asks_a_fixed_number_of_questions(client, bob, django_assert_max_num_queries):
    people = [PersonFactory(last_name=f"Koval {n}") for n in range(40)]
    DuplicatePair.objects.bulk_create(
        DuplicatePair(left=one, right=other, score=80, reasons=["name"], found_at=NOW)
        for one, other in zip(people[::2], people[1::2], strict=True)
    )
    client.force_login(bob)
    client.get(reverse("contacts:duplicates"))

    with django_assert_max_num_queries(16):
        page = client.get(reverse("contacts:duplicates")).content.decode()

    assert "Koval 39" in page


def test_filters_narrow_pairs_by_reason_and_kind(client, bob, twins):
    client.force_login(bob)

    def rows(query: str) -> bool:
        return "Olena Koval" in client.get(reverse("contacts:duplicates") + query).content.decode()

    assert rows("?f.reason=email")
    assert not rows("?f.reason=birthday")
    assert rows("?f.kind=person")
    assert not rows("?f.kind=organisation")


def test_not_the_same_takes_a_pair_away_and_undo_brings_it_back(client, bob, twins):
    pair = DuplicatePair.objects.get()
    client.force_login(bob)

    client.post(reverse("contacts:duplicate_dismiss", args=[pair.pk]))

    pair.refresh_from_db()
    assert (pair.state, pair.decided_by) == ("dismissed", bob)
    check_waiting(now=NOW)
    operation = Operation.objects.get(verb="duplicates.dismissed")
    client.post(reverse("core:operation_undo", args=[operation.pk]))
    pair.refresh_from_db()
    assert pair.state == "open"


def test_the_comparison_merges_and_its_toast_takes_it_back(client, bob, twins):
    one, other = twins
    client.force_login(bob)
    page = client.get(merge_address(one, other)).content.decode()
    assert "1 phone number" in page
    data = {"ids": f"{one.pk},{other.pk}", "winner": one.pk, "take-last_name": other.pk}
    data |= {f"version-{entity.pk}": entity.version for entity in twins}

    answer = client.post(reverse("contacts:merge"), data)

    assert answer.url == reverse("contacts:entity", args=[one.pk])
    one.refresh_from_db()
    assert (one.last_name, one.primary_phone) == ("Kowal", "+380501234567")
    led = client.get(reverse("contacts:entity", args=[other.pk]))
    assert led.url == reverse("contacts:entity", args=[one.pk])
    operation = Operation.objects.get(verb="entities.merged")
    client.post(reverse("core:operation_undo", args=[operation.pk]))
    other.refresh_from_db()
    assert other.merged_into is None


def test_a_comparison_that_is_out_of_date_says_so_and_merges_nothing(client, bob, twins):
    one, other = twins
    client.force_login(bob)
    data = {"ids": f"{one.pk},{other.pk}", "winner": one.pk, f"version-{other.pk}": other.version - 1}

    answer = client.post(reverse("contacts:merge"), data)

    assert answer.status_code == 409
    assert "in the meantime" in answer.content.decode()
    assert not Entity.objects.filter(merged_into__isnull=False).exists()


def test_whom_one_does_not_see_one_does_not_compare(client, bob, charlie):
    mine = FolderFactory(kind="personal", owner=bob)
    forget_rights()
    one, other = PersonFactory(folder=mine), PersonFactory()
    client.force_login(charlie)

    assert client.get(merge_address(one, other)).status_code == 404


def test_a_person_and_a_firm_side_by_side_are_refused_in_words(client, bob):
    client.force_login(bob)

    page = client.get(merge_address(PersonFactory(), OrganisationFactory())).content.decode()

    assert "A person and an organisation can&#x27;t be one." in page


def test_while_typing_one_is_asked_whether_it_is_one_of_these(client, bob, charlie, twins):
    client.force_login(bob)
    typed = {"kind": "person", "first_name": "Olena", "last_name": "Koval", "unit-city": "Lviv"}

    by_name = client.post(reverse("contacts:lookalikes"), typed).content.decode()
    by_mail = client.post(
        reverse("contacts:lookalikes"), {"first_name": "O.", "emails-0-address": "O.KOVAL@mail.example"}
    ).content.decode()
    nobody = client.post(reverse("contacts:lookalikes"), {"first_name": "Petro"}).content.decode()

    assert "Olena Koval" in by_name
    assert "Olena Kowal" in by_mail
    assert nobody.strip() == ""


def test_while_typing_nobody_hidden_is_named(client, bob, charlie):
    mine = FolderFactory(kind="personal", owner=bob)
    forget_rights()
    made(bob, "Olena", "Koval", emails=["o.koval@mail.example"], folder_id=mine.pk)
    check_waiting(now=NOW)
    typed = {"first_name": "Olena", "last_name": "Koval", "emails-0-address": "o.koval@mail.example"}
    client.force_login(charlie)

    assert client.post(reverse("contacts:lookalikes"), typed).content.decode().strip() == ""
