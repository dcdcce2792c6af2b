"""The Measurement Protocol over the wire: nothing else in the house asks it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings

from apps.sync.connectors.asking import Patience, Question, as_json, ask

QUICK = Patience(connect=10.0, read=20.0, whole=30.0)


class Client:
    """Errors are OutsideTrouble. They answer 2xx to whatever they are sent: look at it before."""

    def __init__(self, measurement_id: str, secret: str, *, patience: Patience | None = None) -> None:
        self._query = {"measurement_id": measurement_id, "api_secret": secret}
        self._patience = patience or QUICK
        self._root = settings.RAPPORT_GA4_URL

    def collect(self, payload: Mapping[str, Any]) -> None:
        self._ask("/mp/collect", payload)

    def problems(self, payload: Mapping[str, Any]) -> list[str]:
        """What their validation server finds in it; nothing is counted. It looks at no key."""
        found = self._ask("/debug/mp/collect", payload)
        told = found.get("validationMessages") if isinstance(found, dict) else None
        return [f"{each.get('fieldPath', '')}: {each.get('description', '')}".strip(": ")[:300] for each in told or []]

    def _ask(self, path: str, payload: Mapping[str, Any]) -> Any:
        return ask(Question("POST", self._root + path, self._query, as_json(payload)), self._patience)
