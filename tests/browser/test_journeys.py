"""A lead on its way: found on the board, dragged, moved by keyboard, made a customer with one click."""

from __future__ import annotations

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from apps.contacts.models import Entity
from apps.contacts.services.entities import create_entity
from apps.contacts.services.inputs import EntityInput
from apps.core import clock
from apps.crm.models import EntityPersona, JourneyStep, Persona, Pipeline, PipelineStage
from apps.crm.services.journeys import move_contact
from apps.crm.services.personas import give_persona
from tests.browser.conftest import DESKTOP
from tests.browser.dragging import drag

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
NO_SIDEWAYS = "() => document.documentElement.scrollWidth <= innerWidth"


def lead(actor, first_name) -> Entity:
    now = clock.now()
    made = create_entity(actor=actor, data=EntityInput(first_name=first_name, last_name="Koval"), now=now)
    entity = Entity.objects.get(pk=made.pk)
    give_persona(actor=actor, entity=entity, persona=Persona.objects.get(key="lead"), now=now)
    return entity


def stage(name):
    return PipelineStage.objects.get(pipeline__persona__key="lead", name=name)


def column(page, name):
    return page.locator(f"[data-column='{stage(name).pk}']")


def board_address():
    return reverse("crm:journey_board", args=[Pipeline.objects.get(persona__key="lead").pk])


def test_a_lead_is_dragged_moved_by_keyboard_and_made_a_customer(page, live_server, sign_in, axe, bob):
    olha, iryna = lead(bob, "Olha"), lead(bob, "Iryna")
    sign_in(page, bob)
    page.goto(live_server.url + board_address())
    page.wait_for_load_state("networkidle")
    assert axe(page) == []

    drag(page, page.locator(f"[data-card='{olha.pk}']"), column(page, "Contacted"))
    expect(column(page, "Contacted").locator(".card-task__title")).to_have_text(["Olha Koval"])
    expect(page.locator("toast-item")).to_contain_text("Contacted")
    expect(page.locator(".board__count").nth(1)).to_have_text("1")
    assert JourneyStep.objects.current().get(entity=olha).stage.name == "Contacted"

    page.locator(f"[data-card='{iryna.pk}']").get_by_role("link", name="Move").focus()
    page.keyboard.press("Enter")
    sheet = page.locator("#sheet")
    sheet.get_by_label("Why").fill("Asked for an offer")
    assert axe(page) == []
    sheet.get_by_role("button", name="Qualified").focus()
    page.keyboard.press("Enter")
    expect(column(page, "Qualified").locator(".card-task__title")).to_have_text(["Iryna Koval"])

    page.goto(f"{live_server.url}/contacts/{olha.pk}/")
    page.get_by_role("button", name="Qualified").click()
    expect(page.locator(".stepper [aria-current=step]")).to_have_text("Qualified")
    page.get_by_role("button", name="Make Customer").click()
    expect(page.locator(".persona-row .status")).to_have_text("Customer")
    assert axe(page) == []
    page.locator("toast-item", has_text="Customer").get_by_role("button", name="Undo").click()
    expect(page.locator(".persona-row .status")).to_have_text("Lead")
    assert EntityPersona.objects.get(entity=olha, valid_to__isnull=True).persona.key == "lead"


def test_a_card_that_somebody_moved_meanwhile_goes_where_it_stands(page, live_server, sign_in, bob, alice):
    olha = lead(bob, "Olha")
    sign_in(page, bob)
    page.goto(live_server.url + board_address())
    page.wait_for_load_state("networkidle")
    move_contact(actor=alice, entity=olha, stage=stage("Qualified"), now=clock.now())
    drag(page, page.locator(f"[data-card='{olha.pk}']"), column(page, "Contacted"))
    expect(page.locator("toast-item")).to_contain_text("meanwhile")
    expect(column(page, "Qualified").locator(".card-task__title")).to_have_text(["Olha Koval"])
    page.complaints.clear()  # the answer was 422


def test_two_people_at_one_board_see_each_other(browser, page, site, sign_in, bob, alice):
    olha = lead(bob, "Olha")
    address = site + board_address()
    theirs = browser.new_context(viewport=DESKTOP, locale="en-GB").new_page()
    for each, user in ((page, bob), (theirs, alice)):
        sign_in(each, user)
        with each.expect_response(lambda answer: "/live/" in answer.url, timeout=60_000):  # the stream stands
            each.goto(address, timeout=60_000)
    drag(page, page.locator(f"[data-card='{olha.pk}']"), column(page, "Contacted"))
    seen = theirs.locator(f"[data-column='{stage('Contacted').pk}'] .card-task__title")
    expect(seen).to_have_text(["Olha Koval"], timeout=10_000)
    theirs.context.close()


@pytest.mark.parametrize("path", ["board", "contact"])
def test_on_a_phone_nothing_goes_sideways(phone, live_server, sign_in, axe, bob, path):
    olha = lead(bob, "Olha")
    sign_in(phone, bob)
    phone.goto(live_server.url + (board_address() if path == "board" else f"/contacts/{olha.pk}/"))
    phone.locator(".card-task" if path == "board" else ".stepper").first.wait_for()
    assert phone.evaluate(NO_SIDEWAYS)
    assert axe(phone) == []
