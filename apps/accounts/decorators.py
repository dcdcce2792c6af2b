"""Who may enter a view. What is inside a record is asked of the record's own rules."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

from apps.accounts import permissions
from apps.accounts.models import User

View = TypeVar("View", bound=Callable[..., Any])


def door(may_enter: Callable[[User | AnonymousUser], bool]) -> Callable[[View], View]:
    """A decorator that sends strangers to sign in and answers 403 to users whom `may_enter` refuses."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            if not may_enter(request.user):
                raise PermissionDenied
            return cast(HttpResponse, view(request, *args, **kwargs))

        return cast(View, guarded)

    return decorate


# Whoever works in the house; dealers and guests don't.
staff_required = door(permissions.is_staff_member)
# Administrators: custom fields, relationship types, folders, categories, users.
settings_required = door(permissions.can_change_settings)
# Administrators, and managers for their own team.
audit_required = door(permissions.can_read_audit)
