"""Cards of both boards moved by a finger on a phone: held for a moment, drawn to the next column, let go."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pytest
from django.urls import reverse
from playwright.sync_api import Browser, Locator, Page, expect

from apps.contacts.models import Entity
from apps.contacts.services.entities import create_entity
from apps.contacts.services.inputs import EntityInput
from apps.core import clock
from apps.crm.models import JourneyStep, Opportunity, Persona, PipelineStage
from apps.crm.services.opportunities import OpportunityInput, make_opportunity
from apps.crm.services.personas import give_persona
from tests.browser.conftest import PHONE

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def finger(browser: Browser) -> Iterator[Page]:
    """A page on a screen of 360 pixels that is touched."""
    context = browser.new_context(viewport=PHONE, locale="en-GB", has_touch=True, is_mobile=True)  # type: ignore[arg-type]  # plain dict
    context.set_default_timeout(10_000)
    yield context.new_page()
    context.close()


def draw(page: Page, card: Locator, goal: Locator) -> None:
    """Press below the card's words until it is held, draw it over the goal's title, let go."""
    touch = page.context.new_cdp_session(page)

    def at(kind: str, x: float = 0, y: float = 0) -> None:
        points = [] if kind == "touchEnd" else [{"x": x, "y": y}]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    card.scroll_into_view_if_needed()
    start = card.bounding_box()
    assert start
    x, y = start["x"] + 20, start["y"] + start["height"] - 6
    at("touchStart", x, y)
    page.locator(".sortable-chosen").wait_for()
    page.wait_for_timeout(300)  # the board takes a card up after a fifth of a second: else it would never scroll
    at("touchMove", x + 4, y + 4)
    end = goal.bounding_box()
    assert end
    for turn in range(60):
        at("touchMove", end["x"] + 30 + turn % 2, end["y"] + 12)
        if goal.locator(".sortable-ghost").count():
            break
        page.wait_for_timeout(50)
    at("touchEnd")


def stage(purpose: str, name: str) -> PipelineStage:
    named = {"journey": {"pipeline__persona__key": "lead"}, "opportunity": {"pipeline__name": "Sales"}}[purpose]
    return PipelineStage.objects.select_related("pipeline").get(name=name, **named)


def test_a_lead_is_drawn_to_the_next_stage(finger, live_server, sign_in, bob):
    made = create_entity(actor=bob, data=EntityInput(first_name="Olha", last_name="Koval"), now=clock.now())
    olha = Entity.objects.get(pk=made.pk)
    give_persona(actor=bob, entity=olha, persona=Persona.objects.get(key="lead"), now=clock.now())
    goal = stage("journey", "Contacted")
    sign_in(finger, bob)
    finger.goto(live_server.url + reverse("crm:journey_board", args=[goal.pipeline_id]))
    finger.wait_for_load_state("networkidle")

    column = finger.locator(f"[data-column='{goal.pk}']")
    draw(finger, finger.locator(f"[data-card='{olha.pk}']"), column)

    expect(column.locator(".card-task__title")).to_have_text(["Olha Koval"])
    expect(finger.locator("toast-item")).to_contain_text("Contacted")
    assert JourneyStep.objects.current().get(entity=olha).stage == goal


def test_an_opportunity_is_drawn_to_the_next_stage(finger, live_server, sign_in, bob):
    first = stage("opportunity", "Enquiry")
    data = OpportunityInput(title="Facade", owner=bob, revenue=Decimal(5000))
    made = make_opportunity(actor=bob, data=data, stage=first, now=clock.now())
    goal = first.pipeline.stages.filter(position__gt=first.position, outcome="open").earliest("position")
    sign_in(finger, bob)
    finger.goto(live_server.url + reverse("crm:opportunity_board", args=[goal.pipeline_id]))
    finger.wait_for_load_state("networkidle")

    column = finger.locator(f"[data-column='{goal.pk}']")
    draw(finger, finger.locator(f"[data-card='{made.pk}']"), column)

    expect(column.locator(".card-task__title")).to_have_text(["Facade"])
    expect(finger.locator("toast-item")).to_contain_text(goal.title)
    assert Opportunity.objects.get().stage == goal
