"""Sources and what they send, for tests."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from django.test import Client

from apps.crm.models import FieldOwner, Plant
from apps.sync.models import Source
from apps.sync.services.tokens import grant_token
from tests.conftest import NOW
from tests.crm.factories import a_plant

ALL_GROUPS = [group for group, _title in FieldOwner.Group.choices]


def a_source(code: str = "kyiv-production", *, plant: Plant | None = None, **fields: Any) -> Source:
    """A source that owns all groups of its plant, unless they are given."""
    plant = plant or a_plant()
    groups = fields.pop("groups", ALL_GROUPS)
    values = {"title": code.replace("-", " ").title(), "kind": Source.Kind.PUSH, "created_at": NOW} | fields
    source = Source.objects.create(code=code, plant=plant, groups=groups, **values)
    FieldOwner.objects.bulk_create([FieldOwner(plant=plant, group=group, source=code) for group in groups])
    return source


class Plug:
    """A source's program: it has a token and posts."""

    def __init__(self, source: Source, raw: str = "") -> None:
        self.source = source
        self.token = raw or grant_token(actor=None, source=source, now=NOW)[1]
        self.client = Client(raise_request_exception=False)

    def post(self, records: Any = (), *, code: str = "", key: str = "", as_of: datetime | None = None) -> Any:
        body: dict[str, Any] = {"records": list(records)}
        if as_of is not None:
            body["as_of"] = as_of.isoformat()
        return self.send(json.dumps(body).encode(), key=key, code=code)

    def send(self, body: bytes, content_type: str = "application/json", *, key: str = "", code: str = "") -> Any:
        headers = {"authorization": f"Bearer {self.token}"} | ({"idempotency-key": key} if key else {})
        path = f"/api/v1/feeds/{code or self.source.code}/batches"
        return self.client.generic("POST", path, body, content_type, headers=headers)

    def status(self) -> dict[str, Any]:
        path = f"/api/v1/feeds/{self.source.code}/status"
        answer = self.client.get(path, headers={"authorization": f"Bearer {self.token}"})
        found: dict[str, Any] = answer.json()
        return found


def dealer(key: str = "1001", version: int = 1, **fields: Any) -> dict[str, Any]:
    values = {"code": f"D{key}", "name": f"Dealer {key}"} | fields
    return _record("dealer", key, version, values)


def order(key: str = "A-1", version: int = 1, **fields: Any) -> dict[str, Any]:
    values = {"dealer": "1001", "number": key, "received_at": "2026-11-01T08:00:00Z"} | fields
    return _record("order", key, version, values)


def status(key: str = "A-1", stage: str | None = "accepted", version: int = 1, **fields: Any) -> dict[str, Any]:
    return _record("order_status", key, version, {"stage": stage} | fields)


def _record(kind: str, key: str, version: int, values: dict[str, Any]) -> dict[str, Any]:
    happened = {"happened_at": "2026-11-02T09:00:00Z"}
    return {"type": kind, "key": key, "version": version, **happened, **values}
