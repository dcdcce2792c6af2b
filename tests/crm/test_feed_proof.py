"""Whatever way the plants' records come, in the end all is as if they had come one by one in order.

Any order, also against that of their source; twice; cut into other batches; with a worker killed between any two.
"""

from __future__ import annotations

import os

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from apps.contacts.models import Folder
from apps.crm.feed.records import Record
from apps.crm.models import Plant
from apps.crm.services.feed import Outcome
from apps.crm.services.feed.applying import announce, apply_arrivals
from apps.crm.services.feed.comparing import wrong_months, wrong_orders
from tests.crm.feed_world import Draft, Plants, drafts, held
from tests.crm.feeding import NOW, a_fed_plant, arrivals_of

EXAMPLES = int(os.environ.get("RAPPORT_PROOF_EXAMPLES", "12"))


class Killed(Exception):
    """What a kill leaves of a transaction: nothing."""


def deliver(source: str, records: list[Record], plant: Plant, *, killed: bool = False) -> Outcome:
    with transaction.atomic():
        outcome = apply_arrivals(arrivals_of(records), source=source, plant=plant, now=NOW)
        announce(outcome)
        if killed:
            raise Killed
    settled = outcome.applied + outcome.unchanged + outcome.stale + outcome.waiting + len(outcome.refused)
    assert settled == len(records)
    assert outcome.refused == []
    return outcome


class Delivery(RuleBasedStateMachine):
    """`sent` in the order in which the plants sent it; `out` are those of it that have not come yet."""

    def __init__(self) -> None:
        super().__init__()
        self.start = transaction.savepoint()
        self.plant = a_fed_plant()
        self.plants = Plants()
        self.sent: list[tuple[str, Record]] = []
        self.out: list[tuple[str, Record]] = []

    @initialize(first=st.lists(drafts(), min_size=1, max_size=12))
    def begin(self, first: list[Draft]) -> None:
        self.send(first)

    @rule(more=st.lists(drafts(), min_size=1, max_size=8))
    def send(self, more: list[Draft]) -> None:
        new = [self.plants.send(draft) for draft in more]
        self.sent += new
        self.out += new

    @rule(data=st.data(), killed=st.booleans())
    def come(self, data: st.DataObject, killed: bool) -> None:
        """Some of what is out comes in any order; where the worker is killed it will come again."""
        if not self.out:
            return
        order = data.draw(st.permutations(range(len(self.out))))
        count = data.draw(st.integers(1, len(self.out)))
        chosen = [self.out[place] for place in order[:count]]
        if self._deliver(chosen, killed=killed):
            self.out = [one for one in self.out if one not in chosen]

    @rule(data=st.data())
    def come_again(self, data: st.DataObject) -> None:
        come = [one for one in self.sent if one not in self.out]
        if come:
            self._deliver(data.draw(st.lists(st.sampled_from(come), min_size=1, max_size=6)), killed=False)

    @invariant()
    def balances_are_the_sums_of_their_entries(self) -> None:
        assert wrong_months() == []

    def teardown(self) -> None:
        try:
            self._deliver(self.out, killed=False)
            assert list(wrong_orders()) == []
            in_the_end = held()
            transaction.savepoint_rollback(self.start)
            self.start = transaction.savepoint()
            plant = a_fed_plant()
            for source, record in self.sent:
                deliver(source, [record], plant)
            straight = held()
            for name, rows in straight.items():
                assert in_the_end[name] == rows, name
        finally:
            transaction.savepoint_rollback(self.start)

    def _deliver(self, chosen: list[tuple[str, Record]], *, killed: bool) -> bool:
        try:
            for source in dict.fromkeys(source for source, _record in chosen):
                records = [record for its, record in chosen if its == source]
                deliver(source, records, self.plant, killed=killed)
        except Killed:
            return False
        return True


@pytest.mark.django_db
def test_in_the_end_all_is_as_if_it_had_come_in_order(everyone_folder: Folder) -> None:
    run_state_machine_as_test(
        Delivery,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=8,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            print_blob=True,
            phases=[Phase.explicit, Phase.reuse, Phase.generate],  # to find a smaller case takes minutes
        ),
    )
