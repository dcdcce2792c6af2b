"""How an event leaves: to Redis, after the transaction that made it true."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterable
from typing import Any

import redis
import structlog
from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction

log = structlog.get_logger(__name__)

PREFIX = f"{settings.REDIS_PREFIX}live:"
CONTROL = f"{settings.REDIS_PREFIX}live-control"  # what concerns the streams themselves


@functools.cache
def _client() -> redis.Redis:
    return redis.Redis.from_url(settings.REDIS_URL, socket_timeout=5, socket_connect_timeout=2)


def publish(channel: str, event: str, data: dict[str, Any]) -> None:
    """Tell all who listen to `channel`, once the running transaction has committed.

    `data` is small and JSON-able: ids and figures, never more than every listener may see. Postgres is the truth:
    without Redis the event is lost and the page heals itself when it reconnects.
    """
    transaction.on_commit(functools.partial(_send, PREFIX + channel, _message(event, data)))


def publish_many(events: Iterable[tuple[str, str, dict[str, Any]]]) -> None:
    """The same for many (channel, event, data), on one way to Redis."""
    messages = [(PREFIX + channel, _message(event, data)) for channel, event, data in events]
    if messages:
        transaction.on_commit(functools.partial(_send_many, messages))


def recheck(user_id: int) -> None:
    """Have the open streams of this user asked again what they may hear: call it after sign-out or a lost right."""
    transaction.on_commit(functools.partial(_send, CONTROL, json.dumps({"recheck": user_id})))


def _message(event: str, data: dict[str, Any]) -> str:
    return json.dumps({"event": event, "data": data}, cls=DjangoJSONEncoder, ensure_ascii=False)


def _send_many(messages: list[tuple[str, str]]) -> None:
    try:
        with _client().pipeline(transaction=False) as pipe:
            for topic, message in messages:
                pipe.publish(topic, message)
            pipe.execute()
    except redis.RedisError as error:
        log.warning("live.publish.failed", topic=messages[0][0], count=len(messages), error=type(error).__name__)


def _send(topic: str, message: str) -> None:
    try:
        _client().publish(topic, message)
    except redis.RedisError as error:
        log.warning("live.publish.failed", topic=topic, error=type(error).__name__)
