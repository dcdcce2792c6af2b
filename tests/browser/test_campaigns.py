"""A campaign from a segment to its results: tried, started, followed and left by its readers."""

from __future__ import annotations

import os
import re
from email import message_from_bytes, policy

import pytest
from playwright.sync_api import expect

from apps.contacts.models import Entity
from apps.core import clock
from apps.core.services import outbox
from apps.crm.models import Campaign, CampaignRecipient, MailingTopic
from apps.crm.services.campaigns import run_campaigns, start_campaign
from tests.browser.conftest import DESKTOP, PHONE
from tests.core.smtp_servers import sink
from tests.crm.campaigning import draft, person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SHOTS = os.environ.get("TASK_SHOTS", "")
NO_SIDEWAYS = "() => document.documentElement.scrollWidth <= innerWidth"


def look(page, name, size, axe):
    page.wait_for_load_state("networkidle")
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/{name}-{size['width']}.png", full_page=True)
    assert page.evaluate(NO_SIDEWAYS)
    assert axe(page) == []


def send_all() -> None:
    run_campaigns(now=clock.now())
    outbox.send_due(now=clock.now())
    run_campaigns(now=clock.now())


def test_from_a_filter_to_the_results(page, live_server, settings, sign_in, axe, charlie):
    settings.RAPPORT_SITE_URL = f"{live_server.url}/"
    for name in ("Anna", "Boris"):
        person(name)
    Entity.objects.filter(first_name="Boris").update(sort_name="boris")
    MailingTopic.objects.create(key="news", title="News")
    sign_in(page, charlie)
    with sink(settings) as server:
        page.goto(f"{live_server.url}/contacts/list/people/?f.city=Lviv")
        page.locator(".list__views summary").click()
        page.get_by_role("link", name="Save as segment").click()
        sheet = page.locator("#sheet")
        sheet.get_by_label("Name").fill("People of Lviv")
        sheet.get_by_role("button", name="Save").click()
        expect(page.locator(".page__title")).to_have_text("People of Lviv")
        expect(page.locator("main")).to_contain_text("2 contacts now")
        look(page, "segment", DESKTOP, axe)

        page.get_by_role("link", name="Write to all of them").click()
        sheet.get_by_label("Name").fill("Oak week")
        sheet.get_by_label("Topic").select_option(label="News")
        assert axe(page) == []
        sheet.get_by_role("button", name="Save").click()
        expect(page.locator("main")).to_contain_text("It has no subject.")
        page.get_by_role("link", name="Write", exact=True).click()
        page.locator("input[name=subject]").fill("Oak for {{ contact.first_name }}")
        page.locator("rich-text[data-ready]").wait_for()
        page.locator(".ProseMirror").click()
        page.keyboard.type("Dear {{ contact.first_name }}, look")
        expect(page.locator(".mail-preview__subject")).to_have_text("Oak for Anna")
        look(page, "campaign-words", DESKTOP, axe)
        page.get_by_role("button", name="Save", exact=True).click()
        expect(page.locator("main")).to_contain_text("contacts would get it now")
        look(page, "campaign-steps", DESKTOP, axe)

        page.get_by_role("button", name="Send a test to me").click()
        expect(page.locator("body")).to_contain_text("1 test mail is on its way to charlie@example.com.")
        outbox.send_due(now=clock.now())
        assert [each.rcpt_tos for each in server.envelopes] == [["charlie@example.com"]]

        # What its words link to, as the editor's tool would have put it there.
        linked = Campaign.objects.get().body.replace("look", '<a href="https://vikna.example/oak">look</a>')
        Campaign.objects.update(body=linked)
        page.reload()
        page.get_by_role("button", name="Send to 2 contacts now").click()
        expect(page.locator("main")).to_contain_text("Results")
        send_all()

    mails = [message_from_bytes(each.content, policy=policy.default) for each in server.envelopes[1:]]
    by_reader = {each.rcpt_tos[0]: mail for each, mail in zip(server.envelopes[1:], mails, strict=True)}
    assert set(by_reader) == {"anna@example.com", "boris@example.com"}
    shown = by_reader["anna@example.com"].get_body(("html",))
    assert shown is not None
    link = re.search(r'href="([^"]*/m/[^"]*)"', shown.get_content())
    assert link is not None
    followed = page.request.get(link[1], max_redirects=0)
    assert (followed.status, followed.headers["location"]) == (302, "https://vikna.example/oak")
    leave = str(by_reader["boris@example.com"]["List-Unsubscribe"]).split(",")[0].strip("<>")
    assert page.request.post(leave, form={"List-Unsubscribe": "One-Click"}).status == 200

    page.reload()
    figures = page.locator(".campaign-figures")
    expect(figures.get_by_role("link", name="Clicked")).to_contain_text("1")
    expect(figures.get_by_role("link", name="Unsubscribed")).to_contain_text("1")
    look(page, "campaign-results", DESKTOP, axe)
    figures.get_by_role("link", name="Unsubscribed").click()
    expect(page.locator("main")).to_contain_text("Boris Koval")
    expect(page.locator("main")).not_to_contain_text("Anna Koval")
    look(page, "campaign-recipients", DESKTOP, axe)
    boris = CampaignRecipient.objects.get(address="boris@example.com").entity_id
    page.goto(f"{live_server.url}/contacts/{boris}/")
    page.locator("#mailings summary").click()
    expect(page.locator("#mailings")).to_contain_text("Oak week")
    look(page, "contact-mailings", DESKTOP, axe)


def test_its_pages_fit_a_phone(page, live_server, settings, sign_in, axe, charlie):
    settings.RAPPORT_SITE_URL = f"{live_server.url}/"
    settings.RAPPORT_TRACK_OPENS = True
    for number in range(12):
        person(f"N{number}")
    person("Gone", "")
    planned = draft(charlie, subject_b="Windows of a new kind for {{ contact.first_name }}")
    begun = draft(charlie, planned.segment, name="Winter prices", subject_b="Windows", tracks_opens=True)
    start_campaign(actor=charlie, campaign=begun, now=clock.now())
    run_campaigns(now=clock.now())
    CampaignRecipient.objects.filter(made_at__isnull=False).update(
        state="sent", settled_at=clock.now(), opened_at=clock.now()
    )
    page.set_viewport_size(PHONE)
    sign_in(page, charlie)
    for path, name in (
        ("campaigns/", "campaigns"),
        (f"campaigns/{planned.pk}/", "campaign-steps"),
        (f"campaigns/{planned.pk}/words/", "campaign-words"),
        (f"campaigns/{planned.pk}/left-out/no_address/", "campaign-left-out"),
        (f"campaigns/{begun.pk}/", "campaign-results"),
        (f"campaigns/{begun.pk}/recipients/?f.outcome=opened", "campaign-recipients"),
        ("segments/", "segments"),
        (f"segments/{planned.segment_id}/", "segment"),
    ):
        page.goto(f"{live_server.url}/crm/{path}")
        look(page, name, PHONE, axe)
    page.set_viewport_size(DESKTOP)
    page.goto(f"{live_server.url}/crm/campaigns/{begun.pk}/")
    look(page, "campaign-trial", DESKTOP, axe)
    page.goto(f"{live_server.url}/crm/campaigns/")
    look(page, "campaigns", DESKTOP, axe)
