"""Sequences: steps that follow one another over days, and the contacts that go through them."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.contacts.models import Entity
from apps.core.models import OutgoingMail
from apps.messaging.models import MailMessage, MailTemplate, Withheld

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
    in_working_days = models.BooleanField(default=False, db_default=False)

    objects = SequenceQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["name"], name="sequence_name_once")]

    def __str__(self) -> str:
        return self.name


class SequenceStep(models.Model):
    """`day` counts from the enrolment: calendar days, or working days of the team in charge where the sequence says so.

    A mail is made of the house's `template`, in the contact's language.
    """

    class Kind(models.TextChoices):
        CALL = "call", pgettext_lazy("step", "Call")
        TODO = "todo", pgettext_lazy("step", "To do")
        MAIL = "mail", pgettext_lazy("step", "Mail")

    sequence = models.ForeignKey(Sequence, on_delete=models.CASCADE, related_name="steps", db_index=False)
    position = models.PositiveSmallIntegerField()
    day = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=4, choices=Kind)
    words = models.CharField(max_length=150, blank=True)
    template = models.ForeignKey(MailTemplate, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["sequence", "position"], name="sequence_step_place"),
            models.CheckConstraint(name="sequence_step_words_said", condition=~Q(kind="todo", words="")),
            models.CheckConstraint(
                name="sequence_step_template",
                condition=Q(kind="mail", template__isnull=False) | (~Q(kind="mail") & Q(template__isnull=True)),
            ),
        ]


class PlannedStep(NamedTuple):
    """A step as an enrolment keeps it."""

    day: int
    kind: str
    words: str
    template_id: int | None = None


class EnrolmentQuerySet(models.QuerySet["Enrolment"]):
    def visible_to(self, user: User) -> EnrolmentQuerySet:
        return self.filter(entity__in=Entity.objects.visible_to(user))

    def active(self) -> EnrolmentQuerySet:
        return self.filter(ended_at__isnull=True)

    def due(self, on: date) -> EnrolmentQuerySet:
        return self.active().filter(due_on__lte=on, paused_at__isnull=True)


class Enrolment(models.Model):
    """A contact in a sequence. `plan` holds its steps as they were when it began, in the order of `PlannedStep`.

    `done` of them were taken; the next one comes on `due_on`, unless it rests (`paused_at`).
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
    in_working_days = models.BooleanField(default=False, db_default=False)
    paused_at = models.DateTimeField(null=True)
    paused_by = models.ForeignKey(_USER, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
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
            models.CheckConstraint(
                name="enrolment_rests_while_active", condition=Q(paused_at__isnull=True) | Q(ended_at__isnull=True)
            ),
        ]
        indexes = [models.Index(fields=["due_on"], name="enrolment_due", condition=Q(ended_at__isnull=True))]

    @property
    def steps(self) -> list[PlannedStep]:
        return [PlannedStep(*each) for each in self.plan]

    @property
    def next_step(self) -> PlannedStep | None:
        return self.steps[self.done] if self.ended_at is None and self.done < len(self.plan) else None


class SequenceMail(models.Model):
    """What became of a mail step: `message` from a mailbox or `outgoing` alone from the site, or why none was made.

    It is written with the mail, so that the step makes one at most.
    """

    enrolment = models.ForeignKey(Enrolment, on_delete=models.CASCADE, related_name="mails", db_index=False)
    step = models.PositiveSmallIntegerField()  # its place in the plan, from 0
    address = models.CharField(max_length=320, blank=True)
    message = models.ForeignKey(MailMessage, null=True, on_delete=models.SET_NULL, related_name="sequence_mails")
    outgoing = models.ForeignKey(OutgoingMail, null=True, on_delete=models.SET_NULL, related_name="+")
    withheld = models.CharField(max_length=12, choices=Withheld, blank=True)
    words = models.CharField(max_length=200, blank=True)  # more on why it was withheld
    made_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["enrolment", "step"], name="sequence_mail_once")]
