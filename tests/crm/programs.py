"""A dealer's own program: it downloads with a key and keeps copies."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass, field
from typing import Any

from django.test import Client

from apps.accounts.models import User
from apps.crm.models import Dealer
from apps.crm.services.dealer_feed import keys
from tests.conftest import make_user
from tests.crm.factories import NOW, into_portal

KINDS = ("orders", "stages", "shipments", "ledger")


def a_key(dealer: Dealer, *, sees_money: bool = True, owner: User | None = None) -> str:
    """Made by an owner of the firm, one of its own where none is named."""
    actor = owner or User.objects.filter(dealer_user__dealer=dealer, dealer_user__role="owner").first()
    if actor is None:
        actor = make_user(f"owner-{dealer.pk}@example.com", "Olena Owner", "dealer")
        into_portal(actor, dealer)
    _key, raw = keys.make_key(actor=actor, dealer=dealer, name="Accounting", sees_money=sees_money, now=NOW)
    return raw


def ask(key: str, kind: str, **wanted: Any) -> Any:
    return Client().get(f"/api/v1/feed/{kind}", wanted, headers={"Authorization": f"Bearer {key}"})


@dataclass
class Program:
    """`copies` by kind and id; of two rows the higher revision counts."""

    key: str
    kinds: tuple[str, ...] = KINDS
    cursors: dict[str, str] = field(default_factory=dict)
    copies: dict[str, dict[int, dict[str, Any]]] = field(default_factory=dict)

    def download(self, kind: str, limit: int) -> bool:
        """One page; says whether there is more."""
        response = ask(self.key, kind, limit=limit, after=self.cursors.get(kind, ""))
        assert response.status_code == 200, response.content
        copies = self.copies.setdefault(kind, {})
        for line in response.content.decode().splitlines():
            row = json.loads(line)
            before = copies.get(row["id"])
            assert before is None or before["revision"] < row["revision"]
            copies[row["id"]] = row
        self.cursors[kind] = response["Feed-Cursor"]
        return bool(response["Feed-More"] == "yes")

    def catch_up(self, limit: int = 3) -> None:
        for kind in self.kinds:
            while self.download(kind, limit):
                pass

    def seen(self, kind: str) -> dict[int, dict[str, Any]]:
        """What it holds, without what is gone and without revisions."""
        return {
            pk: {name: value for name, value in row.items() if name not in ("id", "revision", "gone")}
            for pk, row in self.copies.get(kind, {}).items()
            if not row["gone"]
        }


def rows_of_csv(response: Any) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"))))
