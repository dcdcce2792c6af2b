"""How often someone may do something: counters in Redis that forget by themselves."""

from __future__ import annotations

import functools

import redis
import structlog
from django.conf import settings

log = structlog.get_logger(__name__)


@functools.cache
def _client() -> redis.Redis:
    return redis.Redis.from_url(settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=2)


def allow(key: str, *, limit: int, seconds: int) -> bool:
    """Count one use of `key`; False once there were more than `limit` within a window of `seconds`.

    Without Redis everything is allowed: a limit protects the house, it isn't a right.
    """
    name = f"{settings.REDIS_PREFIX}rate:{key}:{seconds}"
    try:
        with _client().pipeline() as pipeline:
            pipeline.set(name, 0, ex=seconds, nx=True)
            pipeline.incr(name)
            _, count = pipeline.execute()
    except redis.RedisError as error:
        log.warning("ratelimit.unreachable", error=type(error).__name__)
        return True
    return int(count) <= limit
