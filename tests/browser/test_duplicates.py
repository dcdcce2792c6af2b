"""The same customer twice: found while typing, made one by hand, and taken apart again."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from apps.contacts.models import Entity
from apps.contacts.services.duplicates.finding import check_waiting
from tests.conftest import NOW
from tests.contacts.test_merge import made

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_pair_is_found_merged_and_taken_apart(page, site, sign_in, bob, axe):
    one = made(bob, "Olena", "Koval", emails=["o.koval@mail.example"], city="Lviv", notes="Likes oak")
    other = made(
        bob, "Olena", "Kowal", emails=["o.koval@mail.example"], phones=["+380501234567"], notes="Calls at noon"
    )
    check_waiting(now=NOW)
    sign_in(page, bob)

    page.goto(f"{site}/contacts/duplicates/")
    assert axe(page) == []
    page.get_by_role("link", name="Olena Koval · Olena Kowal").click()
    expect(page.get_by_role("heading", name="Make one of these contacts")).to_be_visible()
    assert axe(page) == []
    page.get_by_role("radio", name="Kowal").check()
    expect(page.get_by_text("1 phone number")).to_be_visible()
    page.get_by_role("button", name="Make one contact").click()

    expect(page.get_by_role("heading", name="Olena Kowal")).to_be_visible()
    assert Entity.objects.get(pk=other.pk).merged_into == one
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("heading", name="Olena Koval")).to_be_visible()
    assert Entity.objects.get(pk=other.pk).merged_into is None


def test_typing_somebody_who_is_here_names_them(page, site, sign_in, bob):
    made(bob, "Olena", "Koval", emails=["o.koval@mail.example"], city="Lviv")
    check_waiting(now=NOW)
    sign_in(page, bob)

    page.goto(f"{site}/contacts/new/")
    page.locator("[name='emails-0-address']").fill("O.Koval@mail.example")

    expect(page.get_by_text("Is it one of these?")).to_be_visible()
    expect(page.locator("#lookalikes").get_by_role("link", name="Olena Koval")).to_be_visible()
