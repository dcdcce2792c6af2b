"""What a claim's decision gives stands announced until the plant's accounting, which asks for decisions, books it."""

from __future__ import annotations

import io
from decimal import Decimal

import pytest
from django.core.management import call_command
from django.db.models import Sum

from apps.core import clock
from apps.crm.models import Compensation, LedgerEntry, Order
from apps.crm.services.claim_steps import Decision, decide
from apps.crm.services.disputes import dispute_entry
from apps.sync.models import Source
from apps.sync.services.applying import apply_waiting
from apps.sync.services.polling import poll
from apps.sync.simulator.decisions import Decisions
from apps.sync.simulator.outlets import GaveUp
from tests.conftest import make_user
from tests.crm.claims import a_claim
from tests.crm.factories import into_portal

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def play(live_server, tmp_path, settings, everyone_folder):
    settings.VAR = tmp_path
    settings.RAPPORT_FEED_FOLDERS = [str(tmp_path / "simulator")]

    def run(*only: str) -> None:
        """A second of the plants; then all that their systems have said is taken in."""
        options = [f"--source={code}" for code in only]
        call_command("simulate_plant", "--url", live_server.url, "--seconds=1", "--rate=120", "--dealers=4", *options,
                     stdout=io.StringIO())  # fmt: skip
        for code in ("kyiv-production", "kyiv-books"):
            source = Source.objects.get(code=code)
            poll(source_id=source.pk)
            apply_waiting(source_id=source.pk)

    return run


def test_a_compensation_is_booked_once_accounting_runs_and_leads_to_its_claim(play, dora):
    play()
    order = Order.objects.filter(approved_at__isnull=False, plant__key="kyiv").order_by("pk").first()
    assert order is not None
    into_portal(dora, order.dealer)
    claim = a_claim(order, dora, now=clock.now())
    clara = make_user("clara@example.com", "Clara Claims", "claims")
    decision = Decision(accepted=True, text="We are sorry", amount=Decimal("321.50"))
    decide(actor=clara, claim=claim, version=claim.version, decision=decision, now=clock.now())

    def compensations() -> list[LedgerEntry]:
        return list(LedgerEntry.objects.filter(dealer=order.dealer, kind="compensation"))

    before = LedgerEntry.objects.filter(dealer=order.dealer).aggregate(owed=Sum("amount"))
    play("kyiv-production")
    compensation = Compensation.objects.get(claim=claim)
    assert (compensation.entry, compensations()) == (None, [])
    assert LedgerEntry.objects.filter(dealer=order.dealer).aggregate(owed=Sum("amount")) == before

    play("kyiv-books")
    compensation.refresh_from_db()
    (entry,) = compensations()
    assert (entry.source, entry.amount, entry.claim_number) == ("kyiv-books", Decimal("-321.50"), claim.number)
    assert compensation.entry == entry

    play("kyiv-books")
    assert compensations() == [entry]


def test_accounting_whose_token_ended_says_so(play, live_server):
    with pytest.raises(GaveUp, match="401"):
        list(Decisions(live_server.url, "kyiv", "rap_gone").since(""))
    assert list(Decisions("http://127.0.0.1:9", "kyiv", "rap_gone").since("")) == []


def test_a_dispute_is_answered_by_accountings_correction(play, dora, alice):
    play()
    entry = LedgerEntry.objects.filter(plant__key="kyiv", kind="opening").order_by("pk").first()
    assert entry is not None
    into_portal(dora, entry.dealer)
    claim = dispute_entry(actor=dora, entry=entry, text="It was less", now=clock.now())
    decision = Decision(accepted=True, text="It was", amount=Decimal("21.50"))
    decide(actor=alice, claim=claim, version=claim.version, decision=decision, now=clock.now())

    play("kyiv-books")
    play("kyiv-books")

    (correction,) = LedgerEntry.objects.filter(dealer=entry.dealer, kind="correction")
    assert (correction.source, correction.amount, correction.claim_number) == (
        "kyiv-books",
        Decimal("-21.50"),
        claim.number,
    )
    assert Compensation.objects.get(claim=claim).entry == correction
