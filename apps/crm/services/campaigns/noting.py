"""Each mail of a campaign that left stands in the history of its contact: written by the hundred, once."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from apps.activities.services.recording import Entry, record_many
from apps.contacts.models import Entity
from apps.crm.models import Campaign, CampaignRecipient

KIND = "campaign"
VERB = "campaign.received"
_PORTION = 1000
State = CampaignRecipient.State


def note_due(*, now: datetime) -> int:
    """Write down what left and isn't written down yet; returns how many mails."""
    campaigns = Campaign.objects.filter(recipients__state=State.SENT, recipients__is_noted=False)
    noted = 0
    for pk in list(campaigns.order_by("pk").values_list("pk", flat=True).distinct()):
        while portion := _note_portion(pk, now):
            noted += portion
    return noted


@transaction.atomic
def _note_portion(campaign_id: int, now: datetime) -> int:
    """The rows' locks and their marks make it once, whoever else is at it."""
    unnoted = CampaignRecipient.objects.filter(campaign=campaign_id, state=State.SENT, is_noted=False)
    rows = list(unnoted.select_for_update(skip_locked=True).order_by("pk")[:_PORTION])
    if not rows:
        return 0
    campaign = Campaign.objects.select_related("started_by").get(pk=campaign_id)
    entities = Entity.objects.in_bulk({row.entity_id for row in rows if row.entity_id is not None})
    entries = [
        Entry(
            kind=KIND,
            verb=VERB,
            occurred_at=row.settled_at or now,
            entities=[entities[row.entity_id]],
            subject=campaign.name,
            facts={"campaign": campaign_id, "address": row.written},
        )
        for row in rows
        if row.entity_id in entities
    ]
    if entries:
        record_many([(entry, campaign.started_by) for entry in entries], now=now)
    CampaignRecipient.objects.filter(pk__in=[row.pk for row in rows]).update(is_noted=True)
    return len(rows)
