"""What a signed-in reader brings along: language, time zone, formats, and a session that was seen."""

from __future__ import annotations

import time
from collections.abc import Callable

from allauth.usersessions.models import UserSession
from django.contrib.auth.middleware import get_user
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.cache import patch_vary_headers
from redis.exceptions import RedisError

from apps.accounts.preferences import reading_as

_SEEN_SECONDS = 60
_MOST_SEEN = 5000
_seen_here: dict[str, float] = {}


def reader_preferences(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Answer in the reader's language (preference, else cookie, else browser) and time zone."""

    def middleware(request: HttpRequest) -> HttpResponse:
        # Not Django's lazy one: a page asks it hundreds of times, and it answers by way of three calls.
        request.user = get_user(request)
        language = translation.get_language_from_request(request)
        zone = request.COOKIES.get("zone", "")[:60]
        with reading_as(request.user, language=language, zone=zone) as preferences:
            request.LANGUAGE_CODE = translation.get_language()
            response = get_response(request)
            response.headers.setdefault("Content-Language", translation.get_language() or "")
        if not preferences.language:
            patch_vary_headers(response, ("Accept-Language",))
        return response

    return middleware


def session_seen(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Note for the sessions page when and from where a session was last used, once a minute at most."""

    def middleware(request: HttpRequest) -> HttpResponse:
        key = request.session.session_key
        if key and request.user.is_authenticated and _not_seen_lately(key):
            UserSession.objects.create_from_request(request)
        return get_response(request)

    return middleware


def _not_seen_lately(key: str) -> bool:
    """Whether nobody has asked this for a minute; a process that has asks the others no more."""
    now = time.monotonic()
    if now - _seen_here.get(key, float("-inf")) < _SEEN_SECONDS:
        return False
    if len(_seen_here) >= _MOST_SEEN:
        _seen_here.clear()
    _seen_here[key] = now
    try:
        return cache.add(f"accounts:session-seen:{key}", 1, _SEEN_SECONDS)
    except RedisError:  # pages do without it
        return True
