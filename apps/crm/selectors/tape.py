"""The tape of an order: all that its sources ever told of it, in the order in which it reached us, the newest first.

Records of a source follow each other by version. What a later version says otherwise is a correction, unless it is
the way of the goods: a stage further on, more pieces made, a hold begun or ended.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Q

from apps.core.page_keys import page_key, read_page_key
from apps.crm.models import FeedStatus, Order, OrderEvent

if TYPE_CHECKING:
    from apps.accounts.models import User
    from apps.crm.models.orders import OrderEventQuerySet

PAGE = 50
KINDS = ("identity", "stage", "construction", "delivery", "shipment", "money", "price")
_FORWARD = ("stage", "made", "shipped")  # corrected only where they go back
_NEVER = ("on_hold", "cancelled", "state")  # they come and go


@dataclass(frozen=True, slots=True)
class Asked:
    kind: str = ""
    source: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class Correction:
    """`key` of what the record said, and what stood there before."""

    key: str
    before: Any
    now: Any
    currency: str = ""  # of an amount before


@dataclass(frozen=True, slots=True)
class TapeLine:
    """`corrects` is the event whose words are no longer so; `overtaken_by` the newer one that had come before this."""

    event: OrderEvent
    source: str  # its title
    corrections: tuple[Correction, ...] = ()
    corrects: OrderEvent | None = None
    overtaken_by: OrderEvent | None = None

    @property
    def lag(self) -> timedelta:
        """Between what happened and our hearing of it; never below zero, clocks differ."""
        return max(self.event.received_at - self.event.happened_at, timedelta())


@dataclass(frozen=True, slots=True)
class Tape:
    lines: list[TapeLine]
    next_key: str  # "" at the end
    kinds: list[str]  # those that were told of this order
    sources: list[tuple[str, str]]  # code and title


def tape_of(order: Order, asked: Asked, *, user: User, sees_money: bool, most: int | None = PAGE) -> Tape:
    """A page of the tape, or all of it with `most` None; four queries. A key that makes no sense begins at the top."""
    events = _events(order, user=user, sees_money=sees_money)
    told = set(events.order_by().values_list("kind", "source").distinct())
    titles = _titles({source for _kind, source in told})
    found = events.order_by("-received_at", "-pk")
    if asked.kind:
        found = found.filter(kind=asked.kind)
    if asked.source:
        found = found.filter(source=asked.source)
    if (key := read_page_key(asked.after)) is not None:
        at, pk = key
        found = found.filter(Q(received_at__lt=at) | Q(received_at=at, pk__lt=pk))
    rows = list(found if most is None else found[: most + 1])
    more = most is not None and len(rows) > most
    rows = rows[:most]
    return Tape(
        lines=_lines(rows, events, titles),
        next_key=page_key(rows[-1].received_at, rows[-1].pk) if more else "",
        kinds=[kind for kind in KINDS if any(kind == each for each, _source in told)],
        sources=sorted(titles.items(), key=lambda pair: pair[1]),
    )


def _events(order: Order, *, user: User, sees_money: bool) -> OrderEventQuerySet:
    events = OrderEvent.objects.visible_to(user).filter(order=order)
    return events if sees_money else events.filter(is_money=False)


def _titles(codes: set[str]) -> dict[str, str]:
    named = dict(FeedStatus.objects.filter(source__in=codes).values_list("source", "title"))
    return {code: named.get(code) or code for code in codes}


def _lines(rows: list[OrderEvent], events: OrderEventQuerySet, titles: dict[str, str]) -> list[TapeLine]:
    records = {(each.source, each.record) for each in rows}
    chains: dict[tuple[str, str], list[OrderEvent]] = defaultdict(list)
    same = events.filter(source__in={source for source, _record in records}, record__in={one for _code, one in records})
    for each in same.order_by("version") if rows else ():
        chains[each.source, each.record].append(each)
    drawn: dict[int, TapeLine] = {}
    for (source, _record), chain in chains.items():
        drawn |= {line.event.pk: line for line in _chain(chain, titles[source])}
    return [drawn[row.pk] for row in rows]


def _chain(chain: list[OrderEvent], title: str) -> Iterable[TapeLine]:
    """All versions of one record, the oldest first."""
    known: dict[str, tuple[Any, OrderEvent]] = {}
    for place, event in enumerate(chain):
        what = event.what if isinstance(event.what, dict) else {}
        wrong = {key for key, value in what.items() if key in known and _corrects(key, known[key][0], value)}
        corrects = max((known[key][1] for key in wrong), key=lambda one: one.version, default=None)
        currency = known["currency"][0] if "currency" in known else ""
        yield TapeLine(
            event=event,
            source=title,
            corrections=tuple(Correction(key, known[key][0], what[key], currency) for key in what if key in wrong),
            corrects=corrects,
            overtaken_by=_overtaken_by(event, chain[place + 1 :]) if event.is_stale else None,
        )
        known |= {key: (value, event) for key, value in what.items()}


def _corrects(key: str, before: Any, now: Any) -> bool:
    if before == now or key in _NEVER:
        return False
    if key in _FORWARD and isinstance(before, int) and isinstance(now, int):
        return now < before
    return True


def _overtaken_by(event: OrderEvent, newer: list[OrderEvent]) -> OrderEvent | None:
    there = [each for each in newer if (each.received_at, each.pk) < (event.received_at, event.pk)]
    return max(there, key=lambda one: one.version, default=None)
