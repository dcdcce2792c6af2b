"""The one history: a narrow row for everything that people want to read later, on the timelines of all it is about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Exists, OuterRef, Q, Value
from django.utils.translation import gettext_lazy as _

from apps.activities.models.kinds import ActivityCategory
from apps.activities.models.reach import reach_of
from apps.contacts.models import Entity
from apps.core.contributions import shown_entity

if TYPE_CHECKING:
    from datetime import datetime

    from apps.accounts.models import User
    from apps.activities.selectors.kind_fields import ShownValue
    from apps.core.contributions import Kind

_TOKENS: ArrayField[list[int], list[int]] = ArrayField(models.IntegerField())


class ActivityQuerySet(models.QuerySet["Activity"]):
    def visible_to(self, user: User) -> ActivityQuerySet:
        """What this user may read: the entry's own visibility admits them, and they see one of its entities or
        its context. That it stands on an employer's timeline too opens nothing. A dealer's people read what is
        shown to their firm.
        """
        firm = shown_entity(user)
        if firm is not None:
            return self.filter(shown_to=firm)
        reach = reach_of(user)
        if reach is None:
            return self.none()
        about = Q(audience__overlap=reach.open)
        if reach.asking:
            seen = ActivityEntity.objects.filter(
                activity=OuterRef("pk"),
                via_employer=False,
                entity__in=Entity.objects.visible_to(user).order_by().values("pk"),
            )
            about |= Q(Exists(seen), audience__overlap=reach.asking)
        found = self.filter(about, Q(readers__isnull=True) | Q(readers__overlap=reach.readers))
        if reach.hidden_categories:
            shown = Q(category__isnull=True) | ~Q(category__in=reach.hidden_categories) | Q(actor=user)
            found = found.filter(shown)
        return found

    def live(self) -> ActivityQuerySet:
        """What was not taken back."""
        return self.filter(removed_at__isnull=True)


class Activity(models.Model):
    """One entry of the history. What belongs to its kind alone (a call's length, a task's state) lies in that kind's
    own table; `facts` is the copy of it that timelines show, so that a page of them needs no further table.
    """

    class Visibility(models.TextChoices):
        PUBLIC = "public", _("Everybody who sees the contact")
        TEAM = "team", _("My teams")
        PRIVATE = "private", _("Only me and who takes part")

    kind = models.CharField(max_length=40)  # "note", "call", "task" ...: the registry `kinds`, or an ActivityKind's key
    verb = models.CharField(max_length=60)  # "note.added"
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    # Start of a meeting or call; of a task its completion, else the day it is due, else its creation.
    occurred_at = models.DateTimeField()
    created_at = models.DateTimeField()
    subject = models.CharField(max_length=300, blank=True)
    snippet = models.TextField(blank=True)
    facts = models.JSONField(default=dict, db_default=Value({}, models.JSONField()))
    context_type = models.CharField(
        max_length=60, blank=True, default="", db_default=""
    )  # any record it belongs to: "crm.order"
    context_id = models.BigIntegerField(null=True)
    visibility = models.CharField(max_length=7, choices=Visibility, default=Visibility.PUBLIC, db_default="public")
    category = models.ForeignKey(
        ActivityCategory, null=True, blank=True, on_delete=models.PROTECT, related_name="activities"
    )
    # A dealer who reads it in the portal.
    shown_to = models.ForeignKey(Entity, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    # Who may read it, as tokens (models.reach): those of its entities and context, and, unless it is public, of people.
    audience = ArrayField(models.IntegerField(), default=list, db_default=Value([], _TOKENS))
    readers = ArrayField(models.IntegerField(), null=True)
    pinned_at = models.DateTimeField(null=True)
    removed_at = models.DateTimeField(null=True)

    # What timelines add to their entries (selectors.timelines).
    moment: datetime
    subjects: list[ActivityEntity]
    kind_shown: Kind
    context_link: tuple[str, str] | None
    own_fields: list[ShownValue]
    may_complete: bool

    objects = ActivityQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["-occurred_at", "-id"], name="activity_by_time", condition=Q(removed_at__isnull=True)),
            models.Index(
                fields=["kind", "-occurred_at", "-id"], name="activity_by_kind", condition=Q(removed_at__isnull=True)
            ),
            models.Index(
                fields=["actor", "-occurred_at", "-id"], name="activity_by_actor", condition=Q(removed_at__isnull=True)
            ),
            models.Index(
                fields=["context_type", "context_id", "-occurred_at", "-id"],
                name="activity_by_context",
                condition=Q(context_id__isnull=False),
            ),
            models.Index(fields=["-pinned_at"], name="activity_pinned", condition=Q(pinned_at__isnull=False)),
            # Who sees little finds it here rather than among everybody's.
            GinIndex(fields=["audience"], name="activity_audience"),
            GinIndex(fields=["readers"], name="activity_readers", condition=Q(readers__isnull=False)),
        ]
        constraints = [
            models.CheckConstraint(
                name="activity_context_is_whole",
                condition=Q(context_type="", context_id__isnull=True)
                | (~Q(context_type="") & Q(context_id__isnull=False)),
            ),
            models.CheckConstraint(
                name="activity_readers_unless_public",
                condition=Q(visibility="public", readers__isnull=True)
                | (~Q(visibility="public") & Q(readers__isnull=False)),
            ),
        ]

    @property
    def is_written_here(self) -> bool:
        """Words that their author corrects on the timeline; what has a page of its own is changed there."""
        return self.verb in ("note.added", "call.logged")


class ActivityEntity(models.Model):
    """On whose timeline an entry stands: whom it is about, and by itself the employer at that time."""

    activity = models.ForeignKey(Activity, on_delete=models.CASCADE, related_name="participants", db_index=False)
    # Whoever takes an entity away for good asks first; an undo of its creation leaves it, since something happened.
    entity = models.ForeignKey(Entity, on_delete=models.PROTECT, related_name="activity_links", db_index=False)
    role = models.CharField(max_length=40, blank=True)
    via_employer = models.BooleanField(default=False)
    occurred_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["activity", "entity"], name="activity_entity_once")]
        indexes = [models.Index(fields=["entity", "-occurred_at", "-activity"], name="activity_entity_timeline")]
