"""What dealers and colleagues read of an order in the history: accepted, shipped, delivered, held, cancelled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from apps.activities.services.recording_sets import Line, record_lines, take_back
from apps.crm.services.feed.outcome import Happening
from apps.crm.services.feed.run import Run
from apps.crm.services.feed.staging import run

KIND = "order"
CONTEXT = "crm.order"
_THERE = """
SELECT id, context_id, verb, occurred_at FROM activities_activity
WHERE context_type = 'crm.order' AND context_id = ANY(%s) AND kind = 'order' AND removed_at IS NULL ORDER BY id
"""


class Name(NamedTuple):
    """What an entry calls its order, and the entity of the dealer on whose timeline it stands."""

    number: str
    entity_id: int


def write(going: Run, happenings: Sequence[Happening], names: Mapping[int, Name]) -> None:
    """Enter what happened, on the dealers' timelines and for their portal; `names` by the order's id."""
    if not happenings:
        return
    lines = []
    for one in happenings:
        number, entity_id = names[one.order_id]
        facts = {"number": number, "happened": one.kind}
        lines.append(Line(f"order.{one.kind}", one.at, number, one.order_id, entity_id, facts))
    record_lines(lines, kind=KIND, context_type=CONTEXT, now=going.now)
    going.outcome.happenings += happenings


def put_right(going: Run, expected: Mapping[int, Sequence[Happening]], names: Mapping[int, Name]) -> None:
    """Let the history of these orders be exactly this, something having come late."""
    if not expected:
        return
    there = {(order_id, verb, at): pk for pk, order_id, verb, at in run(_THERE, [list(expected)])}
    wanted = {(one.order_id, f"order.{one.kind}", one.at): one for some in expected.values() for one in some}
    take_back([pk for key, pk in there.items() if key not in wanted], now=going.now)
    write(going, [one for key, one in wanted.items() if key not in there], names)
