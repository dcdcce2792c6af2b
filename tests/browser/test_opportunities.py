"""An opportunity from a contact's page to Won: made with one click, dragged, counted, seen by somebody else."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from apps.contacts.models import Entity
from apps.contacts.services.entities import create_entity
from apps.contacts.services.inputs import EntityInput
from apps.core import clock
from apps.crm.models import Opportunity, PipelineStage
from apps.crm.services.opportunities import OpportunityInput, make_opportunity
from tests.browser.conftest import DESKTOP
from tests.browser.dragging import drag

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
NO_SIDEWAYS = "() => document.documentElement.scrollWidth <= innerWidth"


def contact(actor) -> Entity:
    made = create_entity(actor=actor, data=EntityInput(first_name="Olha", last_name="Koval"), now=clock.now())
    return Entity.objects.get(pk=made.pk)


def stage(name):
    return PipelineStage.objects.select_related("pipeline").get(pipeline__name="Sales", name=name)


def an_opportunity(actor, title, **fields):
    data = OpportunityInput(title=title, owner=actor, revenue=Decimal(5000), **fields)
    return make_opportunity(actor=actor, data=data, stage=stage("Enquiry"), now=clock.now())


def board_address():
    return reverse("crm:opportunity_board", args=[stage("Enquiry").pipeline_id])


def column(page, name):
    return page.locator(f"[data-column='{stage(name).pk}']")


def test_one_is_made_from_a_contact_dragged_to_won_and_counted(page, live_server, sign_in, axe, bob):
    olha = contact(bob)
    sign_in(page, bob)
    page.goto(f"{live_server.url}/contacts/{olha.pk}/")
    page.locator("#opportunities").get_by_role("link", name="Opportunity", exact=True).click()
    sheet = page.locator("#sheet")
    expect(sheet.get_by_label("Title")).to_have_value("Olha Koval")
    sheet.get_by_label("Revenue").fill("12000")
    assert axe(page) == []
    sheet.get_by_role("button", name="Save").click()
    expect(page).to_have_url(re.compile(r"/crm/opportunities/\d+/$"))
    expect(page.locator(".page__title")).to_have_text("Olha Koval")
    made = Opportunity.objects.get()
    assert (made.owner, made.revenue, made.contacts.get().entity) == (bob, Decimal(12000), olha)
    assert axe(page) == []

    page.goto(live_server.url + board_address())
    page.wait_for_load_state("networkidle")
    assert axe(page) == []
    drag(page, page.locator(f"[data-card='{made.pk}']"), column(page, "Won"))
    expect(column(page, "Won").locator(".card-task__title")).to_have_text(["Olha Koval"])
    expect(page.locator(".board__count").nth(3)).to_have_text("1")
    expect(page.locator(".board__sum").nth(3)).to_contain_text("12,000.00")
    expect(page.locator(".board__sum").first).to_have_text("")
    made.refresh_from_db()
    assert made.closed_at is not None

    page.goto(live_server.url + reverse("crm:opportunity_forecast"))
    row = page.locator("tbody .rows__row", has_text="12,000.00")
    expect(row).to_have_count(1)
    assert axe(page) == []
    row.get_by_role("link", name="1").click()
    expect(page.locator(".rows__link")).to_have_text(["Olha Koval"])


def test_by_keyboard_and_seen_by_somebody_else_at_once(browser, page, site, sign_in, bob, alice):
    made = an_opportunity(bob, "Facade")
    theirs = browser.new_context(viewport=DESKTOP, locale="en-GB").new_page()
    for each, user in ((page, bob), (theirs, alice)):
        sign_in(each, user)
        with each.expect_response(lambda answer: "/live/" in answer.url, timeout=60_000):  # the stream stands
            each.goto(site + board_address(), timeout=60_000)
    page.locator(f"[data-card='{made.pk}']").get_by_role("link", name="Move").focus()
    page.keyboard.press("Enter")
    sheet = page.locator("#sheet")
    sheet.get_by_label("Stage").select_option(label="Lost")
    sheet.get_by_label("Lost because of").select_option(label="Price")
    sheet.get_by_role("button", name="Save").press("Enter")
    seen = theirs.locator(f"[data-column='{stage('Lost').pk}'] .card-task__title")
    expect(seen).to_have_text(["Facade"], timeout=10_000)
    made.refresh_from_db()
    assert str(made.lost_reason) == "Price"
    theirs.context.close()


@pytest.mark.parametrize("path", ["board", "page", "forecast"])
def test_on_a_phone_nothing_goes_sideways(phone, live_server, sign_in, axe, bob, path):
    made = an_opportunity(bob, "Фасад школи з дуже довгою назвою та підрядниками", contacts=[contact(bob)])
    addresses = {
        "board": board_address(),
        "page": reverse("crm:opportunity", args=[made.pk]),
        "forecast": reverse("crm:opportunity_forecast"),
    }
    sign_in(phone, bob)
    phone.goto(live_server.url + addresses[path])
    phone.wait_for_load_state("networkidle")
    assert phone.evaluate(NO_SIDEWAYS)
    assert axe(phone) == []
