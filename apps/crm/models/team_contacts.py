"""Contacts that belong to a team of the house: a partner who builds with support, a supplier of the project."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from apps.accounts.models import Team
from apps.contacts.models import Entity

if TYPE_CHECKING:
    from apps.accounts.models import User


class TeamContactQuerySet(models.QuerySet["TeamContact"]):
    def visible_to(self, user: User) -> TeamContactQuerySet:
        return self.filter(entity__in=Entity.objects.visible_to(user))

    def current(self) -> TeamContactQuerySet:
        return self.filter(valid_to__isnull=True)


class TeamContact(models.Model):
    """`entity` belongs to `team` from `valid_from` up to but not including `valid_to`; that gives nobody a right."""

    entity = models.ForeignKey(Entity, on_delete=models.CASCADE, related_name="teams")
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="contacts", db_index=False)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    created_at = models.DateTimeField()

    objects = TeamContactQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["team", "entity"], name="team_contact_once_now", condition=Q(valid_to__isnull=True)
            ),
            models.CheckConstraint(
                name="team_contact_ends_after_start",
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
            ),
        ]
        indexes = [models.Index(fields=["team", "valid_from"], name="team_contact_by_start")]
