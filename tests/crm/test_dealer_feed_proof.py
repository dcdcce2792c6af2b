"""Whatever happens while a program downloads, in the end it holds what the portal shows, to the cent."""

from __future__ import annotations

import json
import os
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as trial
from hypothesis import strategies as st

from apps.core.database_roles import as_portal
from apps.crm.models import Dealer, LedgerEntry, Order, Shipment
from apps.crm.models.reach import PortalReader, program_of
from apps.crm.selectors.dealer_feed import rows_of
from apps.crm.selectors.settlements import accounts_of
from apps.crm.services.dealer_feed.numbering import number_changes
from tests.crm import feed_world
from tests.crm.feed_world import Plants, drafts
from tests.crm.feeding import NOW, PRODUCTION, a_dealer_record, a_fed_plant
from tests.crm.programs import KINDS, Program, a_key
from tests.crm.test_feed_proof import deliver

EXAMPLES = int(os.environ.get("RAPPORT_PROOF_EXAMPLES", "10"))
MODELS: dict[str, Any] = {"orders": Order, "stages": Order, "shipments": Shipment, "ledger": LedgerEntry}

steps = st.lists(
    st.one_of(
        st.tuples(st.just("come"), st.lists(drafts(), min_size=1, max_size=6)),
        st.tuples(st.just("number"), st.none()),
        st.tuples(st.just("download"), st.tuples(st.sampled_from(KINDS), st.integers(1, 4), st.integers(0, 1))),
    ),
    min_size=4,
    max_size=25,
)


def as_the_portal_shows(dealer: Dealer, kind: str) -> dict[int, Any]:
    reader = PortalReader(
        dealer.pk, dealer.entity_id, 0, is_owner=False, sees_money=True, plant_ids=tuple(dealer.plant_ids)
    )
    with as_portal(dealer_id=dealer.pk, entity_id=dealer.entity_id, sees_money=True, plant_ids=reader.plant_ids):
        user = program_of(reader)
        ids = list(MODELS[kind].objects.visible_to(user).values_list("pk", flat=True))
        rows = rows_of(kind, ids, user=user)
    assert sorted(rows) == sorted(ids)
    plain = {str(pk): row for pk, row in rows.items()}
    text = json.dumps(plain, default=lambda value: value.isoformat() if hasattr(value, "isoformat") else str(value))
    return {int(pk): row for pk, row in json.loads(text).items()}


@pytest.mark.django_db
def test_a_feed_replayed_into_an_empty_table_gives_what_the_portal_shows(everyone_folder, settings) -> None:
    settings.RAPPORT_API_RATE = 1_000_000

    @trial(
        max_examples=EXAMPLES,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        print_blob=True,
        phases=[Phase.explicit, Phase.reuse, Phase.generate],
    )
    @given(steps=steps, opened=st.integers(0, 6))
    def replays(steps: list[Any], opened: int) -> None:
        start = transaction.savepoint()
        try:
            _play(steps, opened)
        finally:
            transaction.savepoint_rollback(start)

    replays()


def _play(steps: list[Any], opened: int) -> None:
    plant, plants = a_fed_plant(), Plants()
    for key in ("1", "2"):
        deliver(PRODUCTION, [a_dealer_record(key, 1, code=f"D-{key}")], plant)
        plants._versions[PRODUCTION, feed_world._dealer, key] = 1
    programs: dict[str, Program] = {}
    for place, (step, given_) in enumerate(steps):
        if place == min(opened, len(steps) - 1):
            programs = {code: Program(a_key(Dealer.objects.get(code=code))) for code in ("D-1", "D-2")}
        if step == "come":
            for source, record in [plants.send(draft) for draft in given_]:
                deliver(source, [record], plant)
        elif step == "number":
            number_changes(now=NOW)
        elif programs:
            kind, limit, which = given_
            programs[f"D-{which + 1}"].download(kind, limit)
    number_changes(now=NOW)
    for code, program in programs.items():
        dealer = Dealer.objects.get(code=code)
        if not dealer.is_active:
            continue
        program.catch_up()
        for kind in KINDS:
            assert program.seen(kind) == as_the_portal_shows(dealer, kind), (code, kind)
        _balances_fit(dealer, program)


def _balances_fit(dealer: Dealer, program: Program) -> None:
    held: dict[tuple[str, str], Decimal] = {}
    for row in program.seen("ledger").values():
        account = row["plant"], row["currency"]
        held[account] = held.get(account, Decimal(0)) + Decimal(row["amount"])
    for shown in accounts_of(dealer.pk):
        assert held.get((shown.plant.key, shown.currency), Decimal(0)) == shown.balance
