"""Guests: who from outside reads which tabs of one project, and which entries of its history they are shown."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.projects.models.guest_reach import guest_reader
from apps.projects.models.projects import Project

if TYPE_CHECKING:
    from apps.accounts.models import User

# In the order of their pages: chat opens first where a guest has it.
GUEST_TABS = (
    ("chat", _("Chat")),
    ("about", _("About the project")),
    ("contacts", _("Contacts")),
    ("history", _("History")),
    ("tasks", _("Tasks")),
    ("files", _("Files")),
    ("links", _("Links")),
)


class GuestAccessQuerySet(models.QuerySet["GuestAccess"]):
    def standing(self, now: datetime) -> GuestAccessQuerySet:
        """Those that let somebody in at `now`."""
        return self.filter(
            Q(until__isnull=True) | Q(until__gt=now),
            ended_at__isnull=True,
            project__closed_at__isnull=True,
            entity__trashed_at__isnull=True,
            user__is_active=True,
        )

    def run_out(self, now: datetime) -> GuestAccessQuerySet:
        return self.filter(ended_at__isnull=True, until__lte=now)


class GuestAccess(models.Model):
    """One guest of one project, kept once it has ended. In the chat they are there as a contact, by a Membership.

    Files, links and messages up to `from_seq` are not theirs to read.
    """

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="guests", db_index=False)
    entity = models.ForeignKey("contacts.Entity", on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    tabs = ArrayField(models.CharField(max_length=10))  # keys of GUEST_TABS
    from_seq = models.BigIntegerField(default=0)
    until = models.DateTimeField(null=True)  # the moment it ends; None: nobody has said
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    objects = GuestAccessQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "entity"], name="guest_once_in_a_project"),
            models.CheckConstraint(name="guest_sees_something", condition=~Q(tabs=[])),
        ]
        indexes = [models.Index(fields=["until"], name="guest_run_out", condition=Q(ended_at__isnull=True))]

    @property
    def channel(self) -> str:
        """Of live events: a guest's own, which says that something happened and never what."""
        return f"guest:{self.pk}"


class GuestEntryQuerySet(models.QuerySet["GuestEntry"]):
    def visible_to(self, user: User) -> GuestEntryQuerySet:
        """A guest's: those of the project at hand, of the tabs that they have."""
        guest = guest_reader(user)
        if guest is None:
            return self.none()
        found = self.filter(
            project=guest.group_id,
            activity__removed_at__isnull=True,
            activity__visibility="public",
            activity__category__isnull=True,
        )
        if "tasks" not in guest.tabs:
            found = found.exclude(activity__kind="task")
        return found if "history" in guest.tabs else found.filter(activity__kind="task")


class GuestEntry(models.Model):
    """An entry of a project's history, or a task of it, that its guests may read. All others they may not."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+")
    activity = models.OneToOneField("activities.Activity", on_delete=models.CASCADE, related_name="+")
    shown_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    shown_at = models.DateTimeField()

    objects = GuestEntryQuerySet.as_manager()
