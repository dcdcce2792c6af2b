"""What customers bring to a merge: who looks after them, their journeys, opportunities, campaigns and the dealer."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.core.contributions import MergePart, Tie, merge
from apps.crm import models
from apps.crm.services.assignments import refresh_managers


def register() -> None:
    """Called once, when the app is ready."""
    ties = (
        Tie(models.Assignment, clashes=_in_charge_then),
        Tie(models.EntityPersona, closes="valid_to", since="valid_from"),
        Tie(models.TeamContact, closes="valid_to", since="valid_from"),
        Tie(
            models.JourneyStep,
            closes="left_at",
            since="entered_at",
            words=lambda n: ngettext("%(count)s step of a journey", "%(count)s steps of a journey", n) % {"count": n},
        ),
        Tie(
            models.OpportunityContact,
            words=lambda n: ngettext("%(count)s opportunity", "%(count)s opportunities", n) % {"count": n},
            seen=lambda user: Q(opportunity__in=models.Opportunity.objects.visible_to(user).values("pk")),
        ),
        Tie(
            models.CampaignRecipient,
            words=lambda n: ngettext("%(count)s mail of a campaign", "%(count)s mails of campaigns", n) % {"count": n},
        ),
        Tie(
            models.Dealer,
            words=lambda n: (
                ngettext("the dealer with its orders", "%(count)s dealers with their orders", n) % {"count": n}
            ),
        ),
        Tie(models.AssignmentRun),
        Tie(models.HandOverItem),
        Tie(models.RuleRun),
        Tie(models.Enrolment),
    )
    merge.register("crm", MergePart(ties, refuses=_refuses, settle=_settle), position=40)


def _in_charge_then(winner_id: int) -> Q:
    """Of the loser's: those for a time in which somebody was in charge of the winner already."""
    others = models.Assignment.objects.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gt=OuterRef("valid_from")),
        entity=winner_id,
        purpose=OuterRef("purpose"),
        layer=OuterRef("layer"),
    )
    before_end = Q(Exists(others.filter(valid_from__lt=OuterRef("valid_to"))), valid_to__isnull=False)
    return before_end | Q(Exists(others), valid_to__isnull=True)


def _refuses(ids: Collection[int]) -> str:
    if models.Dealer.objects.filter(entity__in=ids).count() < 2:
        return ""
    return _("Two of them are dealers with an account of their own; accounts can't become one.")


def _settle(ids: Sequence[int], now: datetime) -> None:
    refresh_managers(now=now, entity_ids=ids)
