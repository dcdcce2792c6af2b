"""Custom fields: definitions here, values in the record's `attributes` by key."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.contacts.models.entities import Entity
from apps.contacts.models.relationships import RelationshipType


class FieldDefinition(models.Model):
    """One typed field of a target: persons, organisations, units or one relationship type; or of a higher app's.

    Values are kept by `key`, which never changes: renaming loses nothing. A retired field keeps its values.
    """

    class Type(models.TextChoices):
        TEXT = "text", _("Text")
        LONG_TEXT = "long_text", _("Long text")
        NUMBER = "number", _("Number")
        MONEY = "money", _("Money")  # {"amount": "12.50", "currency": "EUR"}
        DATE = "date", _("Date")
        YES_NO = "yes_no", _("Yes or no")
        CHOICE = "choice", _("Choice")
        MULTI_CHOICE = "multi_choice", _("Several choices")
        URL = "url", _("Web address")
        EMAIL = "email", _("E-mail address")
        PHONE = "phone", _("Phone number")
        ENTITY = "entity", _("Contact")  # kept in EntityReference, not in JSON

    class IndexState(models.TextChoices):
        NONE = "none"
        WANTED = "wanted"
        READY = "ready"
        FAILED = "failed"

    # "person", "organisation", "unit", "relationship"; higher apps add theirs: "activity:visit".
    target = models.CharField(max_length=60)
    relationship_type = models.ForeignKey(
        RelationshipType, null=True, blank=True, on_delete=models.CASCADE, related_name="fields"
    )
    key = models.SlugField(max_length=60)
    label = models.CharField(max_length=100)
    field_type = models.CharField(max_length=12, choices=Type)
    section = models.CharField(max_length=100, blank=True)
    help_text = models.CharField(max_length=300, blank=True)
    is_required = models.BooleanField(default=False)
    is_filterable = models.BooleanField(default=False)  # filter and sort by it, with an index of its own
    default = models.JSONField(null=True, blank=True)
    position = models.PositiveIntegerField(default=0)
    index_state = models.CharField(max_length=6, choices=IndexState, default=IndexState.NONE)
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["target", "relationship_type", "key"], name="field_key_once_per_target", nulls_distinct=False
            )
        ]

    def __str__(self) -> str:
        return self.label


class FieldChoice(models.Model):
    field = models.ForeignKey(FieldDefinition, on_delete=models.CASCADE, related_name="choices")
    key = models.SlugField(max_length=60)
    label = models.CharField(max_length=100)
    icon = models.CharField(max_length=40, blank=True)
    colour = models.CharField(max_length=20, blank=True)
    position = models.PositiveIntegerField(default=0)
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["field", "key"], name="field_choice_key_once")]


class EntityReference(models.Model):
    """The value of an entity-valued custom field: `entity`'s field points to `referenced`."""

    field = models.ForeignKey(FieldDefinition, on_delete=models.CASCADE, related_name="references")
    entity = models.ForeignKey(Entity, on_delete=models.CASCADE, related_name="references")
    referenced = models.ForeignKey(Entity, on_delete=models.CASCADE, related_name="referenced_by")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["field", "entity"], name="entity_reference_once_per_field")]
