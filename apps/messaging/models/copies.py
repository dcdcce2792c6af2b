"""What each mailbox holds of a message: folder, flags, tombstone; and what its people do with a thread."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, OuterRef, Q

from apps.accounts.models import Team
from apps.accounts.permissions import is_staff_member
from apps.messaging.models.accounts import MailAccount, MailFolder
from apps.messaging.models.mail import MailMessage, Thread
from apps.messaging.models.reading import readable_copies, teams_today

if TYPE_CHECKING:
    from apps.accounts.models import User


class MailCopyQuerySet(models.QuerySet["MailCopy"]):
    def visible_to(self, user: User) -> MailCopyQuerySet:
        return self & readable_copies(user)

    def present(self) -> MailCopyQuerySet:
        """Not deleted here."""
        return self.filter(deleted_at__isnull=True)


class MailCopy(models.Model):
    """A message in one folder of one mailbox. `folder` is None for what was sent and not yet stored there."""

    account = models.ForeignKey(MailAccount, on_delete=models.CASCADE, related_name="copies", db_index=False)
    message = models.ForeignKey(MailMessage, on_delete=models.CASCADE, related_name="copies")
    thread = models.ForeignKey(Thread, on_delete=models.PROTECT, related_name="copies", db_index=False)
    folder = models.ForeignKey(MailFolder, null=True, on_delete=models.SET_NULL, related_name="copies", db_index=False)
    uidvalidity = models.BigIntegerField(null=True)
    uid = models.BigIntegerField(null=True)
    modseq = models.BigIntegerField(null=True)
    is_seen = models.BooleanField(default=False)
    is_answered = models.BooleanField(default=False)
    is_flagged = models.BooleanField(default=False)
    keywords = ArrayField(models.CharField(max_length=100), default=list)
    bcc = models.JSONField(default=list)  # [[name, address]] of one's own sent mail
    received_at = models.DateTimeField()  # INTERNALDATE, or when we sent it
    # What was changed here and the server doesn't know yet: flags, a deletion, a Sent copy to append.
    is_dirty = models.BooleanField(default=False)
    deleted_at = models.DateTimeField(null=True)  # the tombstone: it doesn't come back with the next sync
    # Where it lay before we moved it to the server's trash: whoever takes the deletion back wants it there.
    trashed_from = models.ForeignKey(MailFolder, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    # The role of the folder that its reader wants it in; "": it stays. The next sync moves it, and notes from where.
    kept_in = models.CharField(max_length=7, blank=True, default="", db_default="")
    moved_from = models.ForeignKey(MailFolder, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)

    objects = MailCopyQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["thread", "account"], name="mail_copy_by_thread"),
            models.Index(fields=["account", "-received_at", "-id"], name="mail_copy_by_account"),
            models.Index(
                fields=["account", "thread"],
                name="mail_copy_unread",
                condition=Q(is_seen=False, deleted_at__isnull=True),
            ),
            models.Index(fields=["account"], name="mail_copy_dirty", condition=Q(is_dirty=True)),
            models.Index(
                fields=["account", "-deleted_at", "-id"],
                name="mail_copy_thrown_away",
                condition=Q(deleted_at__isnull=False),
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["folder", "uidvalidity", "uid"], name="mail_copy_once_on_the_server")
        ]


class ThreadStateQuerySet(models.QuerySet["ThreadState"]):
    def visible_to(self, user: User) -> ThreadStateQuerySet:
        """Rows of the mailboxes that this user reads whole, and of threads that their owners share with them."""
        if not is_staff_member(user):
            return self.none()
        mine = MailAccount.objects.visible_to(user).values("pk")
        return self.filter(Q(account__in=mine) | Q(Exists(shares_with(user))))

    def shared_with(self, user: User) -> ThreadStateQuerySet:
        """Rows of other people's mailboxes that this user reads all the same."""
        mine = MailAccount.objects.visible_to(user).values("pk")
        return self.filter(Exists(shares_with(user))).exclude(account__in=mine)

    def of_mailboxes_of(self, user: User) -> ThreadStateQuerySet:
        """Rows that this user may change: archive, put off, assign."""
        return self.filter(account__in=MailAccount.objects.visible_to(user).values("pk"))


class ThreadState(models.Model):
    """A thread as one mailbox sees it: the row of its list."""

    account = models.ForeignKey(MailAccount, on_delete=models.CASCADE, related_name="threads", db_index=False)
    thread = models.ForeignKey(Thread, on_delete=models.CASCADE, related_name="states")
    last_at = models.DateTimeField()
    last_in_at = models.DateTimeField(null=True)  # the newest that came in; None: only sent
    last_out_at = models.DateTimeField(null=True)
    snippet = models.CharField(max_length=300, blank=True)  # of the newest
    people = models.CharField(max_length=500, blank=True)  # names of who wrote, for the list
    message_count = models.PositiveIntegerField(default=0)  # present ones
    unread_count = models.PositiveIntegerField(default=0)
    has_attachments = models.BooleanField(default=False)
    needs_answer = models.BooleanField(default=False)  # the newest is a person's, and none of ours followed
    is_archived = models.BooleanField(default=False)
    is_junk = models.BooleanField(default=False)
    snoozed_until = models.DateTimeField(null=True)
    answer_waived_at = models.DateTimeField(null=True)  # what came before needs no answer, somebody said
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="assigned_mail"
    )

    objects = ThreadStateQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["account", "-last_at", "-id"], name="mail_state_by_time"),
            models.Index(fields=["account", "-last_at"], name="mail_state_unread", condition=Q(unread_count__gt=0)),
            models.Index(fields=["account", "-last_at"], name="mail_state_needs", condition=Q(needs_answer=True)),
            models.Index(fields=["snoozed_until"], name="mail_state_snoozed", condition=Q(snoozed_until__isnull=False)),
        ]
        constraints = [models.UniqueConstraint(fields=["account", "thread"], name="mail_state_once")]


def shares_with(user: User) -> models.QuerySet[MailShare]:
    """The shares of a row of `ThreadState` that let `user` read it; for `Exists`."""
    with_me = Q(user=user.pk) | Q(team__in=teams_today(user))
    return MailShare.objects.filter(with_me, account=OuterRef("account"), thread=OuterRef("thread"))


class MailShare(models.Model):
    """A thread of one mailbox that its owner lets a colleague, or a team, read."""

    account = models.ForeignKey(MailAccount, on_delete=models.CASCADE, related_name="shares")
    thread = models.ForeignKey(Thread, on_delete=models.CASCADE, related_name="shares")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="+")
    team = models.ForeignKey(Team, null=True, on_delete=models.CASCADE, related_name="+")
    shared_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "thread", "user", "team"], name="mail_share_once", nulls_distinct=False
            ),
            models.CheckConstraint(
                name="mail_share_with_one",
                condition=Q(user__isnull=True, team__isnull=False) | Q(user__isnull=False, team__isnull=True),
            ),
        ]
