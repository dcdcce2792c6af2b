"""The door of links in mailings, below `/unsubscribe/`: no session, no cookie, nobody signed in.

The sealed token is the right to decide for its address, so no form here bears a CSRF token. Made up tokens are one
answer. A GET changes nothing: programs that look for viruses follow each link of a mail.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.csrf import csrf_exempt

from apps.core.middleware import current_origin
from apps.core.ratelimit import allow, seconds_left
from apps.crm.services.mailings.tokens import Letter, letter_of

MOST, SECONDS = 300, 60  # requests of one address; a mail provider sends its users' clicks from few of them
View = Callable[[HttpRequest, str, Letter], HttpResponse]


def mailing_door(view: View) -> Callable[..., HttpResponse]:
    """A decorator: the view gets the letter that the token in its address opens."""

    @csrf_exempt
    @wraps(view)
    def guarded(request: HttpRequest, token: str, **_: Any) -> HttpResponse:
        request.user = AnonymousUser()
        response = _answer(request, token)
        request.META.pop("CSRF_COOKIE_NEEDS_UPDATE", None)  # the frame of pages asked for a cookie that nothing needs
        response["X-Robots-Tag"] = "noindex, nofollow, noarchive"
        response["Referrer-Policy"] = "no-referrer"
        response["Cache-Control"] = "no-store"
        response._has_been_logged = True  # type: ignore[attr-defined]  # Django's own mark: it would log the path
        return response

    def _answer(request: HttpRequest, token: str) -> HttpResponse:
        key = f"mailing-link:{current_origin().ip or ''}"
        if not allow(key, limit=MOST, seconds=SECONDS):
            response = over(request, status=429)
            response["Retry-After"] = str(seconds_left(key, seconds=SECONDS))
            return response
        letter = letter_of(token)
        return view(request, token, letter) if letter else over(request)

    return guarded


def over(request: HttpRequest, *, status: int = 404) -> HttpResponse:
    """What every link that opens nothing answers."""
    return render(request, "crm/mailing_over.html", status=status)


def in_language(request: HttpRequest, template: str, context: dict[str, Any], *, language: str) -> HttpResponse:
    """The page in the language of whom it is for, where we speak it; else as their browser asks."""
    spoken = dict(settings.LANGUAGES)
    chosen = language if language in spoken else language.split("-")[0]
    if chosen not in spoken:
        return render(request, template, context)
    with translation.override(chosen):
        response = render(request, template, context)
    response["Content-Language"] = chosen
    return response
