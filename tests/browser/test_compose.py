"""Writing a mail: from a contact's page with template and attachment, taken back, sent; at the desk and on a phone."""

from __future__ import annotations

import os
from datetime import timedelta
from email import message_from_bytes, policy
from typing import Any

import pytest
from playwright.sync_api import expect

from apps.contacts.models import Entity
from apps.contacts.services.entities import create_entity
from apps.contacts.services.inputs import EmailInput, EntityInput, UnitInput
from apps.core import clock
from apps.core.models import Operation
from apps.core.services import outbox
from apps.core.services.operations import run
from apps.messaging.models import Draft, MailMessage, MailTemplate, MailTemplateVersion
from apps.messaging.services.sending import queue_prepared
from tests.browser.conftest import DESKTOP, PHONE
from tests.core.smtp_servers import sink
from tests.messaging.pdf_text import pdf_text
from tests.messaging.writers import letter, mailbox

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WIDTHS = pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["1440", "360"])
ON_A_PHONE = pytest.mark.parametrize("size", [PHONE], ids=["360"])
NO_SIDEWAYS = """() => [document.documentElement, document.querySelector('#sheet')]
    .every((part) => part.scrollWidth <= part.clientWidth)"""
SHOTS = os.environ.get("MAIL_SHOTS", "")
SOON = timedelta(seconds=11)


@pytest.fixture(autouse=True)
def _loopback(settings):
    settings.RAPPORT_PRIVATE_NETWORKS = ["127.0.0.0/8"]


@pytest.fixture
def anna(bob) -> Entity:
    unit = UnitInput(kind="work", emails=[EmailInput(address="anna@example.com")])
    return create_entity(
        actor=bob,
        data=EntityInput(first_name="Anna", last_name="Koval", vat_number="UA7712345", units=[unit]),
        now=clock.now(),
    )


@pytest.fixture
def template(transactional_db) -> MailTemplate:
    now = clock.now()
    made = MailTemplate.objects.create(key="offer", name="Offer", category="free", created_at=now)
    words = {"subject": "Offer for {{ contact.first_name }}", "body": "<p>Dear {{ contact.first_name }},</p>"}
    MailTemplateVersion.objects.create(template=made, language="en", number=1, created_at=now, **words)
    return made


def ready(page) -> None:
    page.locator("rich-text[data-ready]").wait_for()


@WIDTHS
def test_a_mail_with_template_and_attachment_is_written_and_sent(
    page, live_server, sign_in, settings, bob, anna, template, tmp_path, axe, size
):
    page.set_viewport_size(size)
    offer = tmp_path / "offer.pdf"
    offer.write_bytes(b"%PDF-1.7 offer")
    with sink(settings) as server:
        mailbox(bob, settings)
        sign_in(page, bob)
        page.goto(f"{live_server.url}/contacts/{anna.pk}/")
        assert page.evaluate(NO_SIDEWAYS)
        page.get_by_role("link", name="anna@example.com").first.click()

        sheet = page.locator("#sheet")
        ready(page)
        expect(sheet.locator(".ts-control .item").first).to_contain_text("Anna Koval")
        sheet.get_by_label("Template").select_option("offer")
        expect(sheet.get_by_label("Subject")).to_have_value("Offer for Anna")
        ready(page)
        expect(sheet.locator(".ts-control .item").first).to_contain_text("Anna Koval")
        editor = sheet.get_by_role("textbox", name="Message")
        expect(editor).to_contain_text("Dear Anna")
        editor.click()
        page.keyboard.press("Control+End")
        page.keyboard.type("Here it is. ")
        sheet.get_by_role("button", name="Bold").click()
        page.keyboard.type("Today")
        expect(sheet.get_by_role("status")).to_contain_text("Saved at")
        sheet.locator("input[type=file]").set_input_files(offer)
        expect(sheet.locator(".compose__file")).to_contain_text("offer.pdf")
        assert page.evaluate(NO_SIDEWAYS)
        if SHOTS:
            page.screenshot(path=f"{SHOTS}/compose-{size['width']}.png")
        assert axe(page) == []
        sheet.get_by_role("button", name="Send", exact=True).click()

        expect(page.locator("toast-item")).to_contain_text("Sending")
        expect(page.locator(".sheet__dialog")).not_to_be_visible()
        outbox.send_due(now=clock.now() + SOON)

    (envelope,) = server.envelopes
    mail: Any = message_from_bytes(envelope.content, policy=policy.default)
    assert (mail["To"], mail["Subject"]) == ("Anna Koval <anna@example.com>", "Offer for Anna")
    assert "<strong>Today</strong>" in mail.get_body(("html",)).get_content()
    assert [part.get_filename() for part in mail.iter_attachments()] == ["offer.pdf"]


def test_three_actions_lead_from_a_customer_to_the_sent_sheet(page, live_server, sign_in, settings, bob, anna):
    actions = []

    def act(target) -> None:
        actions.append(target)
        target.click()

    with sink(settings) as server:
        mailbox(bob, settings)
        sign_in(page, bob)
        page.goto(f"{live_server.url}/contacts/{anna.pk}/")

        act(page.locator(".contact-head__actions .dropdown-toggle, .contact-head__actions summary").first)
        act(page.get_by_role("link", name="Send customer sheet"))
        ready(page)
        sheet = page.locator("#sheet")
        expect(sheet.locator(".compose__file")).to_contain_text("customer_sheet.pdf")
        act(sheet.get_by_role("button", name="Send", exact=True))

        expect(page.locator("toast-item")).to_contain_text("as soon as its documents are there")
        assert MailMessage.objects.get().state == "preparing"
        [operation] = Operation.objects.filter(verb="document.made")
        run(operation_id=operation.pk, now=clock.now())  # what the worker does
        assert queue_prepared(now=clock.now()) == 0
        outbox.send_due(now=clock.now() + SOON)

    assert len(actions) <= 3
    (envelope,) = server.envelopes
    mail: Any = message_from_bytes(envelope.content, policy=policy.default)
    assert mail["To"] == "Anna Koval <anna@example.com>"
    assert "Dear Anna Koval" in mail.get_body(("plain",)).get_content()
    [paper] = mail.iter_attachments()
    words = pdf_text(paper.get_content())
    assert "Anna Koval" in words
    assert "anna@example.com" in words
    assert "UA7712345" in words


def test_undo_gives_the_draft_back_and_nothing_leaves(page, live_server, sign_in, settings, bob, anna):
    with sink(settings) as server:
        mailbox(bob, settings)
        sign_in(page, bob)
        page.goto(f"{live_server.url}/contacts/")
        page.keyboard.press("c")
        sheet = page.locator("#sheet")
        ready(page)
        sheet.get_by_role("combobox", name="To", exact=True).fill("someone@example.com")
        page.keyboard.press("Enter")
        sheet.get_by_label("Subject").fill("Too early")
        sheet.get_by_role("button", name="Send", exact=True).click()

        page.locator("toast-item").get_by_role("button", name="Undo").click()
        expect(page.get_by_label("Subject")).to_have_value("Too early")
        outbox.send_due(now=clock.now() + SOON)

    assert server.envelopes == []
    assert not MailMessage.objects.exists()


def test_two_windows_on_one_draft_overwrite_nothing(page, context, live_server, sign_in, bob):
    mailbox(bob)
    draft = letter(bob)
    sign_in(page, bob)
    other = context.new_page()
    for window in (page, other):
        window.goto(f"{live_server.url}/mail/drafts/{draft.pk}/")
        ready(window)

    page.get_by_label("Subject").fill("From the first window")
    expect(page.get_by_role("status").filter(has_text="Saved at")).to_be_visible()
    other.get_by_label("Subject").fill("From the second window")
    expect(other.locator("#draft-state")).to_contain_text("changed in another window")

    assert Draft.objects.get().subject == "From the first window"
    page.complaints[:] = [each for each in page.complaints if "409" not in each]


@ON_A_PHONE
def test_words_become_a_link(page, live_server, sign_in, bob, axe, size):
    page.set_viewport_size(size)
    mailbox(bob)
    draft = letter(bob)
    sign_in(page, bob)
    page.goto(f"{live_server.url}/mail/drafts/{draft.pk}/")
    ready(page)
    page.get_by_role("textbox", name="Message").click()
    page.keyboard.press("Control+a")
    page.keyboard.type("Our shop")
    page.keyboard.press("Control+a")

    page.get_by_role("button", name="Link", exact=True).first.click()
    assert page.evaluate(NO_SIDEWAYS.replace("#sheet", "body"))
    assert axe(page) == []
    page.get_by_label("Address of the link").fill("shop.example/oak")
    page.keyboard.press("Enter")

    expect(page.locator(".ProseMirror a", has_text="Our shop")).to_have_attribute("href", "https://shop.example/oak")
    expect(page.get_by_label("Address of the link")).to_be_hidden()
    expect(page.get_by_role("textbox", name="Message")).to_be_focused()
    page.keyboard.press("End")
    page.keyboard.type(" or ")
    page.get_by_role("button", name="Link", exact=True).first.click()
    page.get_by_label("Address of the link").fill("anna@example.com")
    page.get_by_role("button", name="Link", exact=True).last.click()
    expect(page.get_by_role("status").filter(has_text="Saved at")).to_be_visible()
    draft.refresh_from_db()
    assert '<a href="https://shop.example/oak">Our shop</a>' in draft.body.replace(' rel="noopener noreferrer"', "")
    assert '<a href="mailto:anna@example.com">anna@example.com</a>' in draft.body.replace(
        ' rel="noopener noreferrer"', ""
    )
    assert not MailMessage.objects.exists()
