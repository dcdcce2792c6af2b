"""How a user is found and what the Django admin lets them do."""

from __future__ import annotations

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.auth.models import Group
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet

from apps.accounts.models import User
from apps.accounts.permissions import is_admin, remember_roles
from apps.core.prepared import Prepared, blank_number

_USER = blank_number()


@Prepared
def _with_roles() -> QuerySet[User]:
    names = Group.objects.filter(user=OuterRef("pk")).values("name")
    return User.objects.select_related("preferences").annotate(_names=ArraySubquery(names)).filter(pk=_USER)


class HouseBackend(AuthenticationBackend):  # type: ignore[misc]  # allauth ships no types
    """Sign-in by e-mail as allauth does it; the role "admin" may do whatever the Django admin offers."""

    def get_user(self, user_id: int) -> User | None:
        """The session's user, with preferences and roles, in one query: every request needs all three."""
        found = _with_roles.ask({_USER: user_id})
        if not found or not self.user_can_authenticate(found[0]):
            return None
        user = found[0]
        remember_roles(user, user.__dict__.pop("_names"))
        return user

    def user_can_authenticate(self, user: User) -> bool:
        return bool(super().user_can_authenticate(user)) and not user.is_bot

    def has_perm(self, user_obj: Any, perm: str, obj: Any = None) -> bool:
        return bool(user_obj.is_active and is_admin(user_obj)) or super().has_perm(user_obj, perm, obj)

    def has_module_perms(self, user_obj: Any, app_label: str) -> bool:
        return bool(user_obj.is_active and is_admin(user_obj)) or super().has_module_perms(user_obj, app_label)
