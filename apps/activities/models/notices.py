"""Notices: what a user is told of, in which ways they want to be told, and the browsers that may be woken."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.activities.models.timeline import Activity
from apps.contacts.models import Entity
from apps.core.contributions import notice_records, shown_entity

if TYPE_CHECKING:
    from apps.accounts.models import User

ENTITIES = "contacts.entity"
TRASHED = "entities.trashed"  # the verb of what is told of a contact that lies in the trash


def records_seen_by(user: User, record_type: str) -> models.QuerySet[Any] | None:
    """Those records of a type that `user` may be told of; None where nobody is told of such records.

    A dealer's people see no contacts, and their database role can't ask for any.
    """
    if record_type == ENTITIES:
        return None if shown_entity(user) is not None else Entity.objects.visible_to(user)
    record = notice_records.get(record_type)
    return record.visible(user) if record else None


class NoticeQuerySet(models.QuerySet["Notice"]):
    def visible_to(self, user: User) -> NoticeQuerySet:
        """The user's own, without those about what was removed or what they may not see any more."""
        entries = Activity.objects.visible_to(user).live().filter(pk=OuterRef("activity_id"))
        readable = Q(activity__isnull=True, record_type="") | Q(Exists(entries), activity__isnull=False)
        for record_type in (ENTITIES, *(key for key, _record in notice_records.items())):
            seen = records_seen_by(user, record_type)
            if seen is None:
                continue
            there = Q(Exists(seen.filter(pk=OuterRef("record_id")).order_by()), record_type=record_type)
            if record_type == ENTITIES:
                live = Entity.objects.live().filter(pk=OuterRef("record_id")).order_by()
                there &= Q(Exists(live)) | Q(verb=TRASHED)
            readable |= Q(there, activity__isnull=True)
        return self.filter(readable, user=user)

    def in_app(self) -> NoticeQuerySet:
        return self.filter(is_shown=True)

    def unread(self) -> NoticeQuerySet:
        return self.filter(read_at__isnull=True)


class Notice(models.Model):
    """One user is told of one event. Partitioned by month (migration 0006); nothing points to it.

    The row is the queue for the ways out, too: a mail is due at `mail_due_at`, a push while `pushed_at` is empty.
    """

    class Event(models.TextChoices):
        ASSIGNED = "assigned", _("A task is given to me")
        INVITED = "invited", _("I am invited, or an appointment of mine changes")
        REMINDER = "reminder", _("A reminder of mine is due")
        CHANGED = "changed", _("Something I watch is changed")
        COMMENTED = "commented", _("Something is written about what I watch")
        STATUS = "status", _("The status of something I watch changes")
        MAIL = "mail", _("A mail about something I watch")
        # Of staff who look after dealers.
        INQUIRY = "inquiry", _("A dealer waits for me")
        ESCALATED = "escalated", _("A claim is late")
        HANDED_OVER = "handed_over", _("Contacts are handed over to me, or come back")
        # Of chats.
        MENTIONED = "mentioned", _("Somebody mentions me in a group")
        DIRECT = "direct", _("Somebody writes to me alone")
        # Of dealers' people.
        ACCEPTED = "accepted", _("An order is accepted")
        SHIPPED = "shipped", _("An order is shipped")
        DELIVERED = "delivered", _("An order is delivered")
        ON_HOLD = "on_hold", _("An order is put on hold")
        PLANNED = "planned", _("The planned day of a delivery moves")
        PROMISE = "promise", _("The day on which an order is expected moves")
        CLAIM_ANSWER = "claim_answer", _("A claim of ours goes on")
        DECIDED = "decided", _("A claim of ours is decided")
        MESSAGE = "message", _("The plant writes to us")
        NEWS = "news", _("The plant has news")

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_constraint=False, db_index=False
    )
    at = models.DateTimeField()
    event = models.CharField(max_length=12, choices=Event)
    verb = models.CharField(max_length=60)  # "note.added", "entity.updated", "reminder.due"
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    activity = models.ForeignKey(
        Activity, null=True, on_delete=models.CASCADE, related_name="+", db_constraint=False, db_index=False
    )
    record_type = models.CharField(max_length=60, blank=True, default="")
    record_id = models.BigIntegerField(null=True)
    count = models.PositiveIntegerField(default=1)  # a bulk change of many watched records is one notice
    is_shown = models.BooleanField(default=True)  # in the inbox; False: the user wants it by other ways alone
    read_at = models.DateTimeField(null=True)
    mail_due_at = models.DateTimeField(null=True)
    mailed_at = models.DateTimeField(null=True)  # also where it was left out, being read or hidden by then
    wants_push = models.BooleanField(default=False)
    pushed_at = models.DateTimeField(null=True)

    objects = NoticeQuerySet.as_manager()


class NoticePreference(models.Model):
    """How one user wants to be told of one kind of event; without a row the defaults of `selectors.wishes` hold."""

    class Mail(models.TextChoices):
        AT_ONCE = "at_once", _("At once")
        HOURLY = "hourly", _("Every hour")
        DAILY = "daily", _("Once a day")
        NEVER = "never", pgettext_lazy("mail", "Never")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False)
    event = models.CharField(max_length=12, choices=Notice.Event)
    in_app = models.BooleanField(default=True)
    push = models.BooleanField(default=True)
    mail = models.CharField(max_length=7, choices=Mail, default=Mail.NEVER)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "event"], name="notice_preference_once")]


class PushSubscription(models.Model):
    """A browser that its user lets us wake (RFC 8030). Its keys encrypt what is sent to it (RFC 8291)."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    endpoint = models.URLField(max_length=1000, unique=True)
    p256dh = models.CharField(max_length=120)
    auth = models.CharField(max_length=60)
    user_agent = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField()
