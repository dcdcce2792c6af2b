"""A dealer reads the account: balances line by line, their age, the chart, the files; and the firm's own reports."""

from __future__ import annotations

import json
import re
from datetime import date
from decimal import Decimal
from html import unescape

import pytest
from django.test import Client

from apps.core import clock
from apps.crm.models import Claim, Compensation, DealerPlant, LedgerMonth
from tests.conftest import make_user
from tests.crm.accounts import an_entry
from tests.crm.factories import NOW, a_dealer, a_plant, an_order, into_portal

pytestmark = pytest.mark.django_db


@pytest.fixture
def firm():
    return a_dealer("Svitlo Windows")


@pytest.fixture
def owner(client, dora, firm, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)
    into_portal(dora, firm)
    client.force_login(dora)
    return client


@pytest.fixture
def booked(firm):
    """10,000 brought along, 2,400.50 charged, 5,000 paid, and a last charge of today."""
    order = an_order(firm, "A-1001")
    an_entry(firm, date(2026, 1, 1), "10000.00", "opening")
    an_entry(firm, date(2026, 9, 10), "2400.50", order=order)
    an_entry(firm, date(2026, 10, 5), "-5000.00", "payment", client="Koval")
    an_entry(firm, date(2026, 11, 1), "100.00", "delivery")
    return order


def texts(response) -> str:
    return str(response.content.decode())


def balances(page: str) -> list[str]:
    cells = re.findall(r'data-title="Balance"><a href="[^"]+"><span class="money">([^<]+)</span>', page)
    return [cell.replace("\xa0", " ") for cell in cells]


def test_each_line_bears_the_balance_after_it_from_the_opening_one_on(owner, booked):
    page = texts(owner.get("/portal/finances/?from=2026-09-01&to=2026-11-02"))

    assert balances(page) == ["10,000.00 UAH", "12,400.50 UAH", "7,400.50 UAH", "7,500.50 UAH"]
    assert "Koval" in page
    assert "A-1001" in page


def test_a_time_within_a_month_opens_with_what_was_booked_before_it(owner, booked):
    page = texts(owner.get("/portal/finances/?from=2026-10-06&to=2026-11-02"))

    assert balances(page) == ["7,400.50 UAH", "7,500.50 UAH"]


def test_lines_of_one_order_stand_without_balances(owner, booked):
    page = texts(owner.get("/portal/finances/?order=a-1001"))

    assert "2,400.50 UAH" in page
    assert balances(page) == []
    assert "Koval" not in page


def test_the_credit_left_is_awaited_until_a_limit_is_told(owner, firm, booked):
    before = texts(owner.get("/portal/finances/"))
    DealerPlant.objects.filter(dealer=firm).update(credit_limit=Decimal(20000))
    after = texts(owner.get("/portal/finances/"))

    assert "12,499.50 UAH" not in before
    assert "12,499.50 UAH" in after


def test_an_announced_compensation_stands_beside_the_balance_not_in_it(owner, firm, booked, dora):
    claim = Claim.objects.create(
        number="C-1",
        dealer=firm,
        plant=a_plant(),
        order=booked,
        kind="damage",
        text="Cracked",
        author_name="Dora",
        made_at=NOW,
        due_at=NOW,
        changed_at=NOW,
    )
    Compensation.objects.create(
        claim=claim, dealer=firm, plant=a_plant(), amount=Decimal(333), currency="UAH", announced_at=NOW
    )

    page = texts(owner.get("/portal/finances/"))

    assert "333.00 UAH" in page
    assert re.search(r'<p class="account__balance"><a [^>]+><span class="money">7,500.50 UAH</span></a></p>', page)


def test_payments_settle_the_oldest_charges_first(owner, booked):
    page = texts(owner.get("/portal/finances/"))

    ages = re.search(r"Up to 30 days.*?</dl>", page, re.DOTALL)
    assert ages is not None
    figures = re.findall(r'class="money">([^<]+)<', ages.group())
    assert figures == ["100.00 UAH", "2,400.50 UAH", "0.00 UAH", "5,000.00 UAH"]


def test_the_chart_has_the_figures_of_the_stored_months(owner, firm, booked):
    page = texts(owner.get("/portal/finances/"))

    found = re.search(r'data-chart="([^"]+)"', page)
    assert found is not None
    chart = json.loads(unescape(found.group(1)))
    balance, expected = Decimal(0), []
    for month in LedgerMonth.objects.filter(dealer=firm).order_by("month"):
        balance += month.charged + month.paid
        expected.append((f"{month.month:%Y-%m}", balance))
    shown = [
        (label, Decimal(value)) for label, value in zip(chart["labels"], chart["series"][0]["values"], strict=True)
    ]
    assert shown == expected
    assert shown[-1] == ("2026-11", Decimal("7500.50"))


def test_the_file_has_the_lines_of_the_page(owner, booked):
    csv = texts(owner.get("/portal/finances/download/csv/?from=2026-09-01&to=2026-11-02"))
    xlsx = owner.get("/portal/finances/download/xlsx/")

    lines = csv.strip().splitlines()
    assert len(lines) == 5
    assert lines[1].startswith("2026-09-01,Opening balance")
    assert "10000.00" in lines[1]
    assert lines[-1].endswith("100.00,7500.50,UAH")
    assert xlsx.content[:2] == b"PK"


def test_another_dealers_account_is_not_there(owner, booked):
    an_entry(a_dealer("Promin"), date(2026, 10, 1), "777.77")

    assert "777.77" not in texts(owner.get("/portal/finances/"))


def test_reports_count_by_month_and_show_turnover_to_readers_of_money_alone(owner, firm):
    an_order(firm, "A-1", amount=Decimal(100))
    an_order(firm, "A-2", amount=Decimal(250))
    employee = make_user("emil@example.com", "Emil Employee", "dealer")
    into_portal(employee, firm, role="employee")
    browser = Client()
    browser.force_login(employee)

    page, narrow = texts(owner.get("/portal/reports/")), texts(browser.get("/portal/reports/"))

    assert "350.00 UAH" in page
    assert "November 2026" in page
    assert "350.00" not in narrow
    assert "November 2026" in narrow


def test_a_long_account_is_read_page_by_page_and_each_goes_on_with_the_balance(owner, firm, ada, everyone_folder):
    for number in range(1, 451):  # of one day, where only ids part them
        an_entry(firm, date(2026, 10, 1 + number // 100), f"{number}.00")
    an_entry(firm, date(2026, 9, 30), "1000.00")
    query = "from=2026-10-01&to=2026-11-02"

    address, seen, pages = f"/portal/finances/?{query}", [], 0
    while address:
        page = unescape(texts(owner.get(address)))
        seen += balances(page)[0 if pages == 0 else 1 :]
        further = re.search(r'href="([^"]+after=[^"]+)"', page)
        address, pages = further[1] if further else "", pages + 1

    ladder = [1000 + number * (number + 1) // 2 for number in range(451)]
    assert (pages, seen) == (3, [f"{each:,}.00 UAH" for each in ladder])
    assert "Carried over" in page
    assert texts(owner.get(f"/portal/finances/?{query}&after=nonsense")).count("statement__rows") == 1
    whole = owner.get(f"/portal/finances/download/csv/?{query}&after=2026-10-03_7").content.decode()
    assert len(whole.splitlines()) == 1 + 1 + 450
    staff = Client()
    staff.force_login(ada)
    page = unescape(texts(staff.get(f"/crm/settlements/{firm.pk}/?{query}")))
    assert balances(page)[-1] == f"{ladder[200]:,}.00 UAH"
    assert re.search(r'href="/crm/settlements/\d+/\?[^"]+after=', page)
