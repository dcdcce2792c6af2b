"""Pairs of contacts that may be one, as pages and files show them."""

from __future__ import annotations

from typing import Any

from apps.contacts.models import DuplicatePair


def pairs_as_json() -> list[dict[str, Any]]:
    """All open pairs, the likeliest first; for whoever has the house's command line."""
    pairs = DuplicatePair.objects.open().order_by("-score", "pk").select_related("left", "right")
    return [
        {
            "left": {"id": pair.left_id, "name": pair.left.display_name},
            "right": {"id": pair.right_id, "name": pair.right.display_name},
            "score": pair.score,
            "reasons": pair.reasons,
        }
        for pair in pairs
    ]
