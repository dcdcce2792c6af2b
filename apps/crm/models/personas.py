"""Kinds of relation ("lead", "customer", "partner"), and who stands in which from when to when."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext, gettext_noop

from apps.contacts.models import Entity
from apps.crm.models.assignments import valid_on

if TYPE_CHECKING:
    from datetime import date

    from apps.accounts.models import User

# The rows that a migration makes; renamed ones are the house's own words.
BUILT_IN = {
    "lead": gettext_noop("Lead"),
    "customer": gettext_noop("Customer"),
    "partner": gettext_noop("Partner"),
    "supplier": gettext_noop("Supplier"),
    "coworker": gettext_noop("Coworker"),
    "dealer": gettext_noop("Dealer"),
}


class PersonaQuerySet(models.QuerySet["Persona"]):
    def offered(self) -> PersonaQuerySet:
        return self.filter(retired_at__isnull=True)


class Persona(models.Model):
    """What somebody is to the house; administrators name them. `becomes` is what one click makes of such a contact."""

    key = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=100)
    colour = models.CharField(max_length=20, blank=True)
    icon = models.CharField(max_length=40, default="user")
    position = models.PositiveSmallIntegerField(default=0)
    becomes = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    retired_at = models.DateTimeField(null=True, blank=True)

    objects = PersonaQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["name"], name="persona_name_once", condition=Q(retired_at__isnull=True)),
            models.CheckConstraint(
                name="persona_becomes_another", condition=Q(becomes__isnull=True) | ~Q(becomes=F("id"))
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        """The name; one that came with the house in the reader's language."""
        return gettext(self.name) if BUILT_IN.get(self.key) == self.name else self.name

    def is_own_word(self, name: str) -> bool:
        """Is `name` what one that came with the house is called, in the reader's language?"""
        return self.key in BUILT_IN and name == gettext(BUILT_IN[self.key])


class EntityPersonaQuerySet(models.QuerySet["EntityPersona"]):
    def visible_to(self, user: User) -> EntityPersonaQuerySet:
        return self.filter(entity__in=Entity.objects.visible_to(user))

    def valid_on(self, day: date) -> EntityPersonaQuerySet:
        return self.filter(valid_on(day))


class EntityPersona(models.Model):
    """`entity` is a `persona` from `valid_from` up to but not including `valid_to`; of several at a time."""

    entity = models.ForeignKey(Entity, on_delete=models.CASCADE, related_name="personas")
    persona = models.ForeignKey(Persona, on_delete=models.PROTECT, related_name="bearers", db_index=False)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    created_at = models.DateTimeField()

    objects = EntityPersonaQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["persona", "entity"], name="entity_persona_once_now", condition=Q(valid_to__isnull=True)
            ),
            models.CheckConstraint(
                name="entity_persona_ends_after_start",
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
            ),
        ]
        indexes = [models.Index(fields=["persona", "valid_from"], name="entity_persona_by_start")]
