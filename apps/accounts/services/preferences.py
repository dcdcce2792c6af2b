"""Saving how a user reads and works."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from apps.accounts.models import Preferences, User
from apps.accounts.preferences import preferences_of
from apps.accounts.signals import preferences_changed

EDITABLE = frozenset(field.name for field in Preferences._meta.concrete_fields) - {"id", "user"}


@transaction.atomic
def change_preferences(*, actor: User, changes: Mapping[str, Any], now: datetime) -> Preferences:
    """Change some of one's own preferences, by field; the others stay. Raises KeyError for a field there isn't."""
    if unknown := set(changes) - EDITABLE:
        raise KeyError(*sorted(unknown))
    row, _ = Preferences.objects.update_or_create(user=actor, defaults=dict(changes))
    actor._state.fields_cache["preferences"] = row
    preferences_changed.send(sender=Preferences, user=actor, changes=frozenset(changes), now=now)
    return preferences_of(actor)
