"""Who may enter a page of the guests' door. The wall in the database stands behind each of them."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar, cast

from django.http import Http404, HttpRequest, HttpResponse

from apps.accounts.decorators import door
from apps.projects.models.guest_reach import guest_reader

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from apps.accounts.models import User

View = TypeVar("View", bound=Callable[..., Any])


def is_guest(user: User | AnonymousUser) -> bool:
    return guest_reader(user) is not None


def guest_required(*tabs: str) -> Callable[[View], View]:
    """For guests who have one of `tabs`, or for all where none is named; a tab that they don't have is not there."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            reader = guest_reader(request.user)
            if reader is None or (tabs and reader.tabs.isdisjoint(tabs)):
                raise Http404
            return cast(HttpResponse, view(request, *args, **kwargs))

        return cast(View, door(is_guest)(guarded))

    return decorate
