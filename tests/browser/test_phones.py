"""The page of phones: a password made, a clash settled, by hand and by keyboard, on two widths."""

from __future__ import annotations

import os
import re

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from apps.accounts.models import AppPassword
from apps.sync.models import CardClash
from tests.conftest import NOW
from tests.contacts.factories import PersonFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
NO_SIDEWAYS = "() => document.documentElement.scrollWidth <= innerWidth"
PASSWORD = re.compile(r"([a-z0-9]{4}-){4}[a-z0-9]{4}")


@pytest.mark.parametrize("width", [360, 1440])
def test_a_phone_gets_its_password_and_its_change_is_decided_on(
    page, live_server, sign_in, axe, alice, everyone_folder, width
):
    anna = PersonFactory(first_name="Anna", last_name="Petrenko", nickname="Ann")
    CardClash.objects.create(
        user=alice,
        entity=anna,
        device="Old phone",
        differences=[{"name": "nickname", "before": "Anya", "after": "Annushka"}],
        noticed_at=NOW,
    )
    page.set_viewport_size({"width": width, "height": 900})
    sign_in(page, alice)
    page.goto(live_server.url + reverse("sync:phones"))
    _look(page, f"phones-{width}")
    assert axe(page) == []
    assert page.evaluate(NO_SIDEWAYS)

    page.get_by_label("Name of the device").fill("iPhone")
    page.get_by_role("button", name="Make an app password").click()
    expect(page.get_by_label("App password", exact=True)).to_have_value(PASSWORD)
    _look(page, f"password-{width}")
    assert axe(page) == []
    assert page.evaluate(NO_SIDEWAYS)
    page.get_by_role("link", name="Done").click()
    expect(page.locator("main")).to_contain_text("Not used yet")

    page.get_by_role("link", name="Choose").click()
    expect(page.locator("main")).to_contain_text("Here: Ann")
    _look(page, f"clash-{width}")
    assert axe(page) == []
    assert page.evaluate(NO_SIDEWAYS)
    page.get_by_label("On the phone: Annushka").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("link", name="Choose")).to_have_count(0)
    anna.refresh_from_db()
    assert anna.nickname == "Annushka"

    page.get_by_role("button", name="Revoke iPhone").click()
    expect(page.get_by_role("button", name="Revoke iPhone")).to_have_count(0)
    assert AppPassword.objects.get().revoked_at is not None


def _look(page, name: str) -> None:
    """A picture, where somebody wants to see it."""
    if folder := os.environ.get("RAPPORT_PICTURES"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)
