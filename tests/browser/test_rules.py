"""A rule made in the browser: it acts on the next contact, and its log says so."""

from __future__ import annotations

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from apps.activities.models import Task
from apps.contacts.services.entities import create_entity
from apps.contacts.services.inputs import EntityInput
from apps.core import clock
from apps.core.kept import forget_now
from apps.crm.services.rule_runs import run_rules

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
NO_SIDEWAYS = "() => document.documentElement.scrollWidth <= innerWidth"


def test_a_rule_made_in_the_browser_acts_and_is_in_its_log(page, live_server, sign_in, axe, alice, bob):
    sign_in(page, alice)
    page.goto(live_server.url + reverse("crm:rules"))
    page.get_by_role("link", name="New rule").first.click()
    sheet = page.locator("#sheet")
    sheet.get_by_role("link", name="A contact is made").click()
    sheet.locator("[name=name]").fill("Greet")
    sheet.get_by_label("Task", exact=True).fill("Call them")
    sheet.get_by_label("For", exact=True).select_option(label=str(bob))
    assert axe(page) == []
    sheet.get_by_role("button", name="Save").click()
    expect(page.locator(".rows__row", has_text="Greet")).to_contain_text("Call them")

    forget_now()
    made = create_entity(actor=bob, data=EntityInput(first_name="Olha", last_name="Koval"), now=clock.now())
    run_rules(now=clock.now())
    task = Task.objects.get()
    assert task.activity.subject == "Call them"
    page.reload()
    log = page.locator(".rows__row", has_text="Olha Koval")
    expect(log).to_contain_text("Call them")
    expect(log.get_by_role("link")).to_have_attribute("href", f"/contacts/{made.pk}/")
    assert axe(page) == []
    log.get_by_role("button", name="Undo").click()
    expect(page.locator("toast-item")).to_be_visible()


def test_on_a_phone_nothing_goes_sideways(phone, live_server, sign_in, axe, alice):
    sign_in(phone, alice)
    phone.goto(live_server.url + reverse("crm:rules"))
    phone.wait_for_load_state("networkidle")
    assert phone.evaluate(NO_SIDEWAYS)
    phone.get_by_role("link", name="New rule").first.click()
    phone.locator("#sheet").get_by_role("link", name="A contact enters a stage").click()
    phone.locator("#sheet [name=name]").wait_for()
    assert axe(phone) == []
