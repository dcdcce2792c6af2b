"""Chosen contacts begin a sequence from their list, its mail comes into a real mailbox, next steps are put off."""

from __future__ import annotations

import os
from datetime import timedelta

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from apps.activities.services.task_input import TaskInput
from apps.activities.services.tasks import add_task
from apps.contacts.services.entities import create_entity
from apps.contacts.services.inputs import EmailInput, EntityInput, UnitInput
from apps.core import clock
from apps.core.services import outbox
from apps.crm.services.assignments import assign
from apps.crm.services.sequences import run_sequences, save_sequence
from apps.messaging.models import MailTemplate, MailTemplateVersion
from tests.browser.conftest import DESKTOP, PHONE
from tests.core.smtp_servers import sink
from tests.messaging.writers import mailbox

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SHOTS = os.environ.get("TASK_SHOTS", "")
NO_SIDEWAYS = "() => document.documentElement.scrollWidth <= innerWidth"


def look(page, name):
    page.wait_for_load_state("networkidle")
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/{name}.png", full_page=True)


def contact(actor, name):
    unit = UnitInput(emails=[EmailInput(address=f"{name.lower()}@example.com")])
    return create_entity(
        actor=actor, data=EntityInput(first_name=name, last_name="Koval", units=[unit]), now=clock.now()
    )


@pytest.fixture
def welcome(db):
    now = clock.now()
    template = MailTemplate.objects.create(key="welcome", name="Welcome", created_at=now)
    MailTemplateVersion.objects.create(
        template=template, language="en", number=1, subject="Good day {{ contact.first_name }}", body="<p>Hello</p>",
        created_at=now,
    )  # fmt: skip
    return template


def test_ticked_contacts_begin_a_sequence_and_their_mail_arrives(
    page, live_server, sign_in, axe, settings, alice, bob, welcome
):
    settings.RAPPORT_PRIVATE_NETWORKS = ["127.0.0.0/8"]
    steps = [(0, "mail", "", welcome), (3, "call", "the offer")]
    sequence = save_sequence(actor=alice, name="New dealer", steps=steps, now=clock.now())
    for name in ("Anna", "Olena"):
        contact(bob, name)
    page.set_viewport_size(DESKTOP)
    sign_in(page, bob)
    page.goto(live_server.url + reverse("contacts:list"))
    for name in ("Anna", "Olena"):
        page.locator(".rows__row", has_text=f"{name} Koval").get_by_role("checkbox").check()
    page.get_by_role("button", name="Begin a sequence").click()
    sheet = page.locator("#sheet")
    expect(sheet).to_contain_text("2 contacts are chosen")
    sheet.get_by_label("Sequence").select_option(label="New dealer")
    assert axe(page) == []
    sheet.get_by_role("button", name="Apply").click()
    page.wait_for_url("**/operations/**")

    with sink(settings) as server:
        mailbox(bob, settings)
        due = clock.now().replace(hour=12) + timedelta(days=1)
        run_sequences(now=due)
        for _mail in range(2):  # two seconds apart, and tomorrow: the clock says today
            outbox.send_due(now=due + timedelta(minutes=1))
        arrived = sorted(envelope.rcpt_tos[0] for envelope in server.envelopes)
    assert arrived == ["anna@example.com", "olena@example.com"]

    address = live_server.url + reverse("crm:sequence_page", args=[sequence.pk])
    page.goto(address)
    main = page.locator("main")
    expect(main).to_contain_text("Mail: Welcome")
    expect(main).to_contain_text("Sent")
    page.get_by_role("button", name="Pause").first.click()
    expect(main).to_contain_text("rests")
    assert axe(page) == []
    look(page, "sequence-1440")
    page.emulate_media(color_scheme="dark")
    look(page, "sequence-dark")
    page.set_viewport_size(PHONE)
    look(page, "sequence-360")
    assert page.evaluate(NO_SIDEWAYS)
    assert axe(page) == []


def test_overdue_steps_are_put_off_together_and_taken_back(page, live_server, sign_in, axe, alice, bob):
    now = clock.now()
    today = clock.company_day(now)
    for name, days in (("Anna", -2), ("Olena", -1), ("Petro", 0)):
        entity = contact(bob, name)
        assign(actor=alice, entity=entity, user=bob, on=today, now=now)
        due = today + timedelta(days=days)
        data = TaskInput(subject=f"Call {name}", zone="Europe/Kyiv", entities=[entity], assignees=[bob.pk], due_on=due)
        add_task(actor=bob, data=data, now=now)
    page.set_viewport_size(DESKTOP)
    sign_in(page, bob)
    page.goto(live_server.url + reverse("crm:follow_ups"))
    rows = page.locator(".rows__row")
    expect(page.locator("main")).to_contain_text("Call Anna")
    expect(page.locator("main")).not_to_contain_text("Call Petro")
    assert axe(page) == []
    look(page, "follow-up-1440")
    for name in ("Anna", "Olena"):
        rows.filter(has_text=f"{name} Koval").get_by_role("checkbox").check()
    page.get_by_role("button", name="Put off").click()
    page.locator("#sheet").get_by_role("button", name="Apply").click()
    expect(page.locator("main")).to_contain_text("Nothing is overdue")
    page.locator("toast-item").get_by_role("button", name="Undo").click()
    page.goto(live_server.url + reverse("crm:follow_ups"))
    expect(page.locator("main")).to_contain_text("Call Olena")
    page.set_viewport_size(PHONE)
    look(page, "follow-up-360")
    assert page.evaluate(NO_SIDEWAYS)
    assert axe(page) == []
