"""A reader leaves a mailing by its link, takes it back and chooses topics; a colleague keeps the list."""

from __future__ import annotations

import os

import pytest
from playwright.sync_api import expect

from apps.core import clock
from apps.core.models import Suppression
from apps.core.services.suppression import suppress
from apps.crm.models import MailingTopic
from apps.crm.services.mailings import unsubscribe_url
from tests.browser.conftest import DESKTOP, PHONE

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SHOTS = os.environ.get("TASK_SHOTS", "")
SIZES = pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["1440", "360"])


def look(page, name, size):
    page.wait_for_load_state("networkidle")
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/{name}-{size['width']}.png")


def scopes() -> set[str]:
    return set(Suppression.objects.values_list("scope", flat=True))


@SIZES
def test_a_reader_leaves_by_one_click_comes_back_and_chooses(page, live_server, settings, axe, size):
    settings.RAPPORT_SITE_URL = live_server.url
    MailingTopic.objects.create(key="events", title="Events", description="Fairs and open days, four times a year")
    news = MailingTopic.objects.create(key="news", title="House news")
    page.set_viewport_size(size)

    page.goto(unsubscribe_url(address="anna@example.com", topic=news, origin="campaign:7"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Leave these mails?")
    assert scopes() == set()
    look(page, "mailing-leave", size)
    assert axe(page) == []
    page.get_by_role("button", name="Leave", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("You get these mails no longer")
    assert scopes() == {"topic:news"}
    look(page, "mailing-left", size)
    assert axe(page) == []

    page.get_by_role("button", name="That was a mistake").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("You get these mails again")
    assert scopes() == set()

    page.get_by_role("link", name="Choose what you get").click()
    page.get_by_label("Events").uncheck()
    page.get_by_role("button", name="Save").click()
    expect(page.locator("main").get_by_role("status")).to_contain_text("Saved")
    assert scopes() == {"topic:events"}
    look(page, "mailing-topics", size)
    assert axe(page) == []
    page.get_by_role("button", name="No mailings at all").click()
    expect(page.get_by_label("House news")).not_to_be_checked()
    assert "mailings" in scopes()
    assert {cookie["name"] for cookie in page.context.cookies()} <= {"zone"}  # which our script sets, and no server


@SIZES
def test_a_colleague_adds_an_address_to_the_list_and_takes_one_off(page, live_server, sign_in, axe, charlie, size):
    suppress(addresses=["clara@firm.example"], reason=Suppression.Reason.COMPLAINED, now=clock.now())
    page.set_viewport_size(size)
    sign_in(page, charlie)
    page.goto(f"{live_server.url}/crm/suppressions/")
    page.get_by_role("link", name="Add", exact=True).click()
    sheet = page.locator("#sheet")
    sheet.get_by_label("Addresses").fill("anna@example.com")
    look(page, "suppression-add", size)
    assert axe(page) == []
    sheet.get_by_role("button", name="Save").click()
    expect(page.locator("main")).to_contain_text("anna@example.com")
    look(page, "suppressions", size)
    assert axe(page) == []

    page.goto(f"{live_server.url}/crm/suppressions/{Suppression.objects.get(reason='complained').pk}/")
    look(page, "suppression", size)
    assert axe(page) == []
    page.get_by_label("Why").fill("They called")
    page.get_by_label("They asked for it themselves").check()
    page.get_by_role("button", name="Allow mailings again").click()
    expect(page.locator("main")).not_to_contain_text("clara@firm.example")
    assert set(Suppression.objects.values_list("address", flat=True)) == {"anna@example.com"}
