"""Cards of the history on Home."""

from __future__ import annotations

from typing import cast

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.views.decorators.http import require_POST

from apps.accounts.decorators import staff_required
from apps.accounts.models import User
from apps.activities.selectors.visits import news_for
from apps.activities.services.visits import note_visit
from apps.core import clock
from apps.core.htmx import Request


def news_card(request: HttpRequest) -> str:
    """What others wrote since the reader's last visit; opening it tells the house that the reader is here."""
    news = news_for(cast(User, request.user), now=clock.now())
    return render_to_string("activities/news_card.html", {"news": news}, request=request)


@staff_required
@require_POST
def visit(request: Request) -> HttpResponse:
    note_visit(user=request.user, now=clock.now())
    return HttpResponse(status=204)
