"""Projects: what a group is about beyond its talk, and who from outside takes part."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.projects.models.groups import Group

if TYPE_CHECKING:
    from apps.accounts.models import User


class ProjectQuerySet(models.QuerySet["Project"]):
    def visible_to(self, user: User) -> ProjectQuerySet:
        """Those of the groups that `user` is in."""
        return self.filter(group__in=Group.objects.visible_to(user))

    def standing(self) -> ProjectQuerySet:
        """Without those that went back to being mere groups."""
        return self.filter(closed_at__isnull=True)


class Project(models.Model):
    """A group that became a project keeps its rows as they are; `closed_at`: it is a mere group again.

    What was written down of it stays, for the day that it is a project once more. Every write raises `version`.
    """

    class State(models.TextChoices):
        PLANNED = "planned", _("Planned")
        ACTIVE = "active", _("Under way")
        ON_HOLD = "on_hold", _("On hold")
        DONE = "done", _("Done")

    group = models.OneToOneField(Group, primary_key=True, on_delete=models.PROTECT, related_name="project")
    state = models.CharField(max_length=7, choices=State, default=State.ACTIVE)
    city = models.CharField(max_length=120, blank=True)
    address = models.CharField(max_length=300, blank=True)
    site = models.CharField(max_length=300, blank=True)  # an address in the web
    specialisation = models.CharField(max_length=200, blank=True)
    numbers = models.TextField(blank=True)  # the site's own: one to a line, with words
    about = models.TextField(blank=True)
    attributes = models.JSONField(default=dict, db_default={}, blank=True)  # own fields by key
    starts_on = models.DateField(null=True, blank=True)
    ends_on = models.DateField(null=True, blank=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = ProjectQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="project_ends_after_it_starts",
                condition=Q(starts_on__isnull=True) | Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
            ),
        ]
        indexes = [models.Index(fields=["-changed_at", "-group"], name="project_by_change")]

    def __str__(self) -> str:
        return self.group.title


class Participant(models.Model):
    """A contact from outside who takes part, and as what. Who no longer does stays as a row."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="participants", db_index=False)
    entity = models.ForeignKey("contacts.Entity", on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=80, blank=True)  # "architect"
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    added_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["project", "entity"], name="participant_once", condition=Q(removed_at__isnull=True)
            )
        ]
