"""Who adds to orders what no source tells."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apps.accounts.permissions import is_staff_member
from apps.crm.models.reach import ORDER_ROLES, has_role, portal_reader

if TYPE_CHECKING:
    from apps.accounts.models import User


def can_add_photos(user: User) -> bool:
    """Staff who deal with orders; whoever asks has found that they see this one."""
    return portal_reader(user) is None and is_staff_member(user) and has_role(user, ORDER_ROLES)
