"""Members that are programs (docs/adr/0026)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.projects.models.groups import Group, Membership

if TYPE_CHECKING:
    from apps.accounts.models import User


class BotQuerySet(models.QuerySet["Bot"]):
    def visible_to(self, user: User) -> BotQuerySet:
        """Those of the groups that `user` is in."""
        return self.filter(membership__group__in=Group.objects.visible_to(user))

    def present(self) -> BotQuerySet:
        return self.filter(membership__left_at__isnull=True)


class Bot(models.Model):
    """A member that speaks by the API, or by an address that takes words; it leaves like any member, and for good."""

    class Kind(models.TextChoices):
        API = "api", _("Bot")
        HOOK = "hook", _("Incoming webhook")

    membership = models.OneToOneField(Membership, primary_key=True, on_delete=models.PROTECT, related_name="bot")
    kind = models.CharField(max_length=4, choices=Kind)
    sign = models.CharField(max_length=16, blank=True)  # an emoji in the place of a picture
    reads = models.BooleanField(default=False)  # what is said in its group; else it only writes
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )

    objects = BotQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="bot_hook_reads_nothing", condition=~models.Q(kind="hook") | models.Q(reads=False)
            )
        ]
