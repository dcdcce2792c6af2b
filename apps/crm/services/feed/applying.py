"""Records of a source applied to orders, shipments and settlements, a set at a time.

What comes of a set of records doesn't depend on the order in which they come: see tests/crm/test_feed_proof.py.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from apps.core.batch import array_of
from apps.crm.models import FieldOwner, Plant, Status
from apps.crm.services.feed import passes
from apps.crm.services.feed.announcing import announce
from apps.crm.services.feed.checks import Refused, checked
from apps.crm.services.feed.naming import Group, digest_of, encoded, name_of
from apps.crm.services.feed.outcome import Arrival, Happening, Outcome
from apps.crm.services.feed.run import Item, Run
from apps.crm.services.feed.staging import plan_for_sets, run
from apps.crm.services.feed.waiting import ready, take

__all__ = ["announce", "apply_arrivals", "release_ready"]


def apply_arrivals(
    arrivals: Sequence[Arrival], *, source: str, plant: Plant, now: datetime, operation_id: int | None = None
) -> Outcome:
    """Apply the records in the caller's transaction, which holds the source's lock, with those that waited for them.

    A second time nothing changes. After a deadlock or another database error the caller rolls back and may try
    again. `announce(outcome)` tells pages of it. `operation_id` is the batch's; rows bear its `batch_id` so far.
    """
    outcome = Outcome()
    owners = _owners(plant)
    going = Run(source, plant, now, outcome, is_release=False, owns_dealers=owners.get(Group.DEALER) == source)
    items = [item for arrival in arrivals if (item := _item(going, arrival, owners)) is not None]
    with plan_for_sets():
        passes.apply(going, _once(going, items))
        _release(going.made, outcome, now)
        _settle_touched(outcome)
    return outcome


def release_ready(now: datetime) -> Outcome:
    """Apply what waits for something that is there: a sweep, for the case that a parent came another way."""
    outcome = Outcome()
    with plan_for_sets():
        _release(ready(), outcome, now)
        _settle_touched(outcome)
    return outcome


_SHOWN = """
SELECT o.id, o.dealer_id, s.status FROM unnest(%s::bigint[]) k
JOIN crm_order o ON o.id = k JOIN crm_orderstate s ON s.order_id = k WHERE o.approved_at IS NOT NULL
"""


def _settle_touched(outcome: Outcome) -> None:
    """Of orders that the plant hasn't approved nobody hears."""
    known = outcome.statuses
    touched, asked = outcome.touched, []
    outcome.touched = {dealer_id: set() for dealer_id, orders in touched.items() if not orders}
    for dealer_id, orders in touched.items():
        for order_id in orders:
            if order_id in known:
                outcome.touched.setdefault(dealer_id, set()).add(order_id)
            else:
                asked.append(order_id)
    if asked:
        for order_id, dealer_id, status in run(_SHOWN, [array_of(asked)]):
            outcome.touched.setdefault(dealer_id, set()).add(order_id)
            known[order_id] = status
    outcome.happenings += _moved(outcome)


def _moved(outcome: Outcome) -> list[Happening]:
    """Once an order, however often its day moved among these records; a first day is none that has moved."""
    return [
        Happening(move.order_id, move.dealer_id, "planned", move.at)
        for move in outcome.moves.values()
        if move.was is not None
        and move.becomes not in (None, move.was)
        and move.at is not None
        and outcome.statuses.get(move.order_id, Status.CANCELLED) not in (Status.DELIVERED, Status.CANCELLED)
    ]


def _owners(plant: Plant) -> dict[str, str]:
    return dict(FieldOwner.objects.filter(plant=plant).values_list("group", "source"))


def _item(going: Run, arrival: Arrival, owners: Mapping[str, str]) -> Item | None:
    """None where it is refused."""
    item = Item(arrival.record, name_of(arrival.record), 0, arrival.ticket, arrival.batch_id, arrival.received_at)
    try:
        item.record = checked(arrival.record, source=going.source, owners=owners, now=going.now)
        content = encoded(item.record)
        if b"\\u0000" in content:
            raise Refused("text", _("A text in it has signs that can't be kept."))
    except Refused as refused:
        going.refuse(item, refused.code, refused.reason)
        return None
    item.digest = digest_of(content)
    return item


def _once(going: Run, items: Sequence[Item]) -> list[Item]:
    """Each version of a record once; its second says nothing new, or something that can't be."""
    seen: dict[tuple[str, int], Item] = {}
    for item in items:
        first = seen.setdefault((item.name, item.version), item)
        if first is not item:
            going.known(item, first.digest)
    return list(seen.values())


def _release(made: set[str], outcome: Outcome, now: datetime) -> None:
    """Apply what waited for the keys that were made, and what waited for that."""
    plants: dict[int, Plant] = {}
    while made:
        waiting, made = take(made), set()
        for (source, plant_id), items in waiting.items():
            plant = plants.setdefault(plant_id, Plant.objects.get(pk=plant_id))
            owns = _owners(plant).get(Group.DEALER) == source
            going = Run(source, plant, now, outcome, is_release=True, owns_dealers=owns)
            passes.apply(going, items)
            made |= going.made
