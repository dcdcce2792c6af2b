"""Live events as server-sent events, answered raw in front of Django."""

from __future__ import annotations

from typing import Any


def with_live_events(django_application: Any) -> Any:
    return django_application
