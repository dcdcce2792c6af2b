"""Bearer tokens of the HTTP API: who asks, with which scopes, how often."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from ninja.errors import HttpError
from ninja.security import HttpBearer

from apps.accounts.models import User
from apps.accounts.services.tokens import authenticate_token
from apps.core import clock
from apps.core.ratelimit import allow

View = TypeVar("View", bound=Callable[..., Any])


class TokenAuth(HttpBearer):
    """`Authorization: Bearer rapport_...`; the user becomes `request.auth` and `request.user`.

    With `scope` a route asks for that before it reads what was sent: for those that take files.
    """

    def __init__(self, scope: str = "") -> None:
        super().__init__()
        self.scope = scope

    def authenticate(self, request: HttpRequest, token: str) -> User | None:
        found = authenticate_token(token, clock.now())
        if found is None:
            return None
        user, scopes = found
        if not allow(f"api:{user.pk}", limit=settings.RAPPORT_API_RATE, seconds=60):
            raise HttpError(429, "Too many requests; try again in a minute.")
        request.user = user
        request.scopes = scopes  # type: ignore[attr-defined]  # for needs_scope
        if self.scope and self.scope not in scopes:
            raise _lacks(self.scope)
        return user


def needs_scope(scope: str) -> Callable[[View], View]:
    """Refuse tokens that were not made for this."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            if scope not in request.scopes:  # type: ignore[attr-defined]  # from TokenAuth
                raise _lacks(scope)
            return view(request, *args, **kwargs)

        return guarded  # type: ignore[return-value]  # the same signature

    return decorate


def _lacks(scope: str) -> PermissionDenied:
    return PermissionDenied(f"This token lacks the scope {scope}.")
