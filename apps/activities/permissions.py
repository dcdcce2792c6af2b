"""Who may write into the history, and change what is written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apps.accounts.permissions import is_admin
from apps.contacts.permissions import can_view_entity

if TYPE_CHECKING:
    from apps.accounts.models import User
    from apps.activities.models import Activity
    from apps.contacts.models import Entity


def can_write_on(user: User, entity: Entity) -> bool:
    """Whoever sees a contact may note what happened with it."""
    return can_view_entity(user, entity)


def can_change_activity(user: User, activity: Activity) -> bool:
    return activity.actor_id == user.pk or is_admin(user)
