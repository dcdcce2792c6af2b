"""A template is written: a variable put in by a click, the preview following; at the desk and on a phone."""

from __future__ import annotations

import os

import pytest
from playwright.sync_api import expect

from apps.contacts.services.entities import create_entity
from apps.contacts.services.inputs import EntityInput
from apps.core import clock
from apps.messaging.models import MailTemplate
from apps.messaging.services.templates import TemplateInput, make_template
from tests.browser.conftest import DESKTOP, PHONE

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WIDTHS = pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["1440", "360"])
SHOTS = os.environ.get("TEMPLATE_SHOTS", "")
NO_SIDEWAYS = "() => document.documentElement.scrollWidth <= innerWidth"


@pytest.fixture
def offer(bob) -> MailTemplate:
    now = clock.now()
    create_entity(actor=bob, data=EntityInput(first_name="Olena", last_name="Koval"), now=now)
    words = TemplateInput(name="Offer", category="free", context_type="contacts.entity")
    return make_template(actor=bob, data=words, is_own=True, now=now)


@WIDTHS
def test_a_variable_is_put_where_one_writes_and_the_preview_follows(page, live_server, sign_in, axe, bob, offer, size):
    page.set_viewport_size(size)
    sign_in(page, bob)
    page.goto(f"{live_server.url}/mail/templates/{offer.pk}/")

    page.get_by_label("Subject").fill("For ")
    page.get_by_role("button", name="contact.last_name").click()
    page.locator("rich-text[data-ready]").wait_for()
    editor = page.get_by_role("textbox", name="Message")
    editor.click()
    page.keyboard.type("Good day, ")
    page.get_by_role("button", name="contact.city").click()

    expect(page.get_by_label("Subject")).to_have_value("For {{ contact.last_name }}")
    preview = page.locator("#template-preview")
    expect(preview.locator(".mail-preview__subject")).to_have_text("For Koval")
    expect(preview).to_contain_text("Good day")
    expect(preview).to_contain_text("Not known here")
    assert page.evaluate(NO_SIDEWAYS)
    assert axe(page) == []
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/template-{size['width']}.png", full_page=True)

    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("toast-item")).to_contain_text("Saved")
    expect(page.locator(".version-list__item")).to_have_count(1)

    page.goto(f"{live_server.url}/mail/templates/")
    expect(page.get_by_role("link", name="Offer")).to_be_visible()
    assert page.evaluate(NO_SIDEWAYS)
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/templates-{size['width']}.png", full_page=True)
