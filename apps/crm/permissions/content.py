"""Who writes what dealers read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apps.accounts.permissions import is_staff_member
from apps.crm.models.content import CONTENT_ROLES
from apps.crm.models.reach import has_role, portal_reader

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from apps.accounts.models import User


def keeps_content(user: User | AnonymousUser) -> bool:
    return portal_reader(user) is None and is_staff_member(user) and has_role(user, CONTENT_ROLES)
