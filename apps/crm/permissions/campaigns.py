"""Who writes to many at once, and who only looks at what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apps.accounts.permissions import is_manager, is_staff_member
from apps.crm.models.reach import has_role, portal_reader
from apps.crm.models.segments import SENDING_ROLES, reads_campaigns

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from apps.accounts.models import User
    from apps.crm.models import Segment

__all__ = ["can_change_segment", "reads_campaigns", "sees_segment", "sends_campaigns"]


def sends_campaigns(user: User | AnonymousUser) -> bool:
    """Makes segments and campaigns, starts and stops them."""
    return portal_reader(user) is None and is_staff_member(user) and has_role(user, SENDING_ROLES)


def sees_segment(user: User, segment: Segment) -> bool:
    """Its name and what it asks, as `visible_to` of the query set has it."""
    return reads_campaigns(user) and (segment.is_shared or segment.owner_id == user.pk)


def can_change_segment(user: User, segment: Segment) -> bool:
    """Its owner; managers of shared ones too."""
    if not sends_campaigns(user):
        return False
    return segment.owner_id == user.pk or (segment.is_shared and is_manager(user))
