"""The customer sheet: from the contact's menu, on a desk and on a phone, and begun as a mail."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from playwright.sync_api import expect

from tests.crm.accounts import an_entry
from tests.crm.factories import a_dealer, an_order

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_manager_opens_the_sheet_of_a_customer(page, site, sign_in, axe, alice):
    firm = a_dealer("Західноукраїнське електрогідромеханізоване підприємство", code="SVITLO", city="Lutsk")
    for number in range(3):
        an_order(firm, f"A-100{number}", amount=Decimal("12400.50"))
    an_entry(firm, date(2026, 10, 5), "7300.25")
    sign_in(page, alice)
    page.goto(f"{site}/contacts/{firm.entity_id}/")

    page.locator("summary[aria-label='More']").first.click()
    page.get_by_role("link", name="Customer sheet", exact=True).click()

    expect(page.locator("#sheet-parts")).to_contain_text("A-1002")
    expect(page.locator("#sheet-parts")).to_contain_text("7,300.25")
    for width in (1440, 360):
        page.set_viewport_size({"width": width, "height": 800})
        assert axe(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
