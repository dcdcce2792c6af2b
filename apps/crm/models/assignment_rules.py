"""Rules that say who looks after new contacts, and the log of what they did."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Team
from apps.contacts.models import Category, Entity, Folder
from apps.crm.models.personas import Persona

if TYPE_CHECKING:
    from apps.accounts.models import User


class AssignmentRule(models.Model):
    """The first rule that fits a new contact and finds somebody who is there acts. An empty condition fits all.

    `turn` counts whose turn it is; whoever takes a turn holds the row's lock, so that two workers never take one.
    """

    class How(models.TextChoices):
        USER = "user", _("One person")
        TEAM = "team", _("A team as a whole")
        TURNS = "turns", _("Members of a team in turn")
        LEAST = "least", _("Who of a team has the fewest contacts")

    name = models.CharField(max_length=100)
    position = models.PositiveSmallIntegerField(default=0)
    country = models.CharField(max_length=2, blank=True)  # ISO 3166
    folder = models.ForeignKey(Folder, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    category = models.ForeignKey(Category, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    persona = models.ForeignKey(Persona, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    source = models.CharField(max_length=40, blank=True)  # as `Entity.source`: "import", "mail", "form"
    how = models.CharField(max_length=5, choices=How)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    team = models.ForeignKey(Team, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    is_active = models.BooleanField(default=True)
    turn = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["name"], name="assignment_rule_name_once"),
            models.CheckConstraint(
                name="assignment_rule_names_whom",
                condition=Q(how="user", user__isnull=False, team__isnull=True)
                | (~Q(how="user") & Q(user__isnull=True, team__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class AssignmentRunQuerySet(models.QuerySet["AssignmentRun"]):
    def visible_to(self, user: User) -> AssignmentRunQuerySet:
        return self.filter(entity__in=Entity.objects.visible_to(user))


class AssignmentRun(models.Model):
    """A rule gave a contact to somebody; to nobody: those whom it would have chosen may not see it.

    Rows are only added; a rule that is gone leaves its name.
    """

    rule = models.ForeignKey(AssignmentRule, null=True, on_delete=models.SET_NULL, related_name="runs")
    rule_name = models.CharField(max_length=100)
    entity = models.ForeignKey(Entity, on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    team = models.ForeignKey(Team, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()

    objects = AssignmentRunQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["-at", "-id"], name="assignment_run_latest")]
