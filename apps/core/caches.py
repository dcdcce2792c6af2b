"""The cache in Redis, with one client kept for each pool of connections; that of sessions does without Redis."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from django.core.cache.backends import redis
from django.core.cache.backends.base import DEFAULT_TIMEOUT
from redis.exceptions import RedisError

from apps.core.batch import portions

_FORGET = "for _, name in ipairs(cjson.decode(ARGV[1])) do redis.call('del', name) end"


_GLOB = re.compile(r"[*?\[\]\\]")
_PORTION = 2_000


class _KeepingClient(redis.RedisCacheClient):
    """Django makes a client object for every call; in that time Redis has answered several."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._kept: dict[int, Any] = {}

    def get_client(self, key: Any = None, *, write: bool = False) -> Any:
        pool = self._get_connection_pool(write)  # type: ignore[attr-defined]  # the stubs lack it
        client = self._kept.get(id(pool))
        if client is None:
            client = self._kept[id(pool)] = self._client(connection_pool=pool)  # type: ignore[attr-defined]
        return client


class RedisCache(redis.RedisCache):
    def __init__(self, server: Any, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = _KeepingClient

    def validate_key(self, key: str) -> None:
        """What memcached wouldn't take doesn't concern us; looking for it takes longer than asking."""

    def delete_many(self, keys: Iterable[str], version: int | None = None) -> None:
        """In one argument: the client takes longer to pack five hundred than Redis to forget them."""
        if names := [self.make_key(key, version=version) for key in keys]:
            self._cache.get_client(None, write=True).eval(_FORGET, 0, json.dumps(names))

    def clear(self) -> None:
        """What is ours and nothing else: other houses, the queue and the streams lie in the same Redis."""
        client = self._cache.get_client(None, write=True)
        own = _GLOB.sub(r"\\\g<0>", self.make_key(""))
        for names in portions(list(client.scan_iter(match=f"{own}*", count=_PORTION)), _PORTION):
            client.unlink(*names)


class SessionCache(RedisCache):
    """Sessions come from the database where Redis is away: signed-in pages go on.

    What is deleted must be gone, so only reading and keeping are forgiving.
    """

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        try:
            return super().get(key, default, version)
        except RedisError:
            return default

    def set(self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> None:
        with suppress(RedisError):
            super().set(key, value, timeout, version)
