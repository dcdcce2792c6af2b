"""The frame and the components, driven as people do: by mouse, by keyboard, on a phone, in the dark."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from apps.core.models import ListSetting, SavedView
from tests.conftest import make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def ada(transactional_db):
    return make_user("ada@example.com", "Ada Admin", "admin", is_staff=True)


@pytest.fixture
def dora(transactional_db):
    return make_user("dora@example.com", "Dora Dealer", "dealer")


def test_a_list_is_sorted_filtered_and_kept_as_a_view_without_leaving_the_page(page, live_server, sign_in, ada):
    sign_in(page, ada)
    page.goto(f"{live_server.url}/components/")
    page.evaluate("window.stayed = true")

    page.get_by_role("link", name="Code", exact=True).click()
    expect(page.locator("th[aria-sort=ascending]")).to_have_text("Code")
    page.locator("#list-q").fill("folder")
    expect(page.locator(".list-footer__records")).to_contain_text(re.compile(r"Records 1 to (\d+) of \1"))
    assert page.url.endswith("?q=folder&sort=code")
    assert page.evaluate("window.stayed")

    page.get_by_role("link", name="Filter", exact=True).click()
    page.locator("#filter-app-ts-control").fill("Cont")
    page.locator(".ts-dropdown .option", has_text="Contacts").click()
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.locator(".chip")).to_contain_text("Contacts")

    page.locator(".list__views summary").click()
    page.get_by_role("link", name="Save or manage views").click()
    page.locator(".sheet-page input[name=name]").fill("Folders of contacts")
    page.get_by_role("button", name="Save view").click()
    expect(page.locator(".list__views summary")).to_contain_text("Folders of contacts")
    assert SavedView.objects.get(owner=ada).query["filters"] == {"app": ["contacts"]}


def test_columns_are_chosen_by_keyboard(page, live_server, sign_in, ada):
    sign_in(page, ada)
    page.goto(f"{live_server.url}/components/")

    page.get_by_role("link", name="Columns").click()
    page.get_by_role("button", name="Move up: Number").click()
    page.keyboard.press("Enter")
    page.get_by_role("checkbox", name="Model").uncheck()
    page.get_by_role("button", name="Save", exact=True).click()

    expect(page.locator("thead th").nth(2)).to_have_text("Number")
    assert ListSetting.objects.get(user=ada).columns == ["name", "number", "code"]


def test_rows_are_walked_ticked_and_stretched_to_all_matches(page, live_server, sign_in, ada):
    sign_in(page, ada)
    page.goto(f"{live_server.url}/components/")
    expect(page.locator(".selection")).to_be_hidden()
    page.evaluate("document.activeElement.blur()")

    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(page.locator("[data-count]")).to_have_text("1")
    page.locator("input[name=ids]").nth(4).click(modifiers=["Shift"])
    page.get_by_label(re.compile("all .* matches")).check()

    total = page.locator("row-selection").get_attribute("data-total")
    expect(page.locator("[data-count]")).to_have_text(total or "")
    page.get_by_role("button", name="Select nothing").click()
    expect(page.locator(".selection")).to_be_hidden()


def test_the_search_opens_by_key_says_what_it_found_and_closes(page, live_server, sign_in, ada):
    sign_in(page, ada)
    page.goto(f"{live_server.url}/")

    page.keyboard.press("Control+k")
    expect(page.locator(".command-box__input")).to_be_focused()
    page.keyboard.type("qqqqq")
    expect(page.locator(".command-box #search-guesses")).to_contain_text("Nothing like")
    page.keyboard.press("Escape")
    expect(page.locator(".command-box__dialog")).to_be_hidden()
    page.keyboard.press("?")
    expect(page.get_by_role("heading", name="Keyboard shortcuts")).to_be_visible()


def test_the_chosen_colours_are_there_on_the_next_page_at_once(page, live_server, sign_in, ada):
    sign_in(page, ada)
    page.goto(f"{live_server.url}/")

    page.locator(".topbar__user").click()
    page.get_by_role("button", name="Dark").click()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")

    page.goto(f"{live_server.url}/components/")
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_nothing_in_the_gallery_shuts_anybody_out(page, live_server, sign_in, axe, ada, theme):
    page.emulate_media(color_scheme=theme, reduced_motion="reduce")
    sign_in(page, ada)
    page.goto(f"{live_server.url}/components/")
    assert axe(page) == []

    page.locator("input[name=ids]").first.check()
    page.get_by_role("link", name="Columns").click()
    page.wait_for_selector(".sheet-page .order-buttons")
    assert axe(page) == []


def test_on_a_phone_nothing_scrolls_sideways_and_targets_are_wide_enough(phone, live_server, sign_in, axe, ada):
    sign_in(phone, ada)
    for path in ("/", "/components/", "/search/?q=anna", "/shortcuts/", "/lists/core.gallery/columns/"):
        phone.goto(live_server.url + path)
        assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
        assert axe(phone) == []
        small = phone.evaluate(
            """() => [...document.querySelectorAll(".btn, .bottom-bar__link, .topbar__tool, .tabs__tab, .chip__remove")]
                .filter((each) => each.checkVisibility() && each.getBoundingClientRect().height < 43.5)
                .map((each) => each.outerHTML)"""
        )
        assert small == [], path


def test_the_sign_in_page_is_for_everybody(page, live_server, axe, transactional_db):
    page.goto(f"{live_server.url}/accounts/login/")
    assert axe(page) == []

    page.get_by_role("button", name="Українська").click()
    expect(page.locator("html")).to_have_attribute("lang", "uk")


def test_a_dealer_sees_the_small_house(page, live_server, sign_in, axe, dora):
    sign_in(page, dora)
    page.goto(f"{live_server.url}/")

    assert page.locator(".sidebar__link").all_inner_texts() == ["Home", "Preferences", "Security", "Sessions"]
    expect(page.locator("[data-open-search]")).to_have_count(0)
    assert axe(page) == []
