"""A dealer says that a line of the account is wrong; who has the rights decides; accounting's correction answers."""

from __future__ import annotations

import re
import threading
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse

from apps.accounts.services.tokens import create_token
from apps.activities.models import Activity, Notice
from apps.core import clock
from apps.core.database_roles import as_portal
from apps.crm.models import Claim, Compensation, Inquiry, LedgerEntry
from apps.crm.services import claim_steps
from apps.crm.services.claim_steps import ClaimChanged, Decision
from apps.crm.services.disputes import dispute_entry, withdraw_claim
from apps.crm.services.mail_values import read_claim
from apps.crm.services.papers.claims import claim_report
from tests.conftest import make_user
from tests.crm import feeding
from tests.crm.accounts import an_entry
from tests.crm.factories import NOW, a_dealer, an_order, into_portal
from tests.crm.feeding import ACCOUNTS, a_fed_plant, feed, known_as

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=3)


@pytest.fixture
def clara(everyone_folder):
    """A claim manager who sees no amounts."""
    return make_user("clara@example.com", "Clara Claims", "claims")


@pytest.fixture
def firm(dora):
    firm = known_as(a_dealer("Svitlo Windows", plant=a_fed_plant()), "1001")
    into_portal(dora, firm)
    return firm


@pytest.fixture
def emil(firm):
    user = make_user("emil@example.com", "Emil Employee", "dealer")
    into_portal(user, firm, role="employee")
    return user


@pytest.fixture
def payment(firm):
    return an_entry(firm, date(2026, 10, 5), "-400.00", "payment")


@pytest.fixture
def dispute(payment, dora, alice, clara):
    return dispute_entry(actor=dora, entry=payment, text="We paid 500", expected=Decimal(500), now=NOW)


@pytest.fixture
def owner(client, dora, firm, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)
    client.force_login(dora)
    return client


def at(claim: Claim, route: str = "portal:claim") -> str:
    return reverse(route, args=[claim.pk])


def page_of(client: Client, address: str, **data: int) -> str:
    return client.get(address, data).content.decode().replace("\xa0", " ")


def accept(claim: Claim, by, amount: str = "100.00") -> None:
    decision = Decision(accepted=True, text="You are right", amount=Decimal(amount))
    claim_steps.decide(actor=by, claim=claim, version=claim.version, decision=decision, now=LATER)
    claim.refresh_from_db()


def correct(claim: Claim, amount: str = "-100.00", version: int = 1) -> LedgerEntry:
    record = feeding.an_entry(
        "X-1", version, amount, kind="correction", claim=claim.number, booked_on=date(2026, 11, 3)
    )
    assert feed(record, source=ACCOUNTS).refused == []
    return LedgerEntry.objects.filter(claim_number=claim.number).latest("pk")


def test_a_dealer_disputes_a_payment_that_belongs_to_no_order(owner, payment, alice, clara):
    balance = page_of(owner, reverse("portal:balance"), line=payment.pk)
    address = reverse("portal:entry_dispute", args=[payment.pk])
    assert f'href="{address}"' in balance

    owner.post(address, {"text": "We paid 500", "expected": "500"})

    claim = Claim.objects.get()
    assert (claim.kind, claim.entry, claim.order, claim.expected) == ("money", payment, None, Decimal(-500))
    assert (claim.manager, claim.state) == (alice, "new")  # clara doesn't see amounts
    assert claim.due_at > NOW
    assert Inquiry.objects.waiting().get().manager == alice
    for address in (reverse("portal:balance") + f"?line={payment.pk}", reverse("portal:finances") + "?from=2026-10-01"):
        page = page_of(owner, address)
        assert "Disputed" in page, address
        assert f'href="{at(claim)}"' in page, address
    page = page_of(owner, at(claim))
    assert "-400.00 UAH" in page
    assert "-500.00 UAH" in page
    assert claim.number in page_of(owner, reverse("portal:claims"))


def test_a_line_is_disputed_once_at_a_time_and_leads_to_its_claim(owner, payment, dispute):
    address = reverse("portal:entry_dispute", args=[payment.pk])

    shown, again = owner.get(address).content.decode(), owner.post(address, {"text": "Again"})

    assert Claim.objects.count() == 1
    assert again.status_code == 422
    for page in (shown, again.content.decode()):
        assert "disputed already" in page
        assert f'href="{at(dispute)}"' in page
    dispute.pk, dispute.number = dispute.pk + 1000, "C-999999"
    with pytest.raises(IntegrityError, match="dispute_open_once"), transaction.atomic():
        dispute.save(force_insert=True)


@pytest.mark.parametrize("given", ["400", "-400", "1.005"])
def test_an_amount_that_says_nothing_is_refused_at_the_field(owner, payment, given):
    answer = owner.post(reverse("portal:entry_dispute", args=[payment.pk]), {"text": "Wrong", "expected": given})

    assert answer.status_code == 422
    assert answer.context["form"].errors["expected"]
    assert not Claim.objects.exists()


def test_a_line_that_was_taken_back_is_disputed_no_more(owner, firm, payment):
    back = an_entry(firm, date(2026, 10, 5), "400.00", "payment", reverses=payment)

    for entry in (payment, back):
        assert owner.post(reverse("portal:entry_dispute", args=[entry.pk]), {"text": "No"}).status_code == 422
    assert not Claim.objects.exists()


def test_who_sees_no_money_learns_nothing_of_a_dispute(client, emil, firm, payment, dispute, alice):
    claim_steps.ask_dealer(actor=alice, claim=dispute, version=1, text="Which bank?", now=LATER)
    client.force_login(emil)

    assert client.get(reverse("portal:entry_dispute", args=[payment.pk])).status_code == 403
    assert client.get(at(dispute)).status_code == 404
    assert client.get(at(dispute, "portal:claim_thread")).status_code == 404
    assert client.post(at(dispute, "portal:claim_withdraw")).status_code == 403
    assert dispute.number not in page_of(client, reverse("portal:claims"))
    assert not Notice.objects.filter(user=emil).exists()
    rights = {"dealer_id": firm.pk, "entity_id": firm.entity_id, "user_id": emil.pk}
    with as_portal(**rights):  # the second wall
        hidden = [Claim.objects.count(), Activity.objects.filter(context_type="crm.claim").count()]
    with as_portal(**rights, sees_money=True):
        shown = [Claim.objects.count(), Activity.objects.filter(context_type="crm.claim").count()]
    assert (hidden, shown) == ([0, 0], [1, 2])


def test_another_firm_finds_no_line(client, payment, everyone_folder):
    olha = make_user("olha@example.com", "Olha Other", "dealer")
    into_portal(olha, a_dealer("Promin"))
    client.force_login(olha)

    assert client.get(reverse("portal:entry_dispute", args=[payment.pk])).status_code == 404


def test_a_decision_takes_the_rights_on_claims_and_on_money(client, dispute, alice, bob, clara):
    for user, status in ((clara, 403), (bob, 403), (alice, 200)):
        client.force_login(user)
        assert client.get(at(dispute, "crm:claim_decide")).status_code == status, user
    client.force_login(clara)
    page = page_of(client, at(dispute, "crm:claim"))
    assert "400.00" not in page
    assert "500.00" not in page.replace("We paid 500", "")


def test_a_correction_is_announced_beside_the_balance_and_booked_by_accountings_entry(owner, payment, dispute, alice):
    staff = Client()
    staff.force_login(alice)
    sheet = page_of(staff, at(dispute, "crm:claim_decide"))
    assert 'value="100.00"' in sheet  # what the dealer thinks right
    staff.post(
        at(dispute, "crm:claim_decide"), {"version": 1, "accepted": "yes", "amount": "100.00", "text": "You are right"}
    )
    given = Compensation.objects.get(claim=dispute)
    assert (given.kind, given.amount, given.currency, given.entry) == ("correction", Decimal(100), "UAH", None)
    balance = page_of(owner, reverse("portal:balance"), line=payment.pk)
    assert "Correction announced" in balance
    assert "not in the balance yet" in balance
    assert re.search(r'balance__closing">.*?-400.00 UAH', balance, re.DOTALL)

    entry = correct(dispute)

    given.refresh_from_db()
    assert given.entry == entry
    balance = page_of(owner, reverse("portal:balance"), line=payment.pk)
    assert re.search(r'balance__closing">.*?-500.00 UAH', balance, re.DOTALL)
    assert "not in the balance yet" not in balance
    assert [int(pk) for pk in re.findall(r'id="entry-(\d+)"', balance)] == [payment.pk, entry.pk]  # beside it
    assert f"#entry-{entry.pk}" in page_of(owner, at(dispute))
    assert f"#entry-{payment.pk}" in page_of(owner, at(dispute))
    assert f"#entry-{entry.pk}" in page_of(staff, at(dispute, "crm:claim"))


def test_a_correction_that_was_taken_back_is_announced_again_until_the_new_one_comes(dispute, alice):
    accept(dispute, alice)
    correct(dispute)

    second = correct(dispute, "-90.00", version=2)

    assert Compensation.objects.get().entry == second
    assert second.amount == Decimal(-90)


def test_a_correction_may_be_to_the_plants_good_and_nothing_is_booked_by_a_compensation(dispute, alice):
    accept(dispute, alice, "-20.00")
    feed(feeding.an_entry("X-9", 1, "-20.00", kind="compensation", claim=dispute.number), source=ACCOUNTS)

    assert Compensation.objects.get().entry is None
    assert correct(dispute, "20.00") == Compensation.objects.get().entry


def test_whoever_accepts_says_by_how_much(client, dispute, alice):
    client.force_login(alice)

    answer = client.post(at(dispute, "crm:claim_decide"), {"version": 1, "accepted": "yes", "text": "Yes"})

    assert answer.status_code == 422
    assert answer.context["form"].errors["amount"]


def test_a_refusal_in_words_reaches_the_dealer(owner, payment, dispute, alice, dora):
    decision = Decision(accepted=False, text="The bank says 400")
    claim_steps.decide(actor=alice, claim=dispute, version=1, decision=decision, now=LATER)

    assert "The bank says 400" in page_of(owner, at(dispute))
    assert "Dispute refused" in page_of(owner, reverse("portal:balance"), line=payment.pk)
    assert Notice.objects.get(user=dora).verb == "claim.refused"
    assert not Compensation.objects.exists()


def test_a_dispute_is_taken_back_until_it_is_decided(owner, payment, dispute, alice, dora):
    assert "Take the claim back" in page_of(owner, at(dispute))
    owner.post(at(dispute, "portal:claim_withdraw"))
    owner.post(at(dispute, "portal:claim_withdraw"))

    dispute.refresh_from_db()
    assert (dispute.state, dispute.closed_at, dispute.version) == ("closed", NOW, 2)
    assert not Inquiry.objects.waiting().exists()
    page = page_of(owner, at(dispute))
    assert "Claim taken back" in page
    assert "Take the claim back" not in page
    assert "Disputed" not in page_of(owner, reverse("portal:balance"), line=payment.pk)
    second = dispute_entry(actor=dora, entry=payment, text="After all", now=LATER)
    with pytest.raises(ClaimChanged):
        claim_steps.reopen_claim(actor=alice, claim=dispute, version=2, now=LATER)
    accept(second, alice)
    with pytest.raises(ClaimChanged):
        withdraw_claim(actor=dora, claim=second, now=LATER)
    assert "Take the claim back" not in page_of(owner, at(second))


def test_what_reads_claims_reads_one_without_an_order(client, ada, alice, firm, dispute):
    client.force_login(alice)

    for address in (at(dispute, "crm:claim"), reverse("crm:claims"), reverse("crm:claim_list"), reverse("crm:waiting")):
        assert dispute.number in page_of(client, address), address
    assert "400.00" in str(claim_report(alice, dispute.pk, "en")["facts"])
    assert read_claim(alice, dispute.pk, "en", NOW)["claim"]["number"] == dispute.number
    accept(dispute, alice)
    finance = make_user("fin@example.com", "Fin Finance", "finance")
    _token, raw = create_token(actor=ada, user=finance, name="1C", scopes=["claims:read"], expires_at=None, now=NOW)
    (told,) = client.get("/api/v1/decisions", headers={"Authorization": f"Bearer {raw}"}).json()["decisions"]
    expected = {"kind": "correction", "entry": dispute.entry.key, "order": "", "amount": "100.00", "accepted": True}
    assert {key: told[key] for key in expected} == expected
    _token, raw = create_token(actor=ada, user=alice, name="Sales", scopes=["claims:read"], expires_at=None, now=NOW)
    (row,) = client.get("/api/v1/claims", headers={"Authorization": f"Bearer {raw}"}).json()["items"]
    assert (row["order_id"], row["entry_id"], row["expected"]) == (None, dispute.entry_id, "-500.00")


def test_the_line_of_an_order_brings_its_order_along(dora, firm, alice):
    order = an_order(firm, "A-1001")
    entry = an_entry(firm, date(2026, 10, 5), "400.00", order=order)

    claim = dispute_entry(actor=dora, entry=entry, text="Too much", now=NOW)

    assert (claim.order, claim.plant_id) == (order, entry.plant_id)


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_once_make_one_claim(payment, dora, alice):
    both = threading.Barrier(2)
    answers = []

    def click() -> None:
        client = Client()
        client.force_login(dora)
        both.wait()
        answers.append(client.post(reverse("portal:entry_dispute", args=[payment.pk]), {"text": "No"}).status_code)
        connection.close()

    threads = [threading.Thread(target=click) for _number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(answers) == [302, 422]
    assert Claim.objects.count() == 1
