"""Contacts with whom nothing is planned: no open task, no meeting to come."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Q

from apps.activities.models import Activity, ActivityEntity
from apps.contacts.models import Entity

if TYPE_CHECKING:
    from apps.accounts.models import User
    from apps.contacts.models.entities import EntityQuerySet


def unplanned(user: User, *, mine: bool, now: datetime) -> EntityQuerySet:
    """The contacts that `user` sees, or has made or been given, and about whom `user` sees no next step.

    What others planned in secret doesn't count: a contact missing here would give it away.
    """
    found = Entity.objects.visible_to(user).live()
    if mine:
        found = found.filter(owner=user)
    steps = Activity.objects.visible_to(user).live().exclude(facts__contains={"is_over": True})
    steps = steps.filter(Q(kind="task") | Q(kind="meeting", occurred_at__gte=now))
    links = ActivityEntity.objects.filter(entity=OuterRef("pk"), via_employer=False, activity__in=steps)
    return found.filter(~Exists(links))
