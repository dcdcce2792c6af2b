"""The bell of one browser moves when another one writes; an idle page asks for nothing but its stream."""

from __future__ import annotations

import re

import pytest

from apps.activities.services.notes import add_note
from apps.activities.services.watching import watch_entity
from apps.contacts.services.entities import update_entity
from tests.contacts.factories import PersonFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

COUNT = ".bell__count"


def _is_stream(request) -> bool:
    return "/live/" in request.url


def test_the_bell_moves_when_somebody_else_writes_and_an_idle_page_asks_nothing(
    page, browser, site, sign_in, alice, bob, now
):
    olena = PersonFactory()
    watch_entity(actor=bob, entity=olena, now=now)
    other = browser.new_context(locale="en-GB")
    bobs = other.new_page()
    sign_in(bobs, bob)
    sign_in(page, alice)

    with bobs.expect_request(_is_stream):
        bobs.goto(f"{site}/activities/notices/")
    bobs.wait_for_load_state("load")
    bobs.wait_for_timeout(1000)
    asked: list[str] = []
    bobs.on("request", lambda request: asked.append(request.url))
    bobs.wait_for_timeout(4000)
    assert [url for url in asked if "/live/" not in url] == []
    assert bobs.locator(COUNT).is_hidden()

    page.goto(f"{site}/contacts/{olena.pk}/")
    page.get_by_label("What happened?").first.fill("Wants oak")
    page.get_by_role("button", name="Write down").click()

    bobs.locator(COUNT, has_text="1").wait_for()
    assert "1 unread notice" in bobs.locator(".bell__words").inner_text()
    assert [re.sub(r"^https?://[^/]+", "", url) for url in asked if "/live/" not in url] == [
        "/activities/notices/bell/"
    ]
    bobs.locator(".bell__link").click()
    bobs.get_by_role("button", name=re.compile("Note: Alice Manager about Olena Koval")).click()
    bobs.wait_for_url(re.compile(rf"/contacts/{olena.pk}/#activity-"))
    assert bobs.locator(COUNT).is_hidden()
    other.close()


def test_inbox_and_preferences_are_readable_for_everybody_on_a_phone_too(page, site, sign_in, ada, bob, now, axe):
    olena = PersonFactory(last_name="Koval-" + "Dovhopryzvyshchenko" * 3)
    watch_entity(actor=ada, entity=olena, now=now)
    for number in range(3):
        add_note(actor=bob, entity=olena, text=f"Wants oak {number}", now=now)
    update_entity(actor=ada, entity=olena, fields={"notes": "Oak " * 60}, expected_version=None, now=now)
    sign_in(page, ada)

    for width in (1440, 360):
        page.set_viewport_size({"width": width, "height": 800})
        for path in (
            "/activities/notices/",
            "/activities/notices/preferences/",
            "/activities/log/",
            f"/activities/log/of/{olena.pk}/",
            f"/activities/watch/{olena.pk}/",
        ):
            page.goto(f"{site}{path}")
            assert axe(page) == []
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            page.evaluate("document.documentElement.dataset.bsTheme = 'dark'")
            page.wait_for_timeout(300)  # colours fade over
            assert axe(page) == []


def test_the_button_for_push_says_what_this_browser_can(page, site, sign_in, alice):
    sign_in(page, alice)

    page.goto(f"{site}/activities/notices/preferences/")

    switch = page.locator("push-switch")
    switch.wait_for()
    shown = switch.locator("[data-when]:visible").first
    shown.wait_for()
    assert shown.inner_text() != ""


def test_watching_from_the_contacts_page(page, site, sign_in, alice):
    olena = PersonFactory()
    sign_in(page, alice)
    page.goto(f"{site}/contacts/{olena.pk}/")

    page.get_by_role("link", name="Watch").click()
    sheet = page.locator("#sheet, side-sheet").first
    sheet.get_by_label("it is changed").wait_for()
    sheet.get_by_role("button", name="Watch").click()

    page.get_by_role("link", name="Watching").wait_for()
