"""A campaign is planned for a time and begins: its recipients are frozen in the transaction that starts it."""

from __future__ import annotations

import functools
from datetime import datetime
from typing import TYPE_CHECKING

import structlog
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from apps.core.jobs import nudge
from apps.core.refusals import Refused
from apps.core.services.operations import operate
from apps.crm.models import Campaign, CampaignLink
from apps.crm.permissions.campaigns import sends_campaigns
from apps.crm.services.campaigns.freezing import freeze
from apps.crm.services.campaigns.links import links_in
from apps.crm.services.campaigns.readiness import troubles

if TYPE_CHECKING:
    from apps.accounts.models import User

log = structlog.get_logger(__name__)
State = Campaign.State


class WrongState(Refused):
    """It is no longer where the page showed it."""

    def __init__(self, campaign: Campaign) -> None:
        super().__init__(
            _("That can't be done any more: the campaign is “%(state)s”.") % {"state": campaign.get_state_display()}
        )


def schedule_campaign(*, actor: User, campaign: Campaign, at: datetime, now: datetime) -> None:
    """Let it begin at `at` by itself, in the name of `actor`; planned already, the new time counts.

    Raises PermissionDenied, WrongState, ValidationError (under "at" for a time that is over).
    """
    with transaction.atomic():
        held = held_campaign(actor, campaign)
        if held.state not in (State.DRAFT, State.SCHEDULED):
            raise WrongState(held)
        if at <= now:
            raise ValidationError({"at": _("That time is over.")})
        _refuse_unready(held, actor)
        with operate(actor=actor, verb="campaign.scheduled", now=now, undoable=False, keep=True):
            held.state, held.scheduled_at, held.started_by, held.trouble = State.SCHEDULED, at, actor, ""
            held.save(update_fields=["state", "scheduled_at", "started_by", "trouble"])


def unschedule_campaign(*, actor: User, campaign: Campaign, now: datetime) -> None:
    """Make it a draft again; it is one already: nothing happens. Raises PermissionDenied, WrongState."""
    with transaction.atomic():
        held = held_campaign(actor, campaign)
        if held.state == State.DRAFT:
            return
        if held.state != State.SCHEDULED:
            raise WrongState(held)
        with operate(actor=actor, verb="campaign.unscheduled", now=now, undoable=False, keep=True):
            _to_draft(held, "")


def start_campaign(*, actor: User, campaign: Campaign, now: datetime) -> Campaign:
    """Freeze its recipients, with what `actor` sees, and begin to send; begun already: nothing happens.

    Raises PermissionDenied, WrongState, ValidationError where something is missing or nobody would get it.
    """
    with transaction.atomic():
        held = held_campaign(actor, campaign)
        if held.is_started:
            return held
        if held.state not in (State.DRAFT, State.SCHEDULED):
            raise WrongState(held)
        with operate(actor=actor, verb="campaign.started", now=now, undoable=False, keep=True):
            _begin(held, actor, now)
    return held


def start_due(*, now: datetime) -> int:
    """Begin those whose time has come; one that can't is a draft again, and says why. Returns how many began."""
    return sum(_guarded(pk, now) for pk in list(Campaign.objects.due(now).order_by("pk").values_list("pk", flat=True)))


def _guarded(pk: int, now: datetime) -> bool:
    """What breaks one start holds up none of the other campaigns; it is tried again at the next round."""
    try:
        return _start_one(pk, now)
    except Exception:
        log.exception("campaign.start.failed", campaign_id=pk)
        return False


@transaction.atomic
def _start_one(pk: int, now: datetime) -> bool:
    due = Campaign.objects.due(now).filter(pk=pk).select_for_update(skip_locked=True, of=["self"])
    held = due.select_related("segment__owner", "topic", "account", "started_by").first()
    if held is None or held.started_by is None:
        return False
    actor = held.started_by
    try:
        with (
            transaction.atomic(),
            operate(actor=actor, verb="campaign.started", now=now, undoable=False, keep=True),
            translation.override(held.language),
        ):
            _begin(held, actor, now)
    except ValidationError as error:
        log.warning("campaign.start.refused", campaign_id=pk)
        _to_draft(Campaign.objects.get(pk=pk), " ".join(error.messages)[:300])
        return False
    return True


def held_campaign(actor: User, campaign: Campaign) -> Campaign:
    """Its row, locked, within the caller's transaction. Raises PermissionDenied."""
    if not sends_campaigns(actor):
        raise PermissionDenied
    rows = Campaign.objects.select_for_update(of=["self"]).select_related("segment__owner", "topic", "account")
    return rows.get(pk=campaign.pk)


def wake() -> None:
    """Once the transaction has committed; without a broker the beat finds it."""
    from apps.crm import jobs

    transaction.on_commit(functools.partial(nudge, jobs.run_campaigns))


def _begin(held: Campaign, actor: User, now: datetime) -> None:
    _refuse_unready(held, actor)
    if held.segment is None:  # which is no trouble that comes by: _refuse_unready has told of it
        return
    links = [CampaignLink(campaign=held, position=n, url=url) for n, url in enumerate(links_in(held.body))]
    CampaignLink.objects.bulk_create(links)
    audience = freeze(held, held.segment, user=actor)
    if not audience.number:
        raise ValidationError(_("Nobody of this segment can get it."))
    held.state, held.started_at, held.started_by, held.trouble = State.RUNNING, now, actor, ""
    held.total, held.left_out = audience.number, audience.left_out
    held.save(update_fields=["state", "started_at", "started_by", "trouble", "total", "left_out"])
    log.info("campaign.started", campaign_id=held.pk, recipient_count=audience.number)
    wake()


def _refuse_unready(held: Campaign, actor: User) -> None:
    if found := troubles(held, user=actor):
        raise ValidationError(found)


def _to_draft(held: Campaign, trouble: str) -> None:
    held.state, held.scheduled_at, held.started_by, held.trouble = State.DRAFT, None, None, trouble
    held.save(update_fields=["state", "scheduled_at", "started_by", "trouble"])
