"""Ctrl-K: names, firms, numbers and addresses by pieces, whatever the script, accent or case; then typos."""

from __future__ import annotations

import pytest

from apps.contacts.models import Entity
from apps.contacts.selectors.search import find_contacts, guess_contacts
from apps.contacts.services import categories, trash
from apps.contacts.services.bulk import BulkAction, begin_bulk
from apps.contacts.services.entities import create_entity
from apps.contacts.services.folders import create_folder
from apps.contacts.services.inputs import EmailInput, EntityInput, JobInput, PhoneInput


@pytest.fixture
def olena(bob, now) -> Entity:
    data = EntityInput(
        first_name="Олена",
        last_name="Д'яченко-Коваль",
        nickname="Lenka",
        emails=[EmailInput("o.koval@vikna-plus.example")],
        phones=[PhoneInput("044 123 45 67"), PhoneInput("+49 30 9876543")],
        jobs=[JobInput(organisation_name="ТОВ Вікна Плюс")],
        attributes={},
    )
    return create_entity(actor=bob, data=data, now=now)


@pytest.mark.parametrize(
    "typed",
    [
        *["ол", "Оле", "OLENA", "olena", "дяч", "д'яч", "diach", "коваль", "Koval", "kov ol", "ол коваль", "lenk"],
        *["вікна", "vikna ol", "плюс олена", "olena diachenko", "Diachenko-Koval O"],
        *["o.koval@vikna", "@vikna-plus", "vikna-plus.exam"],
        *["67", "4567", "123 45", "044 123", "+380 44", "380441234567", "(044) 123-45-67", "9876543", "030 98765"],
    ],
)
def test_a_contact_is_found_by_pieces_of_what_is_known(typed, bob, olena):
    assert olena in find_contacts(bob, typed)


@pytest.mark.parametrize("typed", ["", "o", "%", "_", "олег", "olena bondar", "9999", "nobody@", "'; DROP TABLE", "\\"])
def test_what_nobody_bears_finds_nobody(typed, bob, olena):
    assert olena not in find_contacts(bob, typed)
    guess_contacts(bob, typed)


@pytest.mark.parametrize(
    "typed",
    ["Яченко", "Kovsl", "Oelna Koval", "Diahcenko", "Kovval Olna", "Vikna Plsu", "Віна ол", "diachemk", "lemka"],
)
def test_one_wrong_letter_is_forgiven_in_the_second_answer(typed, bob, olena):
    assert olena not in find_contacts(bob, typed)

    assert olena in guess_contacts(bob, typed)


@pytest.mark.parametrize("typed", ["Dyachenko", "Kovall", "Olenna Koval", "Dïachenko"])
def test_spellings_of_one_name_are_no_mistakes(typed, bob, olena):
    assert olena in find_contacts(bob, typed)


def test_a_name_comes_before_a_firm_before_an_address(bob, now):
    by_mail = create_entity(
        actor=bob, data=EntityInput(last_name="Zet", emails=[EmailInput("koval@gmail.com")]), now=now
    )
    by_firm = create_entity(
        actor=bob, data=EntityInput(last_name="Ypsilon", jobs=[JobInput(organisation_name="Koval")]), now=now
    )
    by_name = create_entity(actor=bob, data=EntityInput(first_name="Xaver", last_name="Koval"), now=now)

    found = find_contacts(bob, "koval")

    assert found[0].display_name in ("Koval", "Xaver Koval")
    assert [one for one in found if one.is_person] == [by_name, by_firm, by_mail]


def test_an_outsider_finds_nothing_that_a_folder_a_category_or_the_trash_hides(ada, bob, charlie, dora, olena, now):
    assert olena in find_contacts(charlie, "koval")
    assert find_contacts(dora, "koval") == guess_contacts(dora, "kovall") == find_contacts(dora, "4567") == []

    secret = categories.create_category(actor=ada, name="Secret", is_restricted=True, now=now)
    categories.set_categories(actor=ada, entity=olena, category_ids=[secret.pk], now=now)
    for answer in (find_contacts(charlie, "koval"), find_contacts(charlie, "4567"), guess_contacts(charlie, "kovall")):
        assert olena not in answer
    categories.set_categories(actor=ada, entity=olena, category_ids=[], now=now)

    closed = create_folder(actor=ada, name="Closed", kind="restricted", now=now)
    begin_bulk(actor=ada, action=BulkAction("move", closed.pk), chosen=Entity.objects.filter(pk=olena.pk), now=now)
    for answer in (find_contacts(charlie, "koval"), find_contacts(charlie, "4567"), guess_contacts(charlie, "kovall")):
        assert olena not in answer
    assert olena in find_contacts(ada, "koval")

    trash.trash_entities(actor=ada, ids=[olena.pk], now=now)
    assert find_contacts(ada, "diachenko") == find_contacts(ada, "4567") == guess_contacts(ada, "diachenka") == []


def test_a_search_is_a_handful_of_queries(bob, olena, django_assert_max_num_queries):
    find_contacts(bob, "ol")
    for typed in ("ol", "ol kov vik", "123 45 67", "nobody here"):
        with django_assert_max_num_queries(8):
            find_contacts(bob, typed)
