"""Which subject did better, decided by itself when the wait is over."""

from __future__ import annotations

from datetime import datetime, timedelta
from fractions import Fraction

import structlog
from django.db import transaction
from django.db.models import Count

from apps.crm.models import Campaign, CampaignRecipient
from apps.crm.models.campaign_recipients import OUTCOMES

log = structlog.get_logger(__name__)


def decide_due(*, now: datetime) -> int:
    """Give the rest the better subject where the wait after the test is over; returns how many were decided."""
    waiting = Campaign.objects.running().filter(winner="", test_ended_at__isnull=False)
    due = [
        each.pk
        for each in waiting.order_by("pk")
        if each.test_ended_at is not None and each.test_ended_at + timedelta(hours=each.wait_hours) <= now
    ]
    return sum(_decide(pk, now) for pk in due)


@transaction.atomic
def _decide(pk: int, now: datetime) -> bool:
    rows = Campaign.objects.running().filter(pk=pk, winner="").select_for_update(skip_locked=True)
    campaign = rows.first()
    if campaign is None:
        return False
    campaign.winner, campaign.decided_at = better_subject(campaign), now
    campaign.save(update_fields=["winner", "decided_at"])
    log.info("campaign.decided", campaign_id=pk, winner=campaign.winner)
    return True


def better_subject(campaign: Campaign) -> str:
    """ "b" where a greater part of its mails had what is counted; "a" where they are even, or nothing came back."""
    tested = CampaignRecipient.objects.filter(campaign=campaign, is_test=True, made_at__isnull=False)
    counted = tested.values("variant").annotate(
        number=Count("pk"), signals=Count("pk", filter=OUTCOMES[campaign.winner_by])
    )
    shares = {row["variant"]: Fraction(row["signals"], row["number"]) for row in counted.order_by()}
    return "b" if shares.get("b", Fraction(0)) > shares.get("a", Fraction(0)) else "a"
