"""Typed, dated ties between any entities."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from apps.contacts.models.entities import Entity
from apps.contacts.models.units import Unit

_ENDS = [("any", "any"), ("person", "person"), ("organisation", "organisation")]
# What the built-in types are called, for the catalogues; their rows are made by a migration.
_BUILT_IN = [
    *(_("works for"), _("employs"), _("is part of"), _("consists of"), _("is a parent of"), _("is a child of")),
    *(_("is married to"), _("knows"), _("supplies"), _("buys from"), _("is a dealer of"), _("sells through")),
]


class RelationshipType(models.Model):
    """How entities may be tied; read from source to target: "works for", and back: "employs"."""

    key = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=100)
    inverse_name = models.CharField(max_length=100)
    source_kind = models.CharField(max_length=12, choices=_ENDS, default="any")
    target_kind = models.CharField(max_length=12, choices=_ENDS, default="any")
    is_symmetric = models.BooleanField(default=False)
    is_hierarchical = models.BooleanField(default=False)
    is_built_in = models.BooleanField(default=False)
    retired_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.reading

    @property
    def reading(self) -> str:
        """Read from source to target; a built-in type in the reader's language."""
        return gettext(self.name) if self.is_built_in else self.name

    @property
    def reading_back(self) -> str:
        """Read from target to source."""
        return gettext(self.inverse_name) if self.is_built_in else self.inverse_name


class Relationship(models.Model):
    type = models.ForeignKey(RelationshipType, on_delete=models.PROTECT, related_name="relationships")
    name = models.CharField(max_length=200, blank=True)
    description = models.TextField(blank=True)
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)  # half-open
    attributes = models.JSONField(default=dict, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="relationship_ends_after_start",
                condition=Q(valid_from__isnull=True) | Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")),
            )
        ]


class Participant(models.Model):
    """An entity on one side of a relationship. A person's job is a source of `works_for`."""

    class Side(models.TextChoices):
        SOURCE = "source"
        TARGET = "target"

    relationship = models.ForeignKey(
        Relationship, on_delete=models.CASCADE, related_name="participants", db_index=False
    )  # the unique constraint begins with it
    entity = models.ForeignKey(Entity, on_delete=models.CASCADE, related_name="participations")
    side = models.CharField(max_length=6, choices=Side)
    unit = models.ForeignKey(Unit, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    role = models.CharField(max_length=200, blank=True)
    job_title = models.CharField(max_length=400, blank=True)
    department = models.CharField(max_length=400, blank=True)
    is_primary = models.BooleanField(default=False)  # the job shown in lists
    position = models.PositiveIntegerField(default=0)

    class Meta:
        indexes = [models.Index(fields=["unit"], name="participant_at_unit", condition=Q(unit__isnull=False))]
        constraints = [
            models.UniqueConstraint(fields=["relationship", "entity", "side"], name="participant_once_per_side")
        ]
