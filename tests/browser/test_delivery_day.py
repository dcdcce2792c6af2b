"""The fitter on site with a bad connection: opened on a second browser, ticked and signed without it, sent once."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from apps.core import clock
from apps.crm.models import DeliveryLink, ShipmentStop, UnloadingAct
from apps.crm.selectors.delivery_days import today
from apps.crm.services import outlooks
from tests.browser.conftest import PHONE, _quieten
from tests.crm.claims import a_photo
from tests.crm.deliveries import between
from tests.crm.factories import a_dealer, into_portal

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
NO_SIDEWAYS = "() => document.documentElement.scrollWidth <= innerWidth"


@pytest.fixture
def truck(dora):
    """To a dealer's, today."""
    firm = a_dealer("Svitlo Windows")
    into_portal(dora, firm)
    shipment = between(firm, planned_on=today(clock.now()))
    ShipmentStop.objects.update(window_from=None, window_to=None)  # so that it is today at any hour of the night
    outlooks.refresh(shipment.pk)
    return shipment


def draw(page) -> None:
    """A line across the field, by mouse."""
    paper = page.locator("signature-pad canvas")
    paper.scroll_into_view_if_needed()
    box = paper.bounding_box()
    page.mouse.move(box["x"] + 20, box["y"] + 60)
    page.mouse.down()
    page.mouse.move(box["x"] + 150, box["y"] + 20)
    page.mouse.move(box["x"] + 250, box["y"] + 70)
    page.mouse.up()


def test_what_a_fitter_does_without_a_connection_is_there_once(
    phone, browser, live_server, sign_in, dora, truck, axe, tmp_path
):
    phone.set_default_timeout(60_000)  # the server draws its first pages
    sign_in(phone, dora)
    phone.goto(f"{live_server.url}/portal/deliveries/{truck.pk}/")
    phone.locator(".day-card").get_by_text("Today").wait_for()
    assert axe(phone) == []
    assert phone.evaluate(NO_SIDEWAYS)
    phone.get_by_role("link", name="Link for the fitter").click()
    phone.get_by_label("Who is it for?").fill("Ihor")
    phone.get_by_role("button", name="Make the link").click()
    address = phone.get_by_label("The link").input_value()
    assert axe(phone) == []

    other = browser.new_context(viewport=PHONE, timezone_id="Europe/Kyiv", locale="en-GB")
    other.set_default_timeout(60_000)
    _quieten(other, live_server.url)
    fitter = other.new_page()
    fitter.goto(address)
    fitter.get_by_label("Window of Svitlo Windows").wait_for()
    assert axe(fitter) == []
    assert fitter.evaluate(NO_SIDEWAYS)

    other.set_offline(True)
    fitter.get_by_label("Window of Svitlo Windows").check()
    fitter.get_by_role("button", name="One less").click()
    fitter.get_by_text("3 of 4 pieces are here").wait_for()
    fitter.get_by_text("Missing or damaged?").click()
    fitter.get_by_label("In a few words").fill("A scratch")
    photo = tmp_path / "scratch.jpg"
    photo.write_bytes(a_photo(1200, 900))
    fitter.get_by_label("Photo", exact=True).set_input_files(photo)
    fitter.get_by_role("button", name="Note it").click()
    fitter.get_by_text("Sign for the delivery").click()
    fitter.get_by_label("Name of whoever signs").fill("Petro Client")
    fitter.get_by_role("button", name="Sign", exact=True).click()
    fitter.get_by_text("Sign in the field first.").wait_for()
    draw(fitter)
    fitter.get_by_role("button", name="Sign", exact=True).click()
    fitter.get_by_text("Waiting for connection (4)").wait_for()
    assert axe(fitter) == []
    assert UnloadingAct.objects.count() == 0

    other.set_offline(False)
    fitter.get_by_text("Waiting for connection").wait_for(state="hidden")
    fitter.get_by_text("Signed by Petro Client").wait_for()
    fitter.reload()
    fitter.get_by_text("3 of 4 pieces are here").wait_for()
    fitter.get_by_text("A scratch").wait_for()
    kinds = list(UnloadingAct.objects.order_by("happened_at").values_list("kind", flat=True))
    assert kinds == ["tick", "tick", "note", "signature"]
    assert axe(fitter) == []

    DeliveryLink.objects.update(ends_at=clock.now())
    fitter.reload()
    fitter.get_by_role("heading", name="There is nothing at this address").wait_for()
    other.close()
    phone.goto(f"{live_server.url}/portal/deliveries/{truck.pk}/")
    phone.get_by_text("by the link for Ihor").first.wait_for()
    phone.get_by_role("link", name="File a claim").click()
    expect(phone.get_by_label("What happened")).to_have_value("A scratch", timeout=20_000)
    phone.get_by_text("1 photo is kept already.").wait_for()
