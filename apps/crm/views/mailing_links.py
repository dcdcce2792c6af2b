"""What readers of mailings meet behind the links in them."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from apps.core import clock
from apps.crm.mailing_door import in_language, mailing_door
from apps.crm.services.mailings.leaving import (
    choose_by_letter,
    leave_by_letter,
    return_by_letter,
    standing_of,
)
from apps.crm.services.mailings.tokens import Letter

_FIELD, _WORD = "List-Unsubscribe", "One-Click"  # RFC 8058, section 3.1
_PAGE, _TOPICS = "crm/mailing_leave.html", "crm/mailing_choose.html"


@mailing_door
@require_http_methods(["GET", "HEAD", "POST"])
def leave(request: HttpRequest, token: str, letter: Letter) -> HttpResponse:
    """A GET asks, a POST does it: the page's button and the mail program's one click say the same word."""
    if request.method != "POST":
        return _page(request, token, letter, status=200)
    if request.POST.get(_FIELD) != _WORD:
        return _page(request, token, letter, status=400)
    leave_by_letter(letter, now=clock.now(), everything="everything" in request.POST)
    return _page(request, token, letter, status=200, done=True)


@mailing_door
@require_POST
def back(request: HttpRequest, token: str, letter: Letter) -> HttpResponse:
    return_by_letter(letter, now=clock.now())
    return _page(request, token, letter, status=200, returned=True)


@mailing_door
@require_http_methods(["GET", "HEAD", "POST"])
def topics(request: HttpRequest, token: str, letter: Letter) -> HttpResponse:
    saved = request.method == "POST"
    if saved:
        keys = [] if "none" in request.POST else request.POST.getlist("topics")
        choose_by_letter(letter, keys=keys, now=clock.now())
    standing = standing_of(letter)
    context = {"standing": standing, "saved": saved, **_addresses(token)}
    return in_language(request, _TOPICS, context, language=standing.language)


def _page(request: HttpRequest, token: str, letter: Letter, *, status: int, **context: bool) -> HttpResponse:
    standing = standing_of(letter)
    response = in_language(
        request, _PAGE, {"standing": standing, **context, **_addresses(token)}, language=standing.language
    )
    response.status_code = status
    return response


def _addresses(token: str) -> dict[str, str]:
    names = {"leave_url": "leave", "back_url": "back", "topics_url": "topics"}
    return {key: reverse(f"mailing_link:{name}", args=[token]) for key, name in names.items()}
