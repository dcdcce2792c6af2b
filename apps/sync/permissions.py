"""Who looks into what sources sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apps.accounts.permissions import is_manager, is_staff_member
from apps.crm.models.reach import portal_reader

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from apps.accounts.models import User


def reads_raw_records(user: User | AnonymousUser) -> bool:
    """Managers, of orders that they see, since amounts are in them; not while they look in on a dealer."""
    return is_staff_member(user) and portal_reader(user) is None and is_manager(user)
