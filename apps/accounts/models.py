"""Users, preferences, teams, API tokens and the security audit."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, Group, PermissionsMixin
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.translation import pgettext_lazy

from apps.core import clock

# The built-in access groups (DECISIONS 3); a role is a Django group of this name.
ROLES = ("admin", "manager", "sales", "claims", "content", "finance", "project", "dealer", "guest")
OUTSIDE_ROLES = ("dealer", "guest")  # of people who don't work in the house: each has a door of its own


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        fields.setdefault("created_at", clock.now())  # `manage.py createsuperuser` passes no clock
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        user = self.create_user(email, password, is_superuser=True, is_staff=True, **fields)
        user.groups.add(Group.objects.get_or_create(name="admin")[0])
        return user

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email=(username or "").lower())


class User(AbstractBaseUser, PermissionsMixin):
    """Someone who signs in, by e-mail; tied to a person in contacts (`contacts.Entity.user`)."""

    email = models.EmailField(unique=True)
    name = models.CharField(max_length=200, blank=True)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)  # may enter Django admin
    # A program that speaks in a group (docs/adr/0026): it has keys of its own, no role, and never signs in.
    is_bot = models.BooleanField(default=False, db_default=False)
    created_at = models.DateTimeField()
    rights_epoch = models.PositiveIntegerField(default=0)  # raised whenever this user's rights change
    role_names: frozenset[str] | None = None  # read once per object, see `permissions.roles_of`

    objects = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = []

    class Meta:
        constraints = [models.CheckConstraint(name="user_email_lower_case", condition=Q(email=Lower(F("email"))))]

    def __str__(self) -> str:
        return self.name or self.email

    def get_full_name(self) -> str:
        return str(self)

    def get_short_name(self) -> str:
        return self.name.split(" ")[0] if self.name else self.email


class Preferences(models.Model):
    """How one user reads and works; empty means the site's default."""

    class OfficeHoursPick(models.TextChoices):
        AUTO = "auto"  # work address in office hours, home outside
        WORK = "work"
        HOME = "home"

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="preferences")
    language = models.CharField(max_length=10, blank=True)
    time_zone = models.CharField(max_length=60, blank=True)
    date_format = models.CharField(max_length=20, blank=True)  # "" by language, "iso", "dmy", "mdy"
    time_format = models.CharField(max_length=4, blank=True)  # "", "24", "12"
    country = models.CharField(max_length=2, blank=True)
    favourite_countries = ArrayField(models.CharField(max_length=2), default=list, blank=True)
    phone_pattern = models.CharField(max_length=40, blank=True)  # "+00 (00) 0000-0000"
    dialing_prefix = models.CharField(max_length=10, blank=True)
    mail_program = models.BooleanField(default=False)  # mail addresses open mailto:, though one has a mailbox here
    page_size = models.PositiveSmallIntegerField(default=50)
    theme = models.CharField(max_length=5, blank=True)  # "", "light", "dark"
    contacts_tab = models.CharField(max_length=20, blank=True)
    contacts_view = models.BigIntegerField(null=True, blank=True)  # a SavedView to open the list with
    office_hours_from = models.TimeField(null=True, blank=True)
    office_hours_to = models.TimeField(null=True, blank=True)
    office_days = ArrayField(models.PositiveSmallIntegerField(), default=list, blank=True)  # 1 Monday ... 7 Sunday
    office_pick = models.CharField(max_length=4, choices=OfficeHoursPick, default=OfficeHoursPick.AUTO)
    digest_hour = models.PositiveSmallIntegerField(default=7, db_default=7)  # of one's own day: mails once a day

    class Meta:
        constraints = [models.CheckConstraint(name="preferences_digest_hour", condition=Q(digest_hour__lte=23))]


class Team(models.Model):
    """People who work together. `hours` by ISO weekday, in the company's zone: {"1": ["09:00", "18:00"]}; {}: not told.

    A retired team takes nothing new; what it did stays.
    """

    class Kind(models.TextChoices):
        SALES = "sales", pgettext_lazy("team", "Sales")
        SUPPORT = "support", pgettext_lazy("team", "Support")
        CLAIMS = "claims", pgettext_lazy("team", "Claims")
        PROJECT = "project", pgettext_lazy("team", "Project")
        OTHER = "other", pgettext_lazy("team", "Other")

    name = models.CharField(max_length=100, unique=True)
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.OTHER)
    hours = models.JSONField(default=dict, blank=True)
    retired_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.name


class TeamMembership(models.Model):
    """`user` in `team` from `valid_from` up to but not including `valid_to`; leads answer for their team's work."""

    class Role(models.TextChoices):
        LEAD = "lead", pgettext_lazy("team", "Lead")
        MEMBER = "member", pgettext_lazy("team", "Member")

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="team_memberships")
    role = models.CharField(max_length=6, choices=Role, default=Role.MEMBER)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="team_membership_ends_after_start",
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")),
            )
        ]


class ApiToken(models.Model):
    """A bearer token of a user or service; only its SHA-256 is kept."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=100)
    digest = models.CharField(max_length=64, unique=True)
    hint = models.CharField(max_length=12)  # the first letters, to tell tokens apart
    scopes = ArrayField(models.CharField(max_length=40), default=list)  # "contacts:read", "contacts:write"
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)


class AppPassword(models.Model):
    """What a phone or a calendar program signs in with instead of its user; only its SHA-256 is kept."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="app_passwords")
    name = models.CharField(max_length=100)  # the device, as its owner calls it
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)
    last_used_by = models.CharField(max_length=200, blank=True)  # the program, by its User-Agent
    revoked_at = models.DateTimeField(null=True)


class AuditEvent(models.Model):
    """Security only: sign-ins, reveals, exports, rights, tokens; a hash chain the web role can't alter."""

    actor = models.ForeignKey(User, null=True, on_delete=models.DO_NOTHING, related_name="+", db_constraint=False)
    verb = models.CharField(max_length=60)  # "user.signed_in", "link.password_revealed"
    record_type = models.CharField(max_length=60, blank=True)
    record_id = models.BigIntegerField(null=True)
    details = models.JSONField(default=dict)  # ids and HMACs only, never names or values
    ip = models.GenericIPAddressField(null=True)
    request_id = models.CharField(max_length=36, blank=True)
    occurred_at = models.DateTimeField()
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        indexes = [
            models.Index(fields=["-occurred_at"], name="audit_by_time"),
            models.Index(fields=["actor", "-occurred_at"], name="audit_by_actor"),
        ]
        constraints = [models.UniqueConstraint(fields=["previous_hash"], name="audit_chain_has_no_forks")]
