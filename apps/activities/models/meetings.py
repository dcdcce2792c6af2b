"""Meetings: rows with a start and an end, also each one of a series; who is asked to come; the secret feeds."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.activities.models.timeline import Activity
from apps.contacts.models import Entity

if TYPE_CHECKING:
    from apps.accounts.models import User


class Series(models.Model):
    """What repeats. Its occurrences are meetings of their own, made ahead up to `made_until`.

    Starts are kept as the wall clock of `zone` shows them ("2026-03-02T10:00:00", of whole days "2026-03-02"): ten
    o'clock stays ten o'clock when the clocks change.
    """

    rule = models.TextField()  # the value of an RRULE (RFC 5545, 3.3.10)
    extra = ArrayField(models.CharField(max_length=19), default=list, blank=True)  # further starts (RDATE)
    left_out = ArrayField(models.CharField(max_length=19), default=list, blank=True)  # starts without one (EXDATE)
    local_start = models.CharField(max_length=19)
    zone = models.CharField(max_length=60)
    seconds = models.PositiveIntegerField()  # how long each one takes
    is_all_day = models.BooleanField(default=False)
    uid = models.CharField(max_length=255, db_index=True)
    sequence = models.PositiveIntegerField(default=0)
    made_until = models.DateField(null=True, blank=True)  # None: all of them are there

    class Meta:
        indexes = [models.Index(fields=["made_until"], name="series_to_extend", condition=Q(made_until__isnull=False))]
        constraints = [models.CheckConstraint(name="series_has_a_rule", condition=~Q(rule="") | ~Q(extra=[]))]


class MeetingQuerySet(models.QuerySet["Meeting"]):
    def visible_to(self, user: User) -> MeetingQuerySet:
        """As entries of the history are, those taken back left out."""
        return self.filter(activity__in=Activity.objects.visible_to(user).live().order_by().values("pk"))

    def between(self, start: datetime, end: datetime) -> MeetingQuerySet:
        """What touches this span of time; whole days are those that the span has in its own zone."""
        first, last = start.date(), end.date()
        if end.time() == time.min:
            days = Q(starts_on__lt=last, ends_on__gt=first)
        else:
            days = Q(starts_on__lte=last, ends_on__gt=first)
        # Nothing lasts longer than these, so that an index by start finds all.
        days &= Q(starts_on__gt=first - Meeting.MOST_DAYS)
        return self.filter(days | Q(starts_at__lt=end, ends_at__gt=start, starts_at__gt=start - Meeting.LONGEST))

    def with_user(self, *users: int) -> MeetingQuerySet:
        """Whose calendar it stands in: they asked to it, or were asked."""
        asked = Attendee.objects.filter(user__in=users).values("meeting")
        return self.filter(Q(organiser__in=users) | Q(pk__in=asked))


class Meeting(models.Model):
    """One meeting, or one of a series. `activity` bears its title, its words and who may read it.

    It has a start and an end in time, or it takes whole days (`ends_on` is the first day without it).
    """

    class Status(models.TextChoices):
        CONFIRMED = "confirmed", _("Confirmed")
        TENTATIVE = "tentative", _("Tentative")
        CANCELLED = "cancelled", _("Cancelled")

    LONGEST = timedelta(days=60)
    MOST_DAYS = timedelta(days=1100)

    activity = models.OneToOneField(Activity, primary_key=True, on_delete=models.CASCADE, related_name="meeting")
    organiser = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    is_all_day = models.BooleanField(default=False)
    starts_at = models.DateTimeField(null=True)
    ends_at = models.DateTimeField(null=True)
    starts_on = models.DateField(null=True)
    ends_on = models.DateField(null=True)
    local_start = models.CharField(max_length=19)  # as the wall clock of `zone` shows it, see Series
    zone = models.CharField(max_length=60)
    place = models.CharField(max_length=400, blank=True)
    status = models.CharField(max_length=9, choices=Status, default=Status.CONFIRMED)
    uid = models.CharField(max_length=255, db_index=True)
    sequence = models.PositiveIntegerField(default=0)
    series = models.ForeignKey(Series, null=True, on_delete=models.PROTECT, related_name="meetings", db_index=False)
    # Which one of the series: the start that the rule gives it, wherever it was moved to.
    recurrence_id = models.CharField(max_length=19, blank=True)
    is_apart = models.BooleanField(default=False)  # was changed by itself: what happens to the series leaves it
    # Of what came out of an .ics file: the SEQUENCE it had there. None: it is ours, and we invite.
    imported_sequence = models.PositiveIntegerField(null=True)

    objects = MeetingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="meeting_has_one_kind_of_time",
                condition=Q(
                    is_all_day=False, starts_at__isnull=False, ends_at__isnull=False, starts_on=None, ends_on=None
                )
                | Q(is_all_day=True, starts_on__isnull=False, ends_on__isnull=False, starts_at=None, ends_at=None),
            ),
            models.CheckConstraint(
                name="meeting_ends_after_start",
                condition=Q(is_all_day=True, ends_on__gt=F("starts_on"))
                | Q(is_all_day=False, ends_at__gte=F("starts_at")),
            ),
            models.CheckConstraint(
                name="meeting_of_a_series_says_which",
                condition=Q(series=None, recurrence_id="") | (Q(series__isnull=False) & ~Q(recurrence_id="")),
            ),
            # Moving a series passes over the starts of its neighbours.
            models.UniqueConstraint(
                fields=["series", "recurrence_id"],
                name="meeting_of_a_series_once",
                deferrable=models.Deferrable.DEFERRED,
            ),
        ]
        indexes = [
            models.Index(fields=["starts_at"], name="meeting_by_start", condition=Q(is_all_day=False)),
            models.Index(fields=["starts_on"], name="meeting_by_day", condition=Q(is_all_day=True)),
            models.Index(fields=["organiser"], name="meeting_by_organiser"),
        ]

    @property
    def is_cancelled(self) -> bool:
        return self.status == Meeting.Status.CANCELLED

    @property
    def begins(self) -> datetime:
        """Where it stands in time; whole days begin at midnight of its zone."""
        return self.starts_at or midnight(self.starts_on, self.zone)  # type: ignore[arg-type]  # one of them is there

    @property
    def ends(self) -> datetime:
        return self.ends_at or midnight(self.ends_on, self.zone)  # type: ignore[arg-type]  # one of them is there


class Attendee(models.Model):
    """Somebody who is asked to come: a colleague, a contact, or a bare address."""

    class Role(models.TextChoices):
        REQUIRED = "required", _("Required")
        OPTIONAL = "optional", _("Optional")

    class Answer(models.TextChoices):
        OPEN = "needs-action", _("No answer yet")
        ACCEPTED = "accepted", _("Accepted")
        DECLINED = "declined", _("Declined")
        TENTATIVE = "tentative", _("Perhaps")

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="attendees")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    entity = models.ForeignKey(Entity, null=True, on_delete=models.PROTECT, related_name="+")
    email = models.CharField(max_length=320, blank=True)  # lower case; where invitations go and answers come from
    name = models.CharField(max_length=400, blank=True)  # of a bare address
    role = models.CharField(max_length=8, choices=Role, default=Role.REQUIRED)
    answer = models.CharField(max_length=12, choices=Answer, default=Answer.OPEN)
    answered_at = models.DateTimeField(null=True)
    answered_sequence = models.PositiveIntegerField(default=0)  # what the answer was given to

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="attendee_is_one_of_three",
                condition=Q(user__isnull=False, entity=None)
                | Q(user=None, entity__isnull=False)
                | (Q(user=None, entity=None) & ~Q(email="")),
            ),
            models.UniqueConstraint(
                fields=["meeting", "user"], name="attendee_user_once", condition=Q(user__isnull=False)
            ),
            models.UniqueConstraint(
                fields=["meeting", "entity"], name="attendee_entity_once", condition=Q(entity__isnull=False)
            ),
        ]


class CalendarFeed(models.Model):
    """The secret address under which other programs read one user's calendar."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, primary_key=True, on_delete=models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64, unique=True)  # SHA-256 of the token
    token = models.TextField()  # encrypted, to be shown again
    made_at = models.DateTimeField()


def midnight(day: date, zone: str) -> datetime:
    return datetime.combine(day, time.min, ZoneInfo(zone)).astimezone(UTC)
