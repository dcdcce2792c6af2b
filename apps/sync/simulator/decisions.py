"""How an accounting system learns what was promised to dealers: it asks the house, as any program of a plant may."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

import requests

from apps.sync.simulator.outlets import GaveUp

_FULL = 200  # decisions of one answer; a shorter one is the last


@dataclass(frozen=True, slots=True)
class Decided:
    """What a claim's decision gives its dealer, by their code; below zero it takes. `kind` is how it is booked."""

    claim: str
    dealer: str
    amount: Decimal
    kind: str


class Decisions:
    """Reads `/api/v1/decisions` by its cursor with a token of the accounting's own; only what concerns `plant`."""

    def __init__(self, url: str, plant: str, token: str) -> None:
        self.address = f"{url.rstrip('/')}/api/v1/decisions"
        self.plant = plant
        self.session = requests.Session()
        self.session.headers["Authorization"] = f"Bearer {token}"

    def since(self, after: str) -> Iterator[tuple[list[Decided], str]]:
        """Page by page what was decided after this cursor, with the cursor behind it.

        Nothing where the house is away: the next round asks again. Raises GaveUp where it refuses.
        """
        while True:
            try:
                answer = self.session.get(self.address, params={"after": after} if after else {}, timeout=30)
            except requests.RequestException:
                return
            if answer.status_code >= 500 or answer.status_code == 429:
                return
            if not answer.ok:
                raise GaveUp(f"{self.address} answered {answer.status_code}: {answer.text[:500]}")
            page = answer.json()
            if page["after"] == after:
                return
            after = page["after"]
            yield [self._read(each) for each in page["decisions"] if self._gives(each)], after
            if len(page["decisions"]) < _FULL:
                return

    def _gives(self, decision: dict[str, str | None]) -> bool:
        return decision["plant"] == self.plant and decision["amount"] is not None

    def _read(self, decision: dict[str, str]) -> Decided:
        return Decided(decision["claim"], decision["dealer"], Decimal(decision["amount"]), decision["kind"])
