"""The daily work with contacts, from the sign-in on: by keyboard at the desk, then on a phone."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from apps.accounts.models import AuditEvent
from apps.contacts.models import Entity, Participant, Unit
from apps.contacts.services.entities import create_entity
from apps.contacts.services.inputs import EntityInput, LinkInput, PhoneInput, UnitInput
from apps.core import clock
from tests.browser.conftest import DESKTOP, PHONE
from tests.contacts.factories import PersonFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WIDTHS = pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["1440", "360"])
ON_A_PHONE = pytest.mark.parametrize("size", [PHONE], ids=["360"])


@pytest.fixture
def olena(bob) -> Entity:
    given = EntityInput(
        first_name="Olena",
        last_name="Koval",
        units=[
            UnitInput(
                city="Lviv",
                phones=[PhoneInput("+380 44 123 45 67", kind="mobile")],
                links=[LinkInput("https://shop.example.com", username="olena", password="letmein")],
            ),
            UnitInput(kind="home", city="Kyiv", phones=[PhoneInput("+380 32 765 43 21")]),
        ],
    )
    return create_entity(actor=bob, data=given, now=clock.now())


@WIDTHS
def test_a_person_is_added_found_by_a_piece_of_a_number_and_edited_in_place(page, live_server, bob, size):
    page.set_viewport_size(size)
    page.goto(f"{live_server.url}/contacts/")
    page.locator("input[name=login]").fill("bob@example.com")
    page.locator("input[name=password]").fill("correct-horse-1")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Contacts", exact=True)).to_be_visible()

    # One form makes the contact.
    page.get_by_role("link", name="New contact").click()
    page.get_by_label("First name").fill("Olena")
    page.get_by_label("Last name").fill("Koval")
    page.get_by_label("Company").fill("Vikna Plus")
    page.locator("input[name=phones-0-raw]").fill("+380 44 123 45 67")
    page.locator("input[name=emails-0-address]").fill("olena@example.com")
    page.get_by_role("button", name="Save contact").click()
    expect(page.get_by_role("heading", name="Olena Koval")).to_be_visible()

    # The keyboard alone finds her from any page.
    page.goto(f"{live_server.url}/operations/")
    page.keyboard.press("Control+k")
    with page.expect_response(re.compile(r"q=123(\+|%20)45$")):  # the answer to all of it, not to a part
        page.keyboard.type("123 45")
    expect(page.locator(".command-box .hit__title")).to_have_text(["Olena Koval"])
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/contacts/\d+/$"))
    call = page.locator("a[href^='tel:']").first
    assert call.get_attribute("href") == "tel:+380441234567"

    # A section is edited where it stands.
    page.get_by_role("link", name="Details", exact=True).click()
    expect(page.locator("#section-name")).to_be_visible()
    page.keyboard.press("e")
    expect(page.get_by_label("First name")).to_be_focused()
    page.get_by_label("Last name").fill("Kovalenko")
    page.keyboard.press("Enter")
    expect(page.locator("toast-list")).to_contain_text("Saved")
    expect(page.locator("#section-name")).to_contain_text("Kovalenko")
    page.locator("#section-notes").get_by_role("link", name="Edit").click()
    page.locator("#section-notes textarea").fill("Wants oak")
    page.locator("#section-notes").get_by_role("button", name="Save").click()
    expect(page.locator("#section-notes .prose")).to_have_text("Wants oak")
    assert not sideways(page)
    people = Entity.objects.people().values_list("first_name", "last_name", "notes", "organisation")
    assert ("Olena", "Kovalenko", "Wants oak", "Vikna Plus") in people


def test_two_save_the_same_contact_and_the_second_loses_nothing(browser, page, live_server, sign_in, olena, bob, alice):
    sign_in(page, bob)
    page.goto(f"{live_server.url}/contacts/{olena.pk}/edit/notes/")
    hers = browser.new_context()
    other = hers.new_page()
    sign_in(other, alice)
    other.goto(f"{live_server.url}/contacts/{olena.pk}/edit/notes/")

    other.locator("textarea").fill("Alice was here")
    other.get_by_role("button", name="Save", exact=True).click()
    expect(other.locator("#section-notes .prose")).to_have_text("Alice was here")
    hers.close()
    page.locator("textarea").fill("Bob called")
    page.get_by_role("button", name="Save", exact=True).click()

    row = page.locator(".conflict tbody tr")
    expect(row.locator("td")).to_have_text(["Bob called", "Alice was here", "—"])
    expect(page.locator("textarea")).to_have_value("Bob called")
    assert Entity.objects.get(pk=olena.pk).notes == "Alice was here"
    page.locator("textarea").fill("Alice was here\nBob called")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("#section-notes .prose")).to_contain_text("Bob called")
    page.complaints.clear()  # the console tells of the answer 409
    assert "Alice was here" in Entity.objects.get(pk=olena.pk).notes


@ON_A_PHONE
def test_another_place_becomes_the_main_one_and_a_password_is_shown_when_asked_for(
    page, live_server, sign_in, olena, bob, size
):
    page.set_viewport_size(size)
    sign_in(page, bob)
    page.goto(f"{live_server.url}/contacts/{olena.pk}/")
    expect(page.get_by_text("letmein")).to_have_count(0)

    page.get_by_role("button", name="Show password").click()
    expect(page.locator(".secret")).to_have_text("letmein")
    assert AuditEvent.objects.filter(verb="link.password_revealed", actor=bob).count() == 1

    page.get_by_role("link", name="Details", exact=True).click()
    page.get_by_role("button", name="Make it the main one").click()
    home = Unit.objects.get(entity=olena, kind="home")
    expect(page.locator(f"#unit-{home.pk} .panel__title")).to_contain_text("Main")
    found = Entity.objects.get(pk=olena.pk)
    assert (found.city, found.primary_phone) == ("Kyiv", "+380327654321")
    assert Unit.objects.filter(entity=olena, is_primary=True).count() == 1
    assert not sideways(page)


def test_a_field_of_ones_own_is_at_once_wherever_fields_are(page, live_server, sign_in, olena, ada):
    sign_in(page, ada)
    page.goto(f"{live_server.url}/contacts/settings/fields/")
    page.get_by_role("link", name="New field").first.click()
    page.get_by_label("Label").fill("Wood")
    page.get_by_label(re.compile("Filter")).check()
    with page.expect_navigation():
        page.get_by_role("button", name="Save").click()

    # In the form of a new contact and on the page of one that is there,
    page.goto(f"{live_server.url}/contacts/new/")
    page.get_by_label("First name").fill("Iryna")
    page.get_by_label("Wood").fill("Larch")
    page.get_by_role("button", name="Save contact").click()
    expect(page.get_by_role("heading", name="Iryna")).to_be_visible()
    page.goto(f"{live_server.url}/contacts/{olena.pk}/details/")
    page.locator("#section-custom").get_by_role("link", name="Edit").click()
    page.get_by_label("Wood").fill("Birch")
    page.locator("#section-custom").get_by_role("button", name="Save").click()
    expect(page.locator("#section-custom")).to_contain_text("Birch")

    # among the columns, to sort by,
    page.goto(f"{live_server.url}/contacts/list/people/")
    page.get_by_role("link", name="Columns").click()
    page.get_by_role("checkbox", name="Wood").check()
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_role("link", name="Wood", exact=True).click()
    expect(page.locator("th[aria-sort=ascending]")).to_have_text("Wood")
    expect(page.locator("tbody .rows__link").first).to_contain_text("Olena Koval")

    # and among the filters.
    page.get_by_role("link", name="Filter", exact=True).click()
    page.get_by_label("Wood").fill("lar")
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.locator("tbody .rows__link")).to_contain_text(["Iryna"])


def test_a_picker_reaches_the_last_of_two_thousand(page, live_server, sign_in, olena, bob):
    folder = Entity.objects.get(pk=olena.pk).folder
    crowd = [PersonFactory.build(first_name="Ivan", last_name=f"Bondar {n:04}", folder=folder) for n in range(1999)]
    Entity.objects.bulk_create(crowd)
    create_entity(actor=bob, data=EntityInput(first_name="Yuri", last_name="Zhuk"), now=clock.now())
    sign_in(page, bob)
    page.goto(f"{live_server.url}/contacts/{olena.pk}/relations/")

    # Walking down page by page finds the end of the list,
    page.get_by_role("link", name="Add a relationship").click()
    page.locator("select[name=reading]").select_option(label="knows")
    page.locator("select-picker .ts-control").click()
    options = page.locator(".ts-dropdown-content")
    expect(options.locator(".option").first).to_be_visible()
    seen = options.locator(".option").count()
    options.evaluate("box => box.scrollTo(0, box.scrollHeight)")
    expect(options.locator(".option").nth(seen)).to_be_attached()
    # and a word jumps there.
    page.keyboard.type("zhuk")
    expect(options.locator(".option")).to_have_count(1)
    page.keyboard.press("Enter")
    with page.expect_navigation():
        page.get_by_role("button", name="Save", exact=True).click()

    expect(page.locator(".ties__others")).to_contain_text("Yuri Zhuk")
    assert Participant.objects.filter(entity__last_name="Zhuk", relationship__type__key="knows").exists()


def test_a_picker_shows_what_was_asked_for_last(page, live_server, sign_in, olena, bob):
    for number in range(40):
        given = EntityInput(first_name="Ivan", last_name=f"Bondar {number:04}")
        create_entity(actor=bob, data=given, now=clock.now())
    sign_in(page, bob)
    late = []
    page.route("**/pick/**", lambda route: late.append(route) if "q=&" in route.request.url else route.continue_())
    page.goto(f"{live_server.url}/contacts/{olena.pk}/relations/")
    page.get_by_role("link", name="Add a relationship").click()
    with page.expect_request("**/pick/**q=&**"):
        page.locator("select-picker .ts-control").click()
    options = page.locator(".ts-dropdown-content .option")

    # The answer of the empty box comes after that of the words, and is not what one sees;
    page.keyboard.type("bondar 0039")
    expect(options).to_have_count(1)
    with page.expect_response("**/pick/**q=&**"):
        late.pop().continue_()
    page.wait_for_timeout(300)
    expect(options).to_have_text(["Ivan Bondar 0039"])
    page.keyboard.press("Enter")
    # words that had more than a page begin at their first page when they are typed again.
    for chosen in ("Ivan Bondar 0000", "Ivan Bondar 0001"):
        page.keyboard.type("bondar")
        expect(options.first).to_have_text(chosen)
        page.keyboard.press("Enter")
    expect(page.locator("select-picker .item")).to_have_count(3)


def sideways(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth > innerWidth"))
