"""Mailboxes: a user's own or shared ones, and their folders on the server."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Team, TeamMembership
from apps.accounts.permissions import is_staff_member
from apps.contacts.models import Folder
from apps.core import clock

if TYPE_CHECKING:
    from apps.accounts.models import User


class MailAccountQuerySet(models.QuerySet["MailAccount"]):
    def visible_to(self, user: User) -> MailAccountQuerySet:
        """Mailboxes this user reads whole and writes from: their own, and those they are a member of."""
        if not is_staff_member(user):
            return self.none()
        today = clock.now().date()
        in_team = TeamMembership.objects.filter(
            Q(valid_to__isnull=True) | Q(valid_to__gt=today),
            user=user.pk,
            team=OuterRef("team"),
            valid_from__lte=today,
        )
        member = self.model.members.through.objects.filter(mailaccount=OuterRef("pk"), user=user.pk)
        return self.filter(Q(owner=user.pk) | Exists(member) | Exists(in_team))

    def active(self) -> MailAccountQuerySet:
        return self.filter(closed_at__isnull=True)


class MailAccount(models.Model):
    """A mailbox: `owner` alone, or shared by `members` and `team` (then `owner` is None)."""

    class Security(models.TextChoices):
        TLS = "tls", _("TLS")
        STARTTLS = "starttls", _("STARTTLS")
        NONE = "none", _("None")

    class Auth(models.TextChoices):
        PASSWORD = "password", _("Password or app password")
        GOOGLE = "google", _("Google sign-in")
        MICROSOFT = "microsoft", _("Microsoft sign-in")

    class Sharing(models.TextChoices):
        PRIVATE = "private", _("Only I know of my mail")
        HAPPENED = "happened", _("Others see on a contact that a mail took place")
        TEAM = "team", _("My teams read what is filed with a contact")

    class UnknownSenders(models.TextChoices):
        ALWAYS = "always", _("Make a contact")
        ASK = "ask", _("Ask me")
        NEVER = "never", _("Do nothing")

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="mail_accounts"
    )
    members = models.ManyToManyField(settings.AUTH_USER_MODEL, blank=True, related_name="shared_mail_accounts")
    team = models.ForeignKey(Team, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    display_name = models.CharField(max_length=200)
    address = models.CharField(max_length=320)  # lower case
    signature = models.TextField(blank=True)  # safe HTML
    # Nothing where mail is only received, or only imported.
    smtp_host = models.CharField(max_length=255, blank=True)
    smtp_port = models.PositiveIntegerField(default=465)
    smtp_security = models.CharField(max_length=8, choices=Security, default=Security.TLS)
    imap_host = models.CharField(max_length=255, blank=True)
    imap_port = models.PositiveIntegerField(default=993)
    imap_security = models.CharField(max_length=8, choices=Security, default=Security.TLS)
    auth = models.CharField(max_length=9, choices=Auth, default=Auth.PASSWORD)
    login = models.CharField(max_length=320, blank=True)
    password = models.TextField(blank=True)  # a `core.secrets` token, as are the next two
    refresh_token = models.TextField(blank=True)
    access_token = models.TextField(blank=True)
    access_token_expires_at = models.DateTimeField(null=True)
    sync_interval = models.PositiveSmallIntegerField(default=5)  # minutes
    is_watched = models.BooleanField(default=True)  # by `watch_mail`, with IDLE
    keeps_sent = models.BooleanField(default=True)  # we store sent mail to its Sent folder: Gmail does so itself
    sharing = models.CharField(max_length=8, choices=Sharing, default=Sharing.PRIVATE)
    unknown_senders = models.CharField(max_length=6, choices=UnknownSenders, default=UnknownSenders.ALWAYS)
    # Where contacts made of strangers go; None: the owner's personal folder, of a shared one the folder for all.
    unknown_folder = models.ForeignKey(Folder, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    voicemail_sender = models.CharField(max_length=320, blank=True)  # its mails with sound are voicemails
    synced_at = models.DateTimeField(null=True)  # the last time without an error
    next_sync_at = models.DateTimeField(null=True)  # None: at once
    failures = models.PositiveSmallIntegerField(default=0, db_default=0)  # syncs that failed in a row
    failing_since = models.DateTimeField(null=True)
    last_error = models.TextField(blank=True)  # in words for people
    created_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)  # no longer used; its mail stays

    objects = MailAccountQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["address"], name="mail_account_address_once"),
            models.CheckConstraint(name="mail_account_address_lower_case", condition=Q(address=Lower(F("address")))),
        ]

    def __str__(self) -> str:
        return f"{self.display_name} <{self.address}>" if self.display_name else self.address

    @property
    def can_send(self) -> bool:
        return bool(self.smtp_host) and self.closed_at is None

    @property
    def can_receive(self) -> bool:
        return bool(self.imap_host) and self.closed_at is None

    @property
    def is_shared(self) -> bool:
        return self.owner_id is None


class MailFolder(models.Model):
    """A folder on the server and how far it was read: newer than `last_uid` is new, `backfill_uid` walks down."""

    class Role(models.TextChoices):
        INBOX = "inbox", _("Inbox")
        SENT = "sent", _("Sent")
        DRAFTS = "drafts", _("Drafts")
        TRASH = "trash", _("Trash")
        JUNK = "junk", _("Spam")
        ARCHIVE = "archive", _("Archive")
        OTHER = "other", _("Other")

    # What lies there is no correspondence: it is neither filed nor makes anybody known.
    ASIDE = (Role.JUNK, Role.TRASH, Role.DRAFTS)

    account = models.ForeignKey(MailAccount, on_delete=models.CASCADE, related_name="folders")
    name = models.CharField(max_length=500)  # decoded
    role = models.CharField(max_length=7, choices=Role, default=Role.OTHER)
    is_synced = models.BooleanField(default=True)
    uidvalidity = models.BigIntegerField(null=True)
    last_uid = models.BigIntegerField(default=0)
    backfill_uid = models.BigIntegerField(null=True)  # all below it are still to be fetched; None: nothing is
    highest_modseq = models.BigIntegerField(null=True)
    total = models.PositiveIntegerField(default=0)  # on the server, when last looked
    # The completeness meter: of `meter_total` identifiers on the server, `meter_missing` are not in the store.
    meter_total = models.PositiveIntegerField(null=True)
    meter_missing = models.JSONField(default=list)  # uids, at most 1,000
    meter_missing_count = models.PositiveIntegerField(default=0)
    metered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "name"], name="mail_folder_once")]
