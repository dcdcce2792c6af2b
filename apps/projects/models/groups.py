"""Groups, who is in them, and their topics."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from apps.projects.models.guest_reach import guest_reader

if TYPE_CHECKING:
    from apps.accounts.models import User


class GroupQuerySet(models.QuerySet["Group"]):
    def visible_to(self, user: User) -> GroupQuerySet:
        """Those that `user` is in now, and no others: administrators read no chat that they aren't in."""
        own = Membership.objects.of(user).present().filter(group=OuterRef("pk"))
        return self.filter(Exists(own))


class Group(models.Model):
    """A chat. `last_seq` and `last_rev` are its counters, raised by one UPDATE that also puts writers in a row."""

    class Kind(models.TextChoices):
        DIRECT = "direct", _("Direct messages")
        GROUP = "group", _("Group")
        CHANNEL = "channel", _("Channel")

    kind = models.CharField(max_length=7, choices=Kind)
    title = models.CharField(max_length=120, blank=True)
    # "3-17" of a direct chat: the ids of its two users, the smaller first.
    direct_key = models.CharField(max_length=41, blank=True)
    shows_history = models.BooleanField(default=True)  # whether newcomers read what was written before them
    last_seq = models.BigIntegerField(default=0)
    last_rev = models.BigIntegerField(default=0)
    last_at = models.DateTimeField()  # of the last message, or of its making
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    created_at = models.DateTimeField()

    objects = GroupQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="group_direct_has_a_pair",
                condition=(Q(kind="direct", title="") & ~Q(direct_key=""))
                | (~Q(kind="direct") & Q(direct_key="") & ~Q(title="")),
            ),
            models.UniqueConstraint(fields=["direct_key"], name="group_direct_once", condition=Q(kind="direct")),
            models.CheckConstraint(name="group_counters", condition=Q(last_seq__gte=0, last_rev__gte=F("last_seq"))),
        ]

    @property
    def channel(self) -> str:
        """Of live events; each language has its own below it."""
        return f"group:{self.pk}"


class MembershipQuerySet(models.QuerySet["Membership"]):
    def of(self, user: User) -> MembershipQuerySet:
        """Under which `user` speaks or spoke: a guest is there as a contact, and only in the project at hand."""
        guest = guest_reader(user)
        if guest is None:
            return self.filter(user=user.pk)
        return self.filter(entity=guest.entity_id, group=guest.group_id) if "chat" in guest.tabs else self.none()

    def present(self) -> MembershipQuerySet:
        return self.filter(left_at__isnull=True)

    def visible_to(self, user: User) -> MembershipQuerySet:
        """Who is or was in the groups that `user` is in."""
        return self.filter(group__in=Group.objects.visible_to(user))


class Membership(models.Model):
    """Who speaks in a group: exactly one of a user, a contact, a record, or a bare name. Never deleted.

    `display_name` is what they were called when they came. Messages up to `from_seq` are not theirs to read.
    """

    class Role(models.TextChoices):
        OWNER = "owner", _("Owner")
        ADMIN = "admin", _("Administrator")
        MEMBER = "member", _("Member")

    group = models.ForeignKey(Group, on_delete=models.PROTECT, related_name="memberships", db_index=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    entity = models.ForeignKey("contacts.Entity", null=True, on_delete=models.PROTECT, related_name="+")
    record_type = models.CharField(max_length=60, blank=True)  # "crm.order"
    record_id = models.BigIntegerField(null=True)
    is_bot = models.BooleanField(default=False, db_default=False)  # its user is a program
    display_name = models.CharField(max_length=200)
    role = models.CharField(max_length=6, choices=Role, default=Role.MEMBER)
    from_seq = models.BigIntegerField(default=0)
    joined_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True)
    muted_until = models.DateTimeField(null=True)
    pinned_at = models.DateTimeField(null=True)  # in this member's own list of groups
    silenced = models.JSONField(default=list, db_default=[])  # of a record: verbs of its facts that aren't posted

    objects = MembershipQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="membership_is_one_of",
                condition=Q(user__isnull=True, entity__isnull=True)
                | Q(user__isnull=True, record_id__isnull=True)
                | Q(entity__isnull=True, record_id__isnull=True),
            ),
            models.CheckConstraint(
                name="membership_record_has_a_type",
                condition=Q(record_id__isnull=True, record_type="") | (Q(record_id__isnull=False) & ~Q(record_type="")),
            ),
            models.CheckConstraint(name="membership_has_a_name", condition=~Q(display_name="")),
            models.UniqueConstraint(fields=["group", "user"], name="membership_user_once"),
            models.UniqueConstraint(
                fields=["group", "entity"], name="membership_entity_once", condition=Q(entity__isnull=False)
            ),
            models.UniqueConstraint(
                fields=["group", "record_type", "record_id"],
                name="membership_record_once",
                condition=Q(record_id__isnull=False),
            ),
        ]


class TopicQuerySet(models.QuerySet["Topic"]):
    def open(self) -> TopicQuerySet:
        return self.filter(closed_at__isnull=True)


class Topic(models.Model):
    """A stream of its own within a group's one stream; into a closed one nothing more is written."""

    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="topics")
    title = models.CharField(max_length=120)
    created_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    objects = TopicQuerySet.as_manager()
