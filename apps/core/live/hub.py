"""One subscriber to Redis per process: hands each event to the pages that listen, a tick's worth at a time."""

from __future__ import annotations

import asyncio
import json
import random
from collections import defaultdict
from typing import Any

import redis.asyncio
import structlog
from django.conf import settings
from redis.exceptions import RedisError

from apps.core.live.publishing import CONTROL, PREFIX

log = structlog.get_logger(__name__)

TICK = 0.05  # seconds in which events are collected
_MOST_BYTES = 512 * 1024  # waiting for one page; beyond it the page is told to reload instead
RELOAD = b"event: reload\ndata: {}\n\n"


class Client:
    """One open page. `waiting` is what the tick left for it; `news` is set when there is something to do."""

    def __init__(self, user_id: int, channels: frozenset[str]) -> None:
        self.user_id = user_id
        self.channels = channels
        self.waiting: list[bytes] = []
        self.size = 0
        self.must_recheck = False
        self.news = asyncio.Event()

    def give(self, events: bytes) -> None:
        if self.size + len(events) > _MOST_BYTES:
            self.must_reload()
            return
        self.waiting.append(events)
        self.size += len(events)
        self.news.set()

    def must_reload(self) -> None:
        """Events were lost: the page must ask for what it missed."""
        self.waiting, self.size = [RELOAD], _MOST_BYTES
        self.news.set()

    def take(self) -> bytes:
        events = b"".join(self.waiting)
        self.waiting, self.size = [], 0
        self.news.clear()
        return events


class Hub:
    """The pages of one event loop. The subscription lives from the first page on."""

    def __init__(self) -> None:
        self.listeners: dict[str, set[Client]] = defaultdict(set)
        self.clients: set[Client] = set()
        self._collected: dict[str, list[bytes]] = {}
        self._ticking = False
        self._task: asyncio.Task[None] | None = None
        self._subscribed = asyncio.Event()

    async def join(self, client: Client) -> None:
        """Let `client` hear its channels; on return the subscription stands, or Redis can't be reached just now."""
        if self._task is None:
            self._task = asyncio.create_task(self._subscribe(), name="live-subscription")
        self.clients.add(client)
        for channel in client.channels:
            self.listeners[channel].add(client)
        try:
            await asyncio.wait_for(self._subscribed.wait(), 5)
        except TimeoutError:
            log.warning("live.subscription.missing")

    def leave(self, client: Client) -> None:
        self.clients.discard(client)
        for channel in client.channels:
            listeners = self.listeners.get(channel)
            if listeners is not None:
                listeners.discard(client)
                if not listeners:
                    del self.listeners[channel]

    def narrow(self, client: Client, channels: frozenset[str]) -> None:
        """Take from `client` the channels that it may not hear any more."""
        self.leave(client)
        client.channels = channels
        self.clients.add(client)
        for channel in channels:
            self.listeners[channel].add(client)

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None

    async def _subscribe(self) -> None:
        pause = 0.5
        while True:
            try:
                async with (
                    redis.asyncio.Redis.from_url(
                        settings.REDIS_URL, health_check_interval=20, client_name=f"{PREFIX}hub"
                    ) as client,
                    client.pubsub() as pubsub,
                ):
                    await pubsub.psubscribe(f"{PREFIX}*")
                    await pubsub.subscribe(CONTROL)
                    pause = 0.5
                    async for message in pubsub.listen():
                        self._receive(message)
            except (RedisError, OSError) as error:
                log.warning("live.subscription.lost", error=type(error).__name__)
            if self._subscribed.is_set():  # who listens has missed what was published meanwhile
                self._subscribed.clear()
                for each in self.clients:
                    each.must_reload()
            await asyncio.sleep(pause + random.random() * 0.2)  # noqa: S311  spreads the reconnects of processes
            pause = min(pause * 2, 10)

    def _receive(self, message: dict[str, Any]) -> None:
        match message["type"]:
            case "psubscribe":
                self._subscribed.set()
            case "pmessage":
                channel = message["channel"].decode().removeprefix(PREFIX)
                if channel in self.listeners:
                    self._collect(channel, message["data"])
            case "message":
                user_id = json.loads(message["data"]).get("recheck")
                for client in self.clients:
                    if client.user_id == user_id:
                        client.must_recheck = True
                        client.news.set()

    def _collect(self, channel: str, payload: bytes) -> None:
        name = json.dumps(channel).encode()
        # The payload is one line of JSON by `publish`: {"event": ..., "data": ...}.
        event = b'data: {"channel": ' + name + b", " + payload.lstrip()[1:] + b"\n\n"
        self._collected.setdefault(channel, []).append(event)
        if not self._ticking:
            self._ticking = True
            asyncio.get_running_loop().call_later(TICK, self._tick)

    def _tick(self) -> None:
        self._ticking = False
        collected, self._collected = self._collected, {}
        for channel, events in collected.items():
            joined = b"".join(events)
            for client in self.listeners.get(channel, ()):
                client.give(joined)
