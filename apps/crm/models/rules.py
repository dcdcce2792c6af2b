"""Automation rules: when something happens to a contact and it fits, then something is done; and each run of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q

from apps.contacts.models import Entity
from apps.core.models import Operation

if TYPE_CHECKING:
    from datetime import datetime

    from apps.accounts.models import User


class Rule(models.Model):
    """`trigger` is a key of the registry, `options` are its fields; `conditions` {key: value}, `actions` {key: fields}.

    A rule acts by the rights of `owner`, who saved it last.
    """

    class Match(models.TextChoices):
        ALL = "all"
        ANY = "any"

    name = models.CharField(max_length=100)
    trigger = models.CharField(max_length=40)
    options = models.JSONField(default=dict)
    match = models.CharField(max_length=3, choices=Match, default=Match.ALL)
    conditions = models.JSONField(default=dict)
    actions = models.JSONField(default=dict)
    is_active = models.BooleanField(default=True)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["name"], name="rule_name_once")]

    def __str__(self) -> str:
        return self.name


class RuleRunQuerySet(models.QuerySet["RuleRun"]):
    def visible_to(self, user: User) -> RuleRunQuerySet:
        return self.filter(entity__in=Entity.objects.visible_to(user))

    def due(self, now: datetime) -> RuleRunQuerySet:
        return self.filter(state=RuleRun.State.WAITING, not_before__lte=now)


class RuleRun(models.Model):
    """One rule, one contact, one fact: the row is the queue and then the log; a rule that is gone leaves its name.

    `occasion` makes a fact of the calendar count once; `chain` holds the ids of the rules whose doing led here.
    `done` is a list of [key of the action, what it was about]. `cause` made the fact, `operation` holds what was done.
    """

    class State(models.TextChoices):
        WAITING = "waiting"
        DONE = "done"
        SKIPPED = "skipped"
        FAILED = "failed"

    rule = models.ForeignKey(Rule, null=True, on_delete=models.SET_NULL, related_name="runs", db_index=False)
    rule_name = models.CharField(max_length=100)
    entity = models.ForeignKey(Entity, on_delete=models.CASCADE, related_name="+")
    occasion = models.CharField(max_length=40, blank=True)
    cause = models.ForeignKey(Operation, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    chain = models.JSONField(default=list)
    state = models.CharField(max_length=7, choices=State, default=State.WAITING)
    at = models.DateTimeField()
    not_before = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    finished_at = models.DateTimeField(null=True)
    done = models.JSONField(default=list)
    trouble = models.CharField(max_length=300, blank=True)
    operation = models.ForeignKey(Operation, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)

    objects = RuleRunQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["rule", "entity", "occasion"], name="rule_run_occasion_once", condition=~Q(occasion="")
            ),
            models.CheckConstraint(
                name="rule_run_ends",
                condition=Q(state="waiting", finished_at__isnull=True)
                | (~Q(state="waiting") & Q(finished_at__isnull=False)),
            ),
        ]
        indexes = [
            models.Index(fields=["not_before", "id"], name="rule_run_due", condition=Q(state="waiting")),
            models.Index(fields=["-at", "-id"], name="rule_run_latest"),
            models.Index(fields=["rule", "-at", "-id"], name="rule_run_of_rule"),
        ]
