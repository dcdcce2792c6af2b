"""Who listens and to what: the session is read once, in a thread whose connection is closed afterwards."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from http.cookies import CookieError, SimpleCookie
from importlib import import_module
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user
from django.db import connections
from django.http import HttpRequest

from apps.core.contributions import live

_executor = ThreadPoolExecutor(max_workers=8, thread_name_prefix="live-session")


async def who_may_hear(cookies: str, channels: frozenset[str]) -> tuple[int | None, frozenset[str]]:
    """Return the id of the signed-in user (None: nobody) and those of `channels` that this user may hear."""
    return await asyncio.get_running_loop().run_in_executor(_executor, _look, cookies, channels)


def _look(cookies: str, channels: frozenset[str]) -> tuple[int | None, frozenset[str]]:
    try:
        user = get_user(_request(cookies))
        if not user.is_authenticated:
            return None, frozenset()
        return user.pk, frozenset(channel for channel in channels if _may_hear(user, channel))
    finally:
        connections.close_all()


def _may_hear(user: Any, channel: str) -> bool:
    may_hear = live.get(channel.partition(":")[0])
    return may_hear is not None and may_hear(user, channel)


def _request(cookies: str) -> HttpRequest:
    """A request with the session that the cookies name, for Django's own reading of it."""
    try:
        morsel = SimpleCookie(cookies).get(settings.SESSION_COOKIE_NAME)
    except CookieError:
        morsel = None
    request = HttpRequest()
    request.session = import_module(settings.SESSION_ENGINE).SessionStore(morsel.value if morsel else None)
    return request
