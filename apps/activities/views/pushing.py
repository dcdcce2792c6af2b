"""A browser says that it may be woken, or that it may not any more."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.http import HttpResponse, JsonResponse
from django.views.decorators.http import require_POST

from apps.accounts.decorators import staff_required
from apps.activities.selectors.pushing import IN_SESSION
from apps.activities.services import pushing
from apps.core import clock
from apps.core.htmx import Request


@staff_required
@require_POST
def push_allow(request: Request) -> HttpResponse:
    given = {name: request.POST.get(name, "") for name in ("endpoint", "p256dh", "auth")}
    agent = request.headers.get("User-Agent", "")
    try:
        pushing.subscribe(actor=request.user, user_agent=agent, now=clock.now(), **given)
    except ValidationError as error:
        return JsonResponse({"errors": error.message_dict}, status=422)
    request.session[IN_SESSION] = given["endpoint"]
    return HttpResponse(status=204)


@staff_required
@require_POST
def push_stop(request: Request) -> HttpResponse:
    pushing.unsubscribe(actor=request.user, endpoint=request.POST.get("endpoint", "")[:1000])
    request.session.pop(IN_SESSION, None)
    return HttpResponse(status=204)
