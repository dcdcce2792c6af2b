"""Programs outside say something in a group: who has the address may, and nothing else."""

from __future__ import annotations

from django.conf import settings
from django.core.exceptions import PermissionDenied, RequestDataTooBig, ValidationError
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from apps.accounts.services.bots import KeyRevoked
from apps.core import clock
from apps.core.ratelimit import allow, seconds_left
from apps.projects.hook_words import MOST_BYTES, Unreadable, read_words
from apps.projects.services.bots import hook_of_key, say_from_outside

_WINDOW = 60  # seconds


@csrf_exempt
@require_POST
def hook(request: HttpRequest, hook_key: str) -> HttpResponse:
    """Answers "ok" once it is said; else in words why not, with a status that programs understand."""
    now = clock.now()
    try:
        found = hook_of_key(hook_key, now=now)
    except KeyRevoked:
        return _answer("This address is good no more.", 410)
    if found is None:
        return _answer("There is no such address.", 404)
    limit = f"hook:{found.pk}"
    if not allow(limit, limit=settings.RAPPORT_HOOK_RATE, seconds=_WINDOW):
        answer = _answer("Too many messages; try again in a minute.", 429)
        answer["Retry-After"] = str(seconds_left(limit, seconds=_WINDOW))
        return answer
    body = _body(request)
    if body is None:
        return _answer(f"A message here has at most {MOST_BYTES:,} bytes.", 413)
    try:
        words = read_words(request.content_type or "", body)
        say_from_outside(hook=found, words=words, now=now)
    except Unreadable:
        return _answer('Send JSON like {"text": "..."}, or plain text.', 400)
    except ValidationError as error:
        return _answer(" ".join(error.messages), 422)
    except PermissionDenied:
        return _answer("This address is good no more.", 410)
    return _answer("ok", 200)


def _body(request: HttpRequest) -> bytes | None:
    """None where it is too large; more than that isn't read."""
    length = request.headers.get("Content-Length") or "0"
    if not length.isdecimal() or int(length) > MOST_BYTES:
        return None
    try:
        return request.body if len(request.body) <= MOST_BYTES else None
    except RequestDataTooBig:
        return None


def _answer(text: str, status: int) -> HttpResponse:
    return HttpResponse(text, status=status, content_type="text/plain; charset=utf-8")
