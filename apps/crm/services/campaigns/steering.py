"""A campaign under way rests, goes on, or ends before its time."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from apps.core.services.operations import operate
from apps.crm.models import Campaign, CampaignRecipient
from apps.crm.services.campaigns.starting import State, WrongState, held_campaign, wake

if TYPE_CHECKING:
    from apps.accounts.models import User


def pause_campaign(*, actor: User, campaign: Campaign, now: datetime) -> None:
    """Make no more mails until it goes on; what is in the outbox leaves. Raises PermissionDenied, WrongState."""
    _move(actor, campaign, State.RUNNING, State.PAUSED, "campaign.paused", now)


def resume_campaign(*, actor: User, campaign: Campaign, now: datetime) -> None:
    """Go on where it stopped. Raises PermissionDenied, WrongState."""
    _move(actor, campaign, State.PAUSED, State.RUNNING, "campaign.resumed", now)


def cancel_campaign(*, actor: User, campaign: Campaign, now: datetime) -> None:
    """End it for good: who had nothing yet gets nothing. Ended already: nothing happens. Raises PermissionDenied."""
    with transaction.atomic():
        held = held_campaign(actor, campaign)
        if held.state in (State.DONE, State.CANCELLED):
            return
        with operate(actor=actor, verb="campaign.cancelled", now=now, undoable=False, keep=True):
            held.state, held.finished_at = State.CANCELLED, now
            held.save(update_fields=["state", "finished_at"])
            CampaignRecipient.objects.filter(campaign=held).waiting().update(
                state=CampaignRecipient.State.FAILED, error=_("The campaign was stopped before."), settled_at=now
            )


def _move(actor: User, campaign: Campaign, origin: str, target: str, verb: str, now: datetime) -> None:
    with transaction.atomic():
        held = held_campaign(actor, campaign)
        if held.state == target:
            return
        if held.state != origin:
            raise WrongState(held)
        with operate(actor=actor, verb=verb, now=now, undoable=False, keep=True):
            held.state = target
            held.save(update_fields=["state"])
        wake()
