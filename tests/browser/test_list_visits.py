"""What is new in a list, as a reader meets it: the browser tells of the visit, the marks come with the next one."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db.models import F
from playwright.sync_api import expect

from apps.contacts.models import Entity
from apps.core import clock
from apps.core.models import ListVisit
from tests.browser.conftest import DESKTOP, PHONE
from tests.contacts.factories import PersonFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PEOPLE = "/contacts/list/people/"


def test_a_list_marks_what_others_changed_meanwhile(page, live_server, sign_in, bob, alice, axe):
    for name in ("Anders", "Brandt", "Conrad"):
        PersonFactory(display_name=name, primary_email=f"{name.lower()}@example.com")
    sign_in(page, bob)
    with page.expect_response(lambda answer: "/visit/" in answer.url) as told:
        page.goto(live_server.url + PEOPLE)
    assert told.value.status == 204
    expect(page.locator(".rows__new")).to_have_count(0)

    ListVisit.objects.update(seen_at=F("seen_at") - timedelta(days=1), since_at=F("since_at") - timedelta(days=1))
    Entity.objects.filter(display_name="Brandt").update(modified_at=clock.now(), modified_by=alice)
    faults = []
    for size, theme in ((DESKTOP, "light"), (PHONE, "dark")):
        page.set_viewport_size(size)
        page.emulate_media(color_scheme=theme)
        page.goto(live_server.url + PEOPLE)
        expect(page.locator(".rows__row", has_text="Brandt").locator(".rows__new")).to_be_visible()
        expect(page.locator(".rows__new")).to_have_count(1)
        faults += axe(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    assert not faults, "\n".join(faults)

    page.get_by_role("link", name="New since your last visit").click()
    expect(page.locator(".rows__row")).to_have_count(1)
    page.get_by_role("link", name="Remove the filter New since").click()
    expect(page.locator(".rows__row")).to_have_count(3)
