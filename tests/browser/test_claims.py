"""A dealer's claim on the phone: filed with a photo, decided, read; the talk beside it."""

from __future__ import annotations

import pytest
from django.urls import reverse

from apps.core import clock
from apps.crm.models import Claim
from apps.crm.services import claim_steps
from apps.crm.services.claim_steps import Decision
from tests.conftest import make_user
from tests.crm.claims import a_photo
from tests.crm.factories import a_construction, a_dealer, an_order, into_portal

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]


def test_a_claim_is_filed_with_a_photo_and_its_decision_read_with_a_thumb(phone, live_server, sign_in, axe, tmp_path):
    dora = make_user("dora@example.com", "Dora Dealer", "dealer")
    clara = make_user("clara@example.com", "Clara Claims", "claims")
    dealer = a_dealer("Svitlo Windows")
    into_portal(dora, dealer)
    order = an_order(dealer, "A-1001")
    a_construction(order, title="Kitchen window")
    photo = tmp_path / "window.jpg"
    photo.write_bytes(a_photo(1600, 1200))
    script = tmp_path / "script.jpg"
    script.write_text("<script>alert(1)</script>")
    sign_in(phone, dora)

    phone.goto(live_server.url + reverse("portal:claim_file", args=[order.pk]))
    assert axe(phone) == []
    phone.get_by_text("1. Kitchen window").first.wait_for()
    phone.get_by_label("What happened").fill("The pane is cracked")
    phone.get_by_label("Photos").set_input_files([photo, script])
    phone.get_by_role("button", name="Send the claim").click()
    phone.get_by_text("script.jpg: This is not a picture").wait_for()
    phone.complaints.clear()  # the answer was 422
    assert phone.get_by_label("What happened").input_value() == "The pane is cracked"
    assert axe(phone) == []
    phone.get_by_role("button", name="Send the claim").click()
    phone.get_by_role("heading", name="Claim C-").wait_for()

    claim = Claim.objects.get()
    assert claim.photos.count() == 1
    assert axe(phone) == []
    assert phone.evaluate("document.documentElement.scrollWidth") <= 360
    phone.get_by_role("textbox", name="Message").fill("It was so on arrival")
    phone.locator("toast-item").wait_for(state="detached", timeout=30_000)  # it lies over the foot of the page
    phone.get_by_role("button", name="Send").evaluate("button => button.scrollIntoView({block: 'center'})")
    phone.get_by_role("button", name="Send").click()
    phone.locator(".post__text", has_text="It was so on arrival").wait_for()
    decision = Decision(accepted=True, text="A new pane comes on Monday")
    claim_steps.decide(actor=clara, claim=claim, version=1, decision=decision, now=clock.now())
    phone.goto(live_server.url + reverse("portal:claims"))
    phone.get_by_role("link", name=claim.number).first.click()
    phone.get_by_text("A new pane comes on Monday").first.wait_for()
    assert axe(phone) == []


def test_a_claim_manager_decides_on_the_board(page, live_server, sign_in, axe):
    dora = make_user("dora@example.com", "Dora Dealer", "dealer")
    clara = make_user("clara@example.com", "Clara Claims", "claims")
    dealer = a_dealer("Svitlo Windows")
    into_portal(dora, dealer)
    from tests.crm.claims import a_claim

    claim = a_claim(an_order(dealer, "A-1001"), dora, now=clock.now())
    sign_in(page, clara)

    page.goto(live_server.url + reverse("crm:claims"))
    assert axe(page) == []
    page.get_by_role("link", name=claim.number).click()
    page.get_by_role("button", name="Take over").wait_for(state="detached")  # routed to her already
    assert axe(page) == []
    page.get_by_role("link", name="Decide").click()
    page.get_by_label("Accept", exact=True).wait_for()
    assert axe(page) == []
    page.get_by_label("Accept", exact=True).check()
    page.get_by_label("Compensation").fill("120.50")
    page.get_by_label("Words for the dealer").fill("We are sorry")
    with page.expect_navigation():
        page.get_by_role("button", name="Send").last.click()
    page.locator("main").get_by_text("Announced").wait_for()
    claim.refresh_from_db()
    assert claim.decision == "We are sorry"
    page.goto(live_server.url + reverse("crm:waiting"))
    assert axe(page) == []
