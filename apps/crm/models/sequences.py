"""Sequences: steps that follow one another over days, and the contacts that go through them."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.contacts.models import Entity

if TYPE_CHECKING:
    from apps.accounts.models import User

_USER = settings.AUTH_USER_MODEL


class SequenceQuerySet(models.QuerySet["Sequence"]):
    def offered(self) -> SequenceQuerySet:
        return self.filter(is_active=True)


class Sequence(models.Model):
    """What happens with a contact after so many days. Switched off, it takes nobody new; who is in it goes on."""

    name = models.CharField(max_length=100)
    is_active = models.BooleanField(default=True)
    stops_at_call = models.BooleanField(default=True)

    objects = SequenceQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["name"], name="sequence_name_once")]

    def __str__(self) -> str:
        return self.name


class SequenceStep(models.Model):
    """`day` counts calendar days from the enrolment."""

    class Kind(models.TextChoices):
        CALL = "call", pgettext_lazy("step", "Call")
        TODO = "todo", pgettext_lazy("step", "To do")

    sequence = models.ForeignKey(Sequence, on_delete=models.CASCADE, related_name="steps", db_index=False)
    position = models.PositiveSmallIntegerField()
    day = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=4, choices=Kind)
    words = models.CharField(max_length=150, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["sequence", "position"], name="sequence_step_place"),
            models.CheckConstraint(name="sequence_step_words", condition=Q(kind="call") | ~Q(words="")),
        ]


class EnrolmentQuerySet(models.QuerySet["Enrolment"]):
    def visible_to(self, user: User) -> EnrolmentQuerySet:
        return self.filter(entity__in=Entity.objects.visible_to(user))

    def active(self) -> EnrolmentQuerySet:
        return self.filter(ended_at__isnull=True)

    def due(self, on: date) -> EnrolmentQuerySet:
        return self.active().filter(due_on__lte=on)


class Enrolment(models.Model):
    """A contact in a sequence. `plan` holds its steps as they were when it began: [day, kind, words] each.

    `done` of them were taken; the next one comes on `due_on`.
    """

    class End(models.TextChoices):
        FINISHED = "finished", _("All steps are done")
        ANSWERED = "answered", _("The contact answered by mail")
        CALLED = "called", _("A call was logged")
        TRASHED = "trashed", _("The contact is in the trash or was merged")
        HAND = "hand", _("Stopped by hand")
        NOBODY = "nobody", _("Nobody is there to take the step")

    sequence = models.ForeignKey(Sequence, on_delete=models.PROTECT, related_name="enrolments")
    entity = models.ForeignKey(Entity, on_delete=models.CASCADE, related_name="enrolments")
    plan = models.JSONField()
    done = models.PositiveSmallIntegerField(default=0)
    due_on = models.DateField()
    enrolled_by = models.ForeignKey(_USER, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    enrolled_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(_USER, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    end_reason = models.CharField(max_length=8, choices=End, blank=True)
    end_words = models.CharField(max_length=200, blank=True)

    objects = EnrolmentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["sequence", "entity"], name="enrolment_once_active", condition=Q(ended_at__isnull=True)
            ),
            models.CheckConstraint(
                name="enrolment_ends_for_a_reason",
                condition=Q(ended_at__isnull=True, end_reason="") | (Q(ended_at__isnull=False) & ~Q(end_reason="")),
            ),
        ]
        indexes = [models.Index(fields=["due_on"], name="enrolment_due", condition=Q(ended_at__isnull=True))]
