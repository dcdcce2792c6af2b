"""What a claim is about, as it was when it was filed: the drawing, the parts marked on it, and what was the cause."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q
from django.utils.translation import pgettext, pgettext_lazy

from apps.crm.models.claims import Claim
from apps.crm.models.dealers import Dealer
from apps.crm.models.orders import Construction
from apps.crm.models.reach import CLAIM_ROLES, of_dealers

if TYPE_CHECKING:
    from apps.accounts.models import User


class PartKind(models.TextChoices):
    FRAME = "frame", pgettext_lazy("part", "Frame")
    SASH = "sash", pgettext_lazy("part", "Sash")
    PANE = "pane", pgettext_lazy("part", "Pane")
    HANDLE = "handle", pgettext_lazy("part", "Handle")
    HINGE = "hinge", pgettext_lazy("part", "Hinge")
    SILL = "sill", pgettext_lazy("part", "Sill")
    MULLION = "mullion", pgettext_lazy("part", "Mullion")
    PANEL = "panel", pgettext_lazy("part", "Panel")
    OTHER = "other", pgettext_lazy("part", "Other part")


class ClaimSubjectQuerySet(models.QuerySet["ClaimSubject"]):
    def visible_to(self, user: User) -> ClaimSubjectQuerySet:
        reach = of_dealers(user, CLAIM_ROLES)
        return self.none() if reach is None else self.filter(reach)


class ClaimSubject(models.Model):
    """A copy, so that a later drawing doesn't move what was marked.

    `source` and `batch_id` name the batch of the feed which had last told of the construction by then: plants send no
    batches of production, so this is how far back a claim can be traced.
    """

    claim = models.OneToOneField(Claim, primary_key=True, on_delete=models.CASCADE, related_name="subject")
    dealer = models.ForeignKey(Dealer, on_delete=models.PROTECT, related_name="+", db_index=False)
    construction = models.ForeignKey(Construction, on_delete=models.PROTECT, related_name="+", db_index=False)
    scheme = models.JSONField(null=True)
    source = models.CharField(max_length=30, blank=True)
    batch_id = models.BigIntegerField(null=True)

    objects = ClaimSubjectQuerySet.as_manager()


class ClaimPartQuerySet(models.QuerySet["ClaimPart"]):
    def visible_to(self, user: User) -> ClaimPartQuerySet:
        reach = of_dealers(user, CLAIM_ROLES)
        return self.none() if reach is None else self.filter(reach)


class ClaimPart(models.Model):
    """A part that the claim names. `part` is its id in the scheme, `number` what it bears on the drawing."""

    claim = models.ForeignKey(Claim, on_delete=models.CASCADE, related_name="marks", db_index=False)
    dealer = models.ForeignKey(Dealer, on_delete=models.PROTECT, related_name="+", db_index=False)
    construction = models.ForeignKey(
        Construction, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    part = models.CharField(max_length=40)
    kind = models.CharField(max_length=10, choices=PartKind)
    label = models.CharField(max_length=200, blank=True)  # "Left sash, pane", in the language of who filed it
    number = models.PositiveSmallIntegerField()

    objects = ClaimPartQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["claim", "part"], name="claim_part_once")]
        indexes = [models.Index(fields=["kind", "claim"], name="claim_part_by_kind")]

    def __str__(self) -> str:
        return f"{self.number}. {self.label}"


class ClaimCauseQuerySet(models.QuerySet["ClaimCause"]):
    def offered(self) -> ClaimCauseQuerySet:
        return self.filter(retired_at__isnull=True).order_by("position", "pk")


class ClaimCause(models.Model):
    """What a claim came from, as its manager finds. The house keeps the list; those it begins with have a `key`."""

    key = models.SlugField(max_length=30, blank=True)
    name = models.CharField(max_length=60, blank=True)  # "": the words of the key, in the reader's language
    position = models.PositiveSmallIntegerField(default=0)
    retired_at = models.DateTimeField(null=True)

    objects = ClaimCauseQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["key"], condition=~Q(key=""), name="claim_cause_key_once"),
            models.UniqueConstraint(fields=["name"], condition=~Q(name=""), name="claim_cause_name_once"),
            models.CheckConstraint(name="claim_cause_named", condition=~Q(key="", name="")),
        ]

    def __str__(self) -> str:
        return self.name or _words(self.key)


def _words(key: str) -> str:
    words = {
        "production": pgettext("cause", "Production"),
        "transport": pgettext("cause", "Transport"),
        "mounting": pgettext("cause", "Mounting"),
        "measuring": pgettext("cause", "Measuring"),
        "dealer": pgettext("cause", "The dealer's mistake"),
        "none": pgettext("cause", "None found"),
    }
    return words.get(key, key)
