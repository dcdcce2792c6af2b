"""Who manages a dealer's people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apps.accounts.permissions import is_admin
from apps.crm.models.reach import portal_reader

if TYPE_CHECKING:
    from apps.accounts.models import User


def can_manage_people(user: User, dealer_id: int) -> bool:
    """An owner of the firm, not one who only looks in; and administrators, who let the first one in."""
    reader = portal_reader(user)
    if reader is None:
        return is_admin(user)
    return reader.is_owner and reader.dealer_id == dealer_id and reader.user_id == user.pk
