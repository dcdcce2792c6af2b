"""A balance opens into what it is made of, and the parts are it to the cent, whatever has happened in the account."""

from __future__ import annotations

import os
import re
from datetime import date, timedelta
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
from django.db import transaction
from django.urls import reverse
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from apps.accounts.models import User
from apps.core import clock
from apps.core.database_roles import as_portal
from apps.crm.models import Dealer, LedgerEntry
from apps.crm.models.reach import portal_reader
from apps.crm.selectors.balances import Span, explain, movements
from apps.crm.selectors.settlements import Account, accounts_of, lines_of, statement
from apps.crm.services.claim_steps import Decision, decide
from apps.crm.services.disputes import AlreadyDisputed, dispute_entry
from tests.conftest import make_user
from tests.crm.accounts import an_entry as booked
from tests.crm.factories import NOW, a_dealer, an_order, into_portal
from tests.crm.feeding import ACCOUNTS, a_fed_plant, a_status, an_entry, an_order_record, feed, known_as

pytestmark = pytest.mark.django_db
EXAMPLES = int(os.environ.get("RAPPORT_PROOF_EXAMPLES", "5"))
FIRST, LAST = date(2026, 10, 28), date(2026, 11, 5)
some_days = st.dates(FIRST, LAST)
cents = st.integers(-30_000, 30_000).filter(bool).map(lambda each: str(Decimal(each) / 100))


def events() -> st.SearchStrategy[tuple[str, dict[str, Any]]]:
    """Accounting books or changes an entry, on any day; an order comes, late or early; a line is disputed."""
    entries = st.fixed_dictionaries(
        {
            "key": st.sampled_from(["L-1", "L-2", "L-3", "L-4", "L-5"]),
            "amount": cents,
            "dealer": st.sampled_from(["1001", "2002"]),
            "currency": st.sampled_from(["UAH", "UAH", "EUR"]),
            "order": st.sampled_from([None, "A-1", "A-2", "B-1"]),
            "kind": st.sampled_from(["opening", "charge", "payment", "delivery"]),
            "booked_on": some_days,
        }
    ).map(lambda drawn: ("entry", drawn))
    orders = st.sampled_from(["A-1", "A-2", "B-1"]).map(lambda key: ("order", {"key": key}))
    disputes = st.fixed_dictionaries({"place": st.integers(0, 20), "amount": cents, "day": some_days})
    return st.one_of(entries, entries, entries, orders, disputes.map(lambda drawn: ("dispute", drawn)))


class Books:
    """Two firms, their owners, who dispute, and the manager who decides."""

    def __init__(self, owners: dict[int, User], manager: User) -> None:
        self.owners, self.manager = owners, manager
        self.versions: dict[str, int] = {}

    def happen(self, what: str, drawn: dict[str, Any]) -> None:
        getattr(self, what)(**drawn)

    def entry(self, **drawn: Any) -> None:
        version = self.versions[drawn["key"]] = self.versions.get(drawn["key"], 0) + 1
        assert feed(an_entry(version=version, **drawn), source=ACCOUNTS).refused == []

    def order(self, key: str) -> None:
        if self.versions.setdefault(key, 0) == 0:
            self.versions[key] = 1
            dealer = "1001" if key.startswith("A") else "2002"
            feed(an_order_record(key, dealer=dealer), a_status(key, 1, "accepted"))

    def dispute(self, place: int, amount: str, day: date) -> None:
        lines = LedgerEntry.objects.filter(reverses=None, reversed_by=None).order_by("pk")
        if not lines:
            return
        line = lines[place % len(lines)]
        try:
            claim = dispute_entry(actor=self.owners[line.dealer_id], entry=line, text="No", now=NOW)
        except AlreadyDisputed as error:
            claim = error.claim
        if claim.decided_at is None:
            decision = Decision(accepted=True, text="", amount=-Decimal(amount))
            decide(actor=self.manager, claim=claim, version=claim.version, decision=decision, now=NOW)
        dealer = {dealer_id: key for key, dealer_id in self.keys().items()}[line.dealer_id]
        self.entry(
            key=f"X-{claim.pk}", amount=amount, dealer=dealer, currency=line.currency, order=None, kind="correction",
            booked_on=day, claim=claim.number,
        )  # fmt: skip

    def keys(self) -> dict[str, int]:
        return {"1001": min(self.owners), "2002": max(self.owners)}


def check_account(user: User, dealer: Dealer, account: Account, start: date) -> None:
    lines = lines_of(user, dealer.pk, account)
    amounts = list(lines.values_list("booked_on", "pk", "amount"))
    for offset in range((LAST - start).days + 2):
        day = start + timedelta(days=offset)
        check_parts(user, dealer, account, Span(start, day), sum(each[2] for each in amounts if each[0] <= day))
    whole = explain(lines, account=account, span=Span(start, LAST))
    assert whole == explain(lines, account=account, span=Span(start, LAST, is_whole=True))
    pages = [explain(lines, account=account, span=Span(start, LAST), page=page, most=3).groups for page in (1, 2)]
    assert [group for page in pages for group in page] == whole.groups[:6]
    for line in statement(lines, account=account, start=start, end=LAST, most=None).lines:
        place = (line.entry.booked_on, line.entry.pk)
        balance = sum(amount for day, pk, amount in amounts if (day, pk) <= place)
        assert line.balance == balance
        check_parts(user, dealer, account, Span(start, place[0], place), balance)


def check_parts(user: User, dealer: Dealer, account: Account, span: Span, balance: Decimal | int) -> None:
    lines = lines_of(user, dealer.pk, account)
    whole = explain(lines, account=account, span=span)
    assert whole.opening + sum(group.amount for group in whole.groups) == whole.closing == balance
    assert whole.opening + whole.moved == whole.closing
    parts: dict[str, Decimal] = {}
    for entry in movements(lines, span):
        group = entry.group
        parts[group] = parts.get(group, Decimal(0)) + entry.amount
    assert parts == {group.key: group.amount for group in whole.groups}


def test_the_parts_are_the_balance_for_every_dealer_day_and_line(everyone_folder, alice):
    names = {"1001": "Svitlo", "2002": "Vikna"}
    dealers = [known_as(a_dealer(name, plant=a_fed_plant()), key) for key, name in names.items()]
    owners = {}
    for dealer in dealers:
        owners[dealer.pk] = make_user(f"owner{dealer.pk}@example.com", f"Owner {dealer.pk}", "dealer")
        into_portal(owners[dealer.pk], dealer)
        assert portal_reader(owners[dealer.pk]) is not None  # kept: the portal's role reads no users

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        print_blob=True,
        phases=[Phase.explicit, Phase.reuse, Phase.generate],
    )
    @given(history=st.lists(events(), min_size=1, max_size=14), start=some_days)
    def hold(history: list[tuple[str, dict[str, Any]]], start: date) -> None:
        savepoint = transaction.savepoint()
        try:
            books = Books(owners, alice)
            for what, drawn in history:
                books.happen(what, drawn)
            for dealer in dealers:
                rights: dict[str, Any] = {"user_id": owners[dealer.pk].pk, "plant_ids": tuple(dealer.plant_ids)}
                with as_portal(dealer_id=dealer.pk, entity_id=dealer.entity_id, sees_money=True, **rights):
                    for account in accounts_of(dealer.pk):
                        check_account(owners[dealer.pk], dealer, account, start)
        finally:
            transaction.savepoint_rollback(savepoint)

    hold()


@pytest.fixture
def firm():
    return a_dealer("Svitlo Windows")


@pytest.fixture
def owner(client, dora, firm, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)
    into_portal(dora, firm)
    client.force_login(dora)
    return client


def page_of(client, address: str) -> str:
    return unescape(client.get(address).content.decode()).replace("\xa0", " ")


def test_every_balance_leads_to_its_parts(owner, firm, alice, client):
    order = an_order(firm, "A-1001")
    booked(firm, date(2026, 9, 10), "2400.50", order=order)
    line = booked(firm, date(2026, 10, 5), "-400.00", "payment")
    balance = reverse("portal:balance")

    finances = page_of(owner, reverse("portal:finances"))
    own = page_of(owner, reverse("portal:order", args=[order.pk]))
    assert re.search(rf'href="{balance}\?account=\d+-UAH"><span class="money">2,000.50 UAH', finances)
    assert f"upto=2026-10-05_{line.pk}" in finances
    assert f'href="{balance}?line=' in own
    assert "Open of this order" in own
    assert f'href="{balance}?account=' in page_of(owner, reverse("portal:home"))

    client.force_login(alice)
    house = reverse("crm:balance", args=[firm.pk])
    for address in ("crm:settlement_list", "crm:settlement", "crm:dealer", "crm:order"):
        args = {"crm:settlement_list": [], "crm:order": [order.pk]}.get(address, [firm.pk])
        assert f'href="{house}?' in page_of(client, reverse(address, args=args)), address
    assert "2,000.50 UAH" in page_of(client, house)


def test_a_group_opens_into_lines_with_source_and_times_and_corrections_beside(owner, firm):
    order = an_order(firm, "A-1001")
    wrong = booked(firm, date(2026, 9, 10), "100.00", order=order, key="E-1")
    other = booked(firm, date(2026, 9, 12), "7.00", "delivery", order=order, key="E-2")
    booked(firm, date(2026, 9, 10), "-100.00", order=order, key="E-1", reverses=wrong)
    right = booked(firm, date(2026, 10, 1), "80.00", order=order, key="E-1", version=2)

    page = page_of(owner, f"{reverse('portal:balance')}?group=o{order.pk}&day=2026-11-02")

    lines = [int(pk) for pk in re.findall(r'id="entry-(\d+)"', page)]
    assert lines == [wrong.pk, wrong.pk + 2, right.pk, other.pk]
    assert "87.00 UAH" in page
    assert page.count("Was taken back") == 1
    assert page.count("Corrects") == 2
    assert "accounts-kyiv" in page
    assert page.count("Something is wrong with this line") == 2  # neither what was taken back, nor that it was


def test_a_line_is_found_with_its_group_open(owner, firm):
    old = booked(firm, date(2020, 1, 5), "55.00", "opening")

    page = page_of(owner, f"{reverse('portal:balance')}?line={old.pk}")

    assert f'id="entry-{old.pk}"' in page
    assert owner.get(f"{reverse('portal:balance')}?line=999999").status_code == 404
    assert owner.get(f"{reverse('portal:balance')}?account=9-XXX").status_code == 404


def test_what_is_booked_ahead_is_part_of_todays_balance(owner, firm):
    booked(firm, date(2026, 12, 24), "12.00")

    assert "12.00 UAH" in page_of(owner, reverse("portal:balance"))


def test_many_lines_come_page_by_page(owner, firm):
    for number in range(1, 231):
        booked(firm, date(2026, 10, 1), f"{number}.00", order_key=f"Z-{number % 120}")
    address = reverse("portal:balance")

    first, second = page_of(owner, address), page_of(owner, f"{address}?page=2")

    assert (first.count('class="balance__open"'), second.count('class="balance__open"')) == (100, 20)
    assert "26,565.00 UAH" in first
    assert "26,565.00 UAH" in second


def test_the_file_has_the_parts_and_ends_with_the_balance(owner, firm):
    order = an_order(firm, "A-1001")
    booked(firm, date(2026, 7, 1), "10.00", "opening")
    booked(firm, date(2026, 10, 1), "5.50", order=order)

    answer = owner.get(f"{reverse('portal:balance_download', args=['csv'])}?from=2026-10-01&day=2026-11-02")

    rows = answer.content.decode().strip().splitlines()
    assert len(rows) == 4
    assert rows[1].startswith("2026-10-01,Opening balance")
    assert rows[1].endswith("10.00,UAH")
    assert "A-1001" in rows[2]
    assert rows[2].endswith("5.50,UAH")
    assert rows[3].startswith("2026-11-02,Balance")
    assert rows[3].endswith("15.50,UAH")


def test_who_sees_no_money_finds_no_balance(client, firm):
    booked(firm, date(2026, 10, 1), "777.77")
    emil = make_user("emil@example.com", "Emil Employee", "dealer")
    into_portal(emil, firm, role="employee")
    client.force_login(emil)

    assert client.get(reverse("portal:balance")).status_code == 403
    assert client.get(reverse("portal:balance_download", args=["csv"])).status_code == 403


def test_staff_without_money_find_no_balance(client, firm, everyone_folder):
    clara = make_user("clara@example.com", "Clara Claims", "claims")
    client.force_login(clara)

    assert client.get(reverse("crm:balance", args=[firm.pk])).status_code == 403


def test_what_is_open_of_an_order_is_its_part_of_the_balance(owner, firm, dora, alice):
    order = an_order(firm, "A-1001")
    charge = booked(firm, date(2026, 1, 10), "900.00", order=order)
    booked(firm, date(2026, 10, 5), "-400.00", "payment", order=order)
    claim = dispute_entry(actor=dora, entry=charge, text="Too much", now=NOW)
    answer = booked(firm, date(2026, 10, 9), "-50.00", "correction", claim_number=claim.number)

    page = page_of(owner, reverse("portal:order", args=[order.pk]))

    address = re.search(r'<a href="([^"]+)"><span class="money">450.00 UAH', page)
    assert address is not None
    parts = page_of(owner, address[1].partition("#")[0])
    lines = [int(pk) for pk in re.findall(r'id="entry-(\d+)"', parts)]
    assert lines == [charge.pk, answer.pk, answer.pk - 1]
    assert parts.count("450.00 UAH") == 3  # the group, all movements, the balance
