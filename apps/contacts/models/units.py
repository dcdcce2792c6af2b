"""Units of an entity - its places and departments - with e-mail addresses, phones and links."""

from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.contacts.models.entities import Entity


class Unit(models.Model):
    class Kind(models.TextChoices):
        HOME = "home", _("Home")
        WORK = "work", _("Work")
        DEPARTMENT = "department", _("Department")
        OTHER = "other", _("Other")

    entity = models.ForeignKey(Entity, on_delete=models.CASCADE, related_name="units")
    name = models.CharField(max_length=200, blank=True)
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.WORK)
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="children", db_index=False
    )
    street = models.CharField(max_length=400, blank=True)
    house_number = models.CharField(max_length=40, blank=True)
    street2 = models.CharField(max_length=400, blank=True)
    postcode = models.CharField(max_length=40, blank=True)
    city = models.CharField(max_length=200, blank=True)
    region = models.CharField(max_length=200, blank=True)
    country = models.CharField(max_length=2, blank=True)  # ISO 3166-1 alpha-2
    country_name = models.CharField(max_length=100, blank=True)  # as written, where it is no known country
    po_box = models.CharField(max_length=60, blank=True)
    geo = models.CharField(max_length=60, blank=True)  # "latitude,longitude"
    time_zone = models.CharField(max_length=60, blank=True)
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)  # half-open: the first day it is no longer valid
    is_primary = models.BooleanField(default=False)
    attributes = models.JSONField(default=dict, blank=True)
    position = models.PositiveIntegerField(default=0)

    # What `selectors.units.units_of` adds.
    shown_emails: list[EmailAddress]
    shown_phones: list[PhoneNumber]
    shown_links: list[Link]

    class Meta:
        indexes = [models.Index(fields=["parent"], name="unit_with_parent", condition=Q(parent__isnull=False))]
        constraints = [
            models.UniqueConstraint(fields=["entity"], name="unit_one_primary", condition=Q(is_primary=True)),
            models.UniqueConstraint(fields=["id", "entity"], name="unit_with_its_entity"),  # target of composite keys
            models.CheckConstraint(
                name="unit_ends_after_start",
                condition=Q(valid_from__isnull=True) | Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")),
            ),
            models.CheckConstraint(name="unit_not_its_own_parent", condition=~Q(parent=F("pk"))),
        ]

    def __str__(self) -> str:
        return self.name or str(self.get_kind_display())


# An address, a number and a link name their unit and its entity by one key of the database (migration 0002), which
# holds what two more would hold; an import checks that many keys for each contact.
class EmailAddress(models.Model):
    entity = models.ForeignKey(Entity, on_delete=models.CASCADE, related_name="emails", db_constraint=False)
    unit = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="emails", db_constraint=False)
    address = models.CharField(max_length=320)  # citext, by migration
    label = models.CharField(max_length=100, blank=True)
    is_primary = models.BooleanField(default=False)
    position = models.PositiveIntegerField(default=0)
    plain_text_only = models.BooleanField(default=False)
    public_key = models.TextField(blank=True)
    bounced_at = models.DateTimeField(null=True, blank=True)
    opted_out_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["address"], name="email_by_address")]
        constraints = [
            models.UniqueConstraint(fields=["unit"], name="email_one_primary_per_unit", condition=Q(is_primary=True))
        ]


class PhoneNumber(models.Model):
    class Kind(models.TextChoices):
        WORK = "work", _("Work")
        MOBILE = "mobile", _("Mobile")
        HOME = "home", _("Home")
        FAX = "fax", _("Fax")
        WORK_FAX = "work_fax", _("Work fax")
        HOME_FAX = "home_fax", _("Home fax")
        PAGER = "pager", _("Pager")
        MAIN = "main", _("Main")
        OTHER = "other", _("Other")

    entity = models.ForeignKey(Entity, on_delete=models.CASCADE, related_name="phones", db_constraint=False)
    unit = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="phones", db_constraint=False)
    raw = models.CharField(max_length=200)  # as typed
    e164 = models.CharField(max_length=20, blank=True)
    extension = models.CharField(max_length=20, blank=True)
    kind = models.CharField(max_length=10, choices=Kind, blank=True)
    label = models.CharField(max_length=100, blank=True)
    is_primary = models.BooleanField(default=False)
    position = models.PositiveIntegerField(default=0)
    digits = models.CharField(max_length=60, blank=True)  # of the E.164 form or, failing that, of what was typed
    digits_reversed = models.CharField(max_length=60, blank=True)  # search by any ending

    class Meta:
        indexes = [
            models.Index(fields=["e164"], name="phone_by_e164"),
            models.Index(fields=["digits_reversed"], name="phone_by_ending", opclasses=["text_pattern_ops"]),
            GinIndex(fields=["digits"], name="phone_digits_trgm", opclasses=["gin_trgm_ops"]),
        ]
        constraints = [
            models.UniqueConstraint(fields=["unit"], name="phone_one_primary_per_unit", condition=Q(is_primary=True))
        ]


class Link(models.Model):
    class Kind(models.TextChoices):
        WEB = "web", _("Website")
        PROFILE = "profile", _("Profile")
        CHAT = "chat", _("Chat")
        FEED = "feed", _("News feed")
        OTHER = "other", _("Other")

    entity = models.ForeignKey(Entity, on_delete=models.CASCADE, related_name="links", db_constraint=False)
    unit = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="links", db_constraint=False)
    url = models.CharField(max_length=2000)
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.WEB)
    label = models.CharField(max_length=100, blank=True)
    username = models.CharField(max_length=200, blank=True)
    password = models.TextField(blank=True)  # encrypted, see core.secrets
    is_primary = models.BooleanField(default=False)
    position = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["unit"], name="link_one_primary_per_unit", condition=Q(is_primary=True))
        ]
