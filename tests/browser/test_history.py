"""The history in a real browser: a call logged from any page, an endless scroll, an entry for few eyes."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from apps.activities.models import Activity, ActivityEntity
from apps.activities.services.notes import add_note
from apps.contacts.services.entities import create_entity
from apps.contacts.services.inputs import EntityInput, JobInput
from apps.core import clock

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def olena(bob):
    given = EntityInput(first_name="Olena", last_name="Koval", jobs=[JobInput(organisation_name="Vikna Plus")])
    return create_entity(actor=bob, data=given, now=clock.now())


def test_a_call_is_logged_from_any_page_in_three_clicks(page, live_server, sign_in, bob, olena, axe):
    sign_in(page, bob)
    page.goto(f"{live_server.url}/")

    page.keyboard.press("Control+k")
    page.keyboard.type("koval", delay=30)
    page.get_by_role("link", name="Log a call: Olena Koval").click()
    page.get_by_text("Left a message").click()
    assert axe(page) == []
    with page.expect_navigation():
        page.get_by_role("button", name="Save", exact=True).click()

    entry = page.locator(".activity").first
    expect(entry).to_contain_text("Outgoing · Left a message")
    firm = olena.organisation_entity_id
    page.goto(f"{live_server.url}/contacts/{firm}/")
    expect(page.locator(".activity").first).to_contain_text("Olena Koval")


def test_the_timer_writes_how_long_the_call_took(page, live_server, sign_in, bob, olena):
    sign_in(page, bob)
    page.goto(f"{live_server.url}/activities/of/{olena.pk}/call/")

    page.get_by_role("button", name="Start the timer").click()
    page.get_by_role("button", name="Stop the timer").wait_for()
    page.locator("output", has_text="0:01").wait_for()
    page.get_by_role("button", name="Stop the timer").click()
    page.get_by_role("button", name="Save", exact=True).click()

    expect(page.locator(".activity").first).to_contain_text("0:0")


def test_scrolling_reaches_the_last_entry(page, live_server, sign_in, bob, olena):
    now = clock.now()
    rows = Activity.objects.bulk_create(
        Activity(
            kind="note",
            verb="note.added",
            actor=bob,
            occurred_at=now - timedelta(minutes=number),
            created_at=now,
            snippet=f"Note {number}.",
            audience=[olena.folder_id],
        )
        for number in range(130)
    )
    ActivityEntity.objects.bulk_create(
        ActivityEntity(activity=row, entity=olena, occurred_at=row.occurred_at) for row in rows
    )
    sign_in(page, bob)
    page.goto(f"{live_server.url}/contacts/{olena.pk}/")

    for _turn in range(60):
        if page.get_by_text("Note 129.").count():
            break
        page.mouse.wheel(0, 3000)
        page.wait_for_timeout(100)

    assert page.locator(".activity").count() == 130
    assert page.get_by_role("link", name="Older").count() == 0


def test_the_history_of_everything_is_narrowed_in_place(page, live_server, sign_in, alice, bob, olena, axe):
    add_note(actor=bob, entity=olena, text="Wants oak", now=clock.now())
    add_note(actor=alice, entity=olena, text="Came by letter", kind="letter", now=clock.now())
    sign_in(page, bob)
    page.goto(f"{live_server.url}/activities/all/")
    expect(page.locator(".activity")).to_have_count(2)

    page.get_by_label("Kind").select_option(label="Letter")

    expect(page.locator(".activity")).to_have_count(1)
    expect(page.locator(".activity")).to_contain_text("Came by letter")
    assert "kind=letter" in page.url
    assert axe(page) == []
    page.set_viewport_size({"width": 360, "height": 740})
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert axe(page) == []
