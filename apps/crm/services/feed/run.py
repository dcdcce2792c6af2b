"""One pass over records of one source, and where what it comes to is counted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from apps.crm.models import Plant
from apps.crm.services.feed.outcome import Outcome, Refusal


@dataclass(slots=True)
class Item:
    """A record on its way; `ticket` is None where it had waited."""

    record: Any  # of the kind that its service takes
    name: str
    digest: int
    ticket: int | None
    batch_id: int | None
    received_at: datetime

    @property
    def version(self) -> int:
        return int(self.record.version)


@dataclass(slots=True)
class Run:
    """Counts each item exactly once. `made` are keys of the new parents, for which records may wait."""

    source: str
    plant: Plant
    now: datetime
    outcome: Outcome
    is_release: bool
    owns_dealers: bool = False
    made: set[str] = field(default_factory=set)

    def applied(self, number: int = 1) -> None:
        self._count("applied", number)

    def unchanged(self, number: int = 1) -> None:
        self._count("unchanged", number)

    def stale(self, number: int = 1) -> None:
        self._count("stale", number)

    def waits(self, number: int = 1) -> None:
        """A released one that waits on is none of those settled."""
        if not self.is_release:
            self._count("waiting", number)

    def refuse(self, item: Item, code: str, reason: str) -> None:
        if item.ticket is None:
            self._count("rejected", 1)
            self.outcome.released_refusals.append((self.source, item.batch_id, item.record, code, reason))
        else:
            self.outcome.refused.append(Refusal(item.ticket, code, reason))

    def refuse_version(self, item: Item) -> None:
        reason = _("Version %(version)s of it came before, with other content.") % {"version": item.version}
        self.refuse(item, "same_version", reason)

    def known(self, item: Item, digest: int) -> None:
        """Its version came before, with this content."""
        if digest == item.digest:
            self.unchanged()
        else:
            self.refuse_version(item)

    def touch(self, dealer_id: int, order_ids: Iterable[int]) -> None:
        """Something of these orders changed; in the end only the approved ones are told of."""
        self.outcome.touched.setdefault(dealer_id, set()).update(order_ids)

    def show(self, dealer_id: int, order_id: int, status: int) -> None:
        """Of an approved order, whose status is known: nobody has to ask for it again."""
        self.touch(dealer_id, [order_id])
        self.outcome.statuses[order_id] = status

    def _count(self, what: str, number: int) -> None:
        if not number:
            return
        if self.is_release:
            counts = self.outcome.released.setdefault(self.source, {})
            counts[what] = counts.get(what, 0) + number
        else:
            setattr(self.outcome, what, getattr(self.outcome, what) + number)
