"""What claim managers do with a claim: taken over, asked about, decided, made good, closed."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from apps.accounts.services.tokens import create_token
from apps.activities.models import Notice
from apps.activities.services.digests import send_due as send_digests
from apps.core.models import OutgoingMail
from apps.crm.models import Claim, Compensation, Inquiry, LedgerEntry
from apps.crm.services import claim_steps
from apps.crm.services.claim_steps import ClaimChanged, Decision
from apps.crm.services.compensations import book
from apps.crm.services.escalation import escalate_claims
from tests.conftest import make_user
from tests.crm.claims import a_claim
from tests.crm.factories import NOW, a_dealer, a_plant, an_order, into_portal

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=3)


@pytest.fixture
def clara(everyone_folder):
    return make_user("clara@example.com", "Clara Claims", "claims")


@pytest.fixture
def dealer(dora):
    dealer = a_dealer("Svitlo Windows")
    into_portal(dora, dealer)
    return dealer


@pytest.fixture
def emil(dealer):
    """An employee who sees no money."""
    user = make_user("emil@example.com", "Emil Employee", "dealer")
    into_portal(user, dealer, role="employee")
    return user


@pytest.fixture
def claim(dealer, dora, clara):
    return a_claim(an_order(dealer, "A-1001"), dora)


def accept(claim, by, *, amount="120.50", version=1):
    decision = Decision(accepted=True, text="We are sorry", amount=Decimal(amount), currency="UAH")
    claim_steps.decide(actor=by, claim=claim, version=version, decision=decision, now=LATER)
    claim.refresh_from_db()


def an_entry(claim, *, kind="compensation", key="E-1", **fields):
    values = {"source": "accounting", "version": 1, "amount": Decimal("-120.50"), "booked_on": date(2026, 11, 5)}
    values |= {"currency": "UAH", "claim_number": claim.number, "received_at": LATER} | fields
    return LedgerEntry.objects.create(dealer=claim.dealer, plant=claim.plant, kind=kind, key=key, **values)


def test_a_claim_manager_takes_a_claim_over_and_undoes_it(client, clara, claim):
    Claim.objects.filter(pk=claim.pk).update(manager=None)
    client.force_login(clara)

    client.post(reverse("crm:claim_step", args=[claim.pk, "take"]), {"version": 1})

    claim.refresh_from_db()
    assert (claim.manager, claim.state, claim.version) == (clara, "in_review", 2)
    undo = list(client.get(reverse("crm:claim", args=[claim.pk])).context["messages"])
    url = undo[0].extra_tags.removeprefix("undo:")
    client.post(url)
    claim.refresh_from_db()
    assert (claim.manager, claim.state, claim.version) == (None, "new", 3)


def test_the_second_of_two_decisions_learns_that_it_comes_too_late(client, clara, claim):
    accept(claim, clara)
    client.force_login(clara)

    answer = client.post(
        reverse("crm:claim_decide", args=[claim.pk]), {"version": 1, "accepted": "no", "text": "No reason"}
    )

    assert answer.status_code == 422
    assert "Somebody has changed this claim meanwhile" in answer.content.decode()
    claim.refresh_from_db()
    assert claim.state == "accepted"
    with pytest.raises(ClaimChanged):
        claim_steps.close_claim(actor=clara, claim=claim, version=1, now=LATER)


def test_a_decision_is_announced_told_and_answers_what_waited(client, clara, dora, claim):
    client.force_login(clara)

    answer = client.post(
        reverse("crm:claim_decide", args=[claim.pk]),
        {"version": 1, "accepted": "yes", "text": "We are sorry", "amount": "120.50", "currency": "UAH"},
    )

    assert answer.status_code == 302
    given = Compensation.objects.get(claim=claim)
    assert (given.amount, given.currency, given.booked_at) == (Decimal("120.50"), "UAH", None)
    assert not Inquiry.objects.waiting().exists()
    assert Notice.objects.get(user=dora).verb == "claim.accepted"
    client.force_login(dora)
    page = client.get(reverse("portal:claim", args=[claim.pk])).content.decode()
    assert "We are sorry" in page
    assert "120.50" in page
    assert "Announced" in page


def test_an_employee_without_money_reads_the_decision_and_no_amount(client, clara, emil, claim):
    accept(claim, clara)
    client.force_login(emil)

    page = client.get(reverse("portal:claim", args=[claim.pk])).content.decode()

    assert "We are sorry" in page
    assert "120" not in page
    assert "Announced" not in page


def test_a_refusal_needs_a_reason_and_gives_nothing(client, clara, claim):
    client.force_login(clara)
    url = reverse("crm:claim_decide", args=[claim.pk])

    without = client.post(url, {"version": 1, "accepted": "no", "text": "", "amount": "5"})
    client.post(url, {"version": 1, "accepted": "no", "text": "Broken after delivery", "amount": "5"})

    assert without.status_code == 422
    claim.refresh_from_db()
    assert (claim.state, claim.decision) == ("refused", "Broken after delivery")
    assert not Compensation.objects.exists()


@pytest.mark.parametrize("amount", ["0", "-5", "1.005", "99999999999999"])
def test_an_amount_that_is_none_is_refused_at_the_field(client, clara, claim, amount):
    client.force_login(clara)

    answer = client.post(
        reverse("crm:claim_decide", args=[claim.pk]), {"version": 1, "accepted": "yes", "amount": amount}
    )

    assert answer.status_code == 422
    assert answer.context["form"].errors["amount"]


def test_accountings_entry_books_the_compensation_once(clara, claim):
    accept(claim, clara)
    entry, other = an_entry(claim), an_entry(claim, kind="payment", key="E-2")

    touched = book([entry.pk, other.pk], now=LATER)

    given = Compensation.objects.get(claim=claim)
    assert (given.entry, given.booked_at, touched) == (entry, LATER, [claim.pk])
    assert book([entry.pk], now=LATER + timedelta(days=1)) == []


def test_a_corrected_entry_takes_the_place_of_the_reversed_one(clara, claim):
    accept(claim, clara)
    first = an_entry(claim)
    book([first.pk], now=LATER)
    back = an_entry(claim, amount=Decimal("120.50"), reverses=first)
    second = an_entry(claim, version=2, amount=Decimal("-100"))

    book([back.pk, second.pk], now=LATER)

    assert Compensation.objects.get(claim=claim).entry == second


def test_an_entry_that_was_faster_than_the_decision_is_found(clara, claim):
    entry = an_entry(claim)

    accept(claim, clara)

    assert Compensation.objects.get(claim=claim).entry == entry


def test_a_booked_line_leads_to_its_claim(client, clara, dora, claim):
    accept(claim, clara)
    book([an_entry(claim).pk], now=LATER)
    client.force_login(dora)

    page = client.get(reverse("portal:finances"), {"from": "2026-01-01"}).content.decode()

    assert f'<a href="{reverse("portal:claim", args=[claim.pk])}">{claim.number}</a>' in page


def test_another_dealers_entry_books_nothing(clara, claim):
    accept(claim, clara)
    stranger = a_dealer("Other Windows")
    entry = LedgerEntry.objects.create(
        dealer=stranger,
        plant=a_plant(),
        kind="compensation",
        key="E-9",
        source="accounting",
        version=1,
        amount=Decimal("-1"),
        currency="UAH",
        booked_on=date(2026, 11, 5),
        claim_number=claim.number,
        received_at=LATER,
    )

    assert book([entry.pk], now=LATER) == []


def test_asking_waits_for_the_dealer_and_the_answer_brings_it_back(client, clara, dora, claim):
    client.force_login(clara)
    client.post(reverse("crm:claim_ask", args=[claim.pk]), {"version": 1, "text": "Which pane?"})
    claim.refresh_from_db()
    assert claim.state == "waiting"

    client.force_login(dora)
    url = reverse("portal:claim_thread", args=[claim.pk])
    assert "Which pane?" in client.get(url).content.decode()
    client.post(url, {"text": "The left one"})

    claim.refresh_from_db()
    assert claim.state == "in_review"
    client.force_login(clara)
    assert "The left one" in client.get(reverse("crm:claim", args=[claim.pk])).content.decode()


def test_closed_claims_leave_the_board_and_come_back(client, clara, claim):
    client.force_login(clara)
    board = reverse("crm:claims")
    assert claim.number in client.get(board).content.decode()

    client.post(reverse("crm:claim_step", args=[claim.pk, "close"]), {"version": 1})
    client.get(board)  # shows its message
    assert claim.number not in client.get(board).content.decode()
    client.post(reverse("crm:claim_step", args=[claim.pk, "reopen"]), {"version": 2})

    claim.refresh_from_db()
    assert (claim.state, claim.closed_at) == ("in_review", None)


def test_a_late_claim_is_escalated_once_and_managers_get_a_mail(client, alice, clara, claim):
    now = claim.due_at + timedelta(minutes=1)

    assert escalate_claims(now=now) == 1
    assert escalate_claims(now=now) == 0

    told = Notice.objects.filter(event="escalated").order_by("user")
    assert {notice.user for notice in told} == {alice, clara}
    assert all(notice.mail_due_at == now for notice in told)
    send_digests(now=now)
    assert OutgoingMail.objects.filter(recipients=[alice.email]).exists()


def test_a_decided_claim_is_never_late(clara, claim):
    accept(claim, clara)

    assert escalate_claims(now=claim.due_at + timedelta(days=9)) == 0


def test_content_people_and_dealers_find_no_claim_on_the_staffs_side(client, charlie, dora, bob, claim):
    urls = [reverse("crm:claim", args=[claim.pk]), reverse("crm:claims"), reverse("crm:claim_list")]

    for user, status in ((charlie, 403), (dora, 403), (bob, 200)):
        client.force_login(user)
        assert [client.get(url).status_code for url in urls] == [status] * 3


def test_sales_see_a_claim_and_don_t_decide_it(client, bob, claim):
    client.force_login(bob)

    assert client.get(reverse("crm:claim_decide", args=[claim.pk])).status_code == 403
    assert client.post(reverse("crm:claim_step", args=[claim.pk, "close"]), {"version": 1}).status_code == 403


def test_accounting_reads_decisions_by_a_cursor(client, ada, clara, dora, dealer, claim):
    finance = make_user("fin@example.com", "Fin Finance", "finance")
    _token, raw = create_token(actor=ada, user=finance, name="1C", scopes=["claims:read"], expires_at=None, now=NOW)
    headers = {"Authorization": f"Bearer {raw}"}
    accept(claim, clara)
    second = a_claim(an_order(dealer, "A-1002"), dora)
    refusal = Decision(accepted=False, text="No")
    claim_steps.decide(actor=clara, claim=second, version=1, decision=refusal, now=LATER)  # the same moment

    first_page = client.get("/api/v1/decisions", headers=headers).json()
    assert [(row["claim"], row["accepted"], row["amount"]) for row in first_page["decisions"]] == [
        (claim.number, True, "120.50"),
        (second.number, False, None),
    ]
    nothing = client.get(f"/api/v1/decisions?after={first_page['after']}", headers=headers).json()
    assert nothing == {"decisions": [], "after": first_page["after"]}
    assert client.get("/api/v1/decisions").status_code == 401
