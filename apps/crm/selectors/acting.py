"""Who does for the house what a sequence or a rule lets be done with a contact."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from apps.activities.permissions import can_write_on
from apps.crm.selectors.in_charge import stand_in_for, who_is_in_charge

if TYPE_CHECKING:
    from apps.accounts.models import User
    from apps.contacts.models import Entity


def who_acts(entity: Entity, otherwise: User | None, *, on: date) -> User | None:
    """Who is in charge that day or stands in for them, else `otherwise`; of those who see the contact. None: nobody."""
    for user in (who_is_in_charge(entity.pk, "account", on), otherwise):
        present = stand_in_for(user, on) if user is not None and user.is_active else None
        if present is not None and present.is_active and can_write_on(present, entity):
            return present
    return None
