"""Recipients become mails of the outbox, at the campaign's pace: the rows are the queue, a portion a transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from apps.core.batch import update_rows
from apps.core.models import Suppression
from apps.core.services.outbox import Envelope, queue_envelopes
from apps.crm.models import Campaign, CampaignRecipient
from apps.crm.services.campaigns.mails import Addressee, Press
from apps.crm.services.mailings.tokens import key_at_hand

log = structlog.get_logger(__name__)

_PORTION = 200
_MINUTE = timedelta(minutes=1)
State = CampaignRecipient.State
_CHANGED = ["state", "variant", "error", "outgoing", "message_id", "made_at", "settled_at"]


def make_due(*, now: datetime) -> int:
    """Make the mails that each running campaign may send by now; returns how many were made."""
    return sum(_guarded(pk, now) for pk in list(Campaign.objects.running().order_by("pk").values_list("pk", flat=True)))


def _guarded(campaign_id: int, now: datetime) -> int:
    """What goes wrong with one campaign holds up none of the others; it is tried again at the next round."""
    made = 0
    try:
        while (portion := _make_portion(campaign_id, now)) is not None:
            made += portion
    except Exception:
        log.exception("campaign.portion.failed", campaign_id=campaign_id)
    return made


@transaction.atomic
def _make_portion(campaign_id: int, now: datetime) -> int | None:
    """One portion, with its recipients' rows: all of it stands, or nothing. None: there is nothing to do by now.

    In any minute at most `per_minute` are made. The campaign's lock keeps a second worker from the same rows.
    """
    running = Campaign.objects.running().filter(pk=campaign_id).select_for_update(skip_locked=True, of=["self"])
    campaign = running.select_related("topic", "account", "started_by").first()
    if campaign is None:
        return None
    recipients = CampaignRecipient.objects.filter(campaign=campaign)
    room = campaign.per_minute - recipients.filter(made_at__gt=now - _MINUTE).count()
    ready = recipients.waiting()
    if campaign.has_test and not campaign.winner:
        ready = ready.filter(is_test=True)
    rows = list(ready.order_by("-is_test", "pk")[: max(0, min(room, _PORTION))])
    if not rows:
        if room > 0:
            _nothing_ready(campaign, now)
        return None
    return _make(campaign, rows, now)


def _nothing_ready(campaign: Campaign, now: datetime) -> None:
    """All were made, or the rest waits for the better subject."""
    if not CampaignRecipient.objects.filter(campaign=campaign).waiting().exists():
        campaign.state, campaign.finished_at = Campaign.State.DONE, now
        campaign.save(update_fields=["state", "finished_at"])
        log.info("campaign.finished", campaign_id=campaign.pk)
    elif campaign.test_ended_at is None:
        campaign.test_ended_at = now
        campaign.save(update_fields=["test_ended_at"])


def _make(campaign: Campaign, rows: Sequence[CampaignRecipient], now: datetime) -> int:
    user = campaign.started_by
    if user is None:  # the database forbids it
        return 0
    barred = Suppression.objects.against(campaign.scope).filter(address__in=[row.address for row in rows])
    unwanted = set(barred.values_list("address", flat=True))
    ids = [row.entity_id for row in rows if row.entity_id is not None]
    press = Press(campaign, user=user, entity_ids=ids, addresses=[row.written for row in rows], now=now)
    envelopes: list[tuple[CampaignRecipient, Envelope]] = []
    with key_at_hand():
        for row in rows:
            row.variant = row.variant or campaign.winner
            if row.address in unwanted:
                row.state, row.error, row.settled_at = State.WITHHELD, _("This address gets no such mailings."), now
            elif (envelope := _envelope(press, row)) is None:
                row.state, row.settled_at = State.FAILED, now
            else:
                envelopes.append((row, envelope))
    mails = queue_envelopes([(f"{campaign.origin}:{row.pk}", each) for row, each in envelopes], now=now)
    for (row, envelope), mail in zip(envelopes, mails, strict=True):
        row.state, row.made_at, row.outgoing_id = State.MADE, now, mail.pk
        row.message_id = envelope.message_id.strip("<>")
    update_rows(
        CampaignRecipient,
        _CHANGED,
        [
            (row.pk, row.state, row.variant, row.error, row.outgoing_id, row.message_id, row.made_at, row.settled_at)
            for row in rows
        ],
    )
    return len(rows)


def _envelope(press: Press, row: CampaignRecipient) -> Envelope | None:
    """None where their mail can't be made; the row says why."""
    addressee = Addressee(row.name, row.written.strip(), row.pk)
    try:
        return press.mail(addressee, variant=row.variant, entity_id=row.entity_id)
    except ValidationError as error:
        row.error = " ".join(error.messages)[:300]
    except ValueError as error:  # an address or a name that no mail can bear: the others go on
        log.exception("campaign.mail.failed", recipient_id=row.pk, error=type(error).__name__)
        row.error = _("Their mail could not be made: an error of ours, which was noted.")
    return None
