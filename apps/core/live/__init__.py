"""Live events: `publish` rings a bell in Redis, `live.asgi` carries it to open pages as server-sent events."""

from apps.core.live.publishing import publish, publish_many, recheck

__all__ = ["publish", "publish_many", "recheck"]
