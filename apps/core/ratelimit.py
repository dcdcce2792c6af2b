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
    name = _name(key, seconds)
    try:
        with _client().pipeline() as pipeline:
            pipeline.set(name, 0, ex=seconds, nx=True)
            pipeline.incr(name)
            _, count = pipeline.execute()
    except redis.RedisError as error:
        log.warning("ratelimit.unreachable", error=type(error).__name__)
        return True
    return int(count) <= limit


def is_spent(key: str, *, limit: int, seconds: int) -> bool:
    """Whether `allow` has counted `limit` uses of `key` within the window; counts nothing itself."""
    try:
        count = int(_client().get(_name(key, seconds)) or 0)
    except redis.RedisError as error:
        log.warning("ratelimit.unreachable", error=type(error).__name__)
        return False
    return count >= limit


def seconds_left(key: str, *, seconds: int) -> int:
    """After how many seconds the window of `key` is over: what to tell whoever was refused."""
    try:
        left = int(_client().ttl(_name(key, seconds)))
    except redis.RedisError:
        left = seconds
    return left if left > 0 else 1


def _name(key: str, seconds: int) -> str:
    return f"{settings.REDIS_PREFIX}rate:{key}:{seconds}"
