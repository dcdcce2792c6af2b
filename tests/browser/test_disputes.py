"""On the phone, down from the balance to a payment that is wrong; staff decide; accounting's correction leads back."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse

from apps.core import clock
from apps.crm.models import Claim, LedgerEntry
from apps.crm.services.compensations import book
from tests.conftest import make_user
from tests.crm.accounts import an_entry
from tests.crm.factories import a_dealer, an_order, into_portal

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]


def is_narrow(phone) -> bool:
    return bool(phone.evaluate("document.documentElement.scrollWidth") <= 360)


def test_a_payment_is_disputed_with_a_thumb_decided_and_corrected(phone, live_server, sign_in, axe):
    dora = make_user("dora@example.com", "Dora Dealer", "dealer")
    alice = make_user("alice@example.com", "Alice Manager", "manager")
    dealer = a_dealer("Svitlo Windows")
    into_portal(dora, dealer)
    today = clock.now().date()
    an_entry(dealer, today.replace(day=1), "2400.50", order=an_order(dealer, "A-1001"))
    payment = an_entry(dealer, today, "-400.00", "payment", client="Koval")
    sign_in(phone, dora)

    phone.goto(live_server.url + reverse("portal:finances"))
    assert axe(phone) == []
    phone.locator(".account__balance a").click()
    phone.get_by_role("heading", name="What the balance is made of").wait_for()
    assert is_narrow(phone)
    assert axe(phone) == []
    phone.get_by_role("link", name="Payment").click()
    phone.get_by_text("Client: Koval").wait_for()
    assert is_narrow(phone)
    assert axe(phone) == []
    phone.get_by_role("link", name="Something is wrong with this line").click()
    phone.get_by_label("What is wrong with it?").fill("We paid 500")
    phone.get_by_label("What should it be?").fill("500")
    assert axe(phone) == []
    phone.get_by_role("button", name="Send the claim").click()
    phone.get_by_role("heading", name="Claim C-").wait_for()
    claim = Claim.objects.get()
    assert is_narrow(phone)
    assert axe(phone) == []
    phone.get_by_role("link", name="Payment,").click()
    phone.get_by_text("Disputed", exact=True).wait_for()

    page = phone
    sign_in(page, alice)
    page.goto(live_server.url + reverse("crm:claim", args=[claim.pk]))
    assert axe(page) == []
    page.get_by_role("link", name="Decide").click()
    page.get_by_label("Accept", exact=True).check()
    assert page.get_by_label("Correction").input_value() == "100.00"
    assert axe(page) == []
    page.get_by_label("Words for the dealer").fill("You are right")
    with page.expect_navigation():
        page.get_by_role("button", name="Send").last.click()
    page.locator("main").get_by_text("Announced").wait_for()

    correction = an_entry(dealer, date(2026, 11, 3), "-100.00", "correction", claim_number=claim.number)
    book([correction.pk], now=clock.now())
    sign_in(phone, dora)
    phone.goto(live_server.url + reverse("portal:claim", args=[claim.pk]))
    phone.locator(".claim-decision__amount a").click()
    phone.locator(f"#entry-{correction.pk}").wait_for()
    phone.locator(f"#entry-{payment.pk}").get_by_text("Corrected", exact=True).wait_for()
    phone.locator(f"#entry-{correction.pk}").get_by_role("link", name=claim.number).click()
    phone.get_by_text("You are right").first.wait_for()
    assert LedgerEntry.objects.get(pk=correction.pk).compensation.claim == claim
