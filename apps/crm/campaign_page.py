"""What the page of a campaign shows: its steps while it is a draft, then what came of it; and how its words read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings

from apps.crm.campaign_listing import STATE_COLOURS
from apps.crm.models import Campaign
from apps.crm.permissions.campaigns import sees_segment, sends_campaigns
from apps.crm.selectors.campaign_audience import Reason, audience_of
from apps.crm.selectors.campaign_results import Results, results_of
from apps.crm.selectors.segments import Part, name_of, words_of
from apps.crm.services.campaigns.mails import sender_of
from apps.crm.services.campaigns.readiness import troubles
from apps.crm.services.campaigns.trying import example_for
from apps.crm.services.mailings import one_click_trouble
from apps.messaging.services.template_context import context_of
from apps.messaging.services.template_contexts import CONTACT
from apps.messaging.services.template_language import Rendered, TemplateProblem, check, render

if TYPE_CHECKING:
    from apps.accounts.models import User
    from apps.contacts.models import Entity


@dataclass(frozen=True, slots=True)
class LeftOut:
    reason: str
    title: str
    number: int


@dataclass(frozen=True, slots=True)
class Preview:
    """`rendered` is None where the words can't be filled; `problems` say why, or what else to mend."""

    entity: Entity | None = None
    rendered: Rendered | None = None
    problems: list[TemplateProblem] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignPage:
    """`number` would get a mail now, or got one; `minutes` is how long that takes at its pace."""

    may_send: bool
    may_change: bool
    colour: str
    sender: str
    number: int
    minutes: int
    left_out: Sequence[LeftOut]
    segment: str = ""
    sees_segment: bool = False
    parts: Sequence[Part] = ()
    troubles: Sequence[str] = ()
    hint: str = ""
    preview: Preview | None = None
    results: Results | None = None
    decides_at: datetime | None = None
    counts_opens: bool = False


@dataclass(frozen=True, slots=True)
class _Words:
    subject: str
    body: str


def campaign_page(campaign: Campaign, *, user: User, now: datetime) -> CampaignPage:
    name, address = sender_of(campaign)
    may_send = sends_campaigns(user)
    number, counts, started = campaign.total, campaign.left_out, campaign.is_started
    if not started and campaign.segment is not None:
        audience = audience_of(campaign.segment, user=user, scope=campaign.scope)
        number, counts = audience.number, audience.left_out
    decides_at = None
    if campaign.has_test and campaign.test_ended_at is not None and not campaign.winner:
        decides_at = campaign.test_ended_at + timedelta(hours=campaign.wait_hours)
    found = troubles(campaign, user=user) if may_send and not started else []
    return CampaignPage(
        may_send=may_send,
        may_change=may_send and campaign.state == Campaign.State.DRAFT,
        colour=STATE_COLOURS[campaign.state],
        sender=f"{name} <{address}>" if name else address,
        number=number,
        minutes=-(-number // campaign.per_minute),
        left_out=[LeftOut(key, str(Reason(key).label), count) for key, count in counts.items() if key in Reason.values],
        segment=name_of(campaign.segment, user) if campaign.segment is not None else "",
        sees_segment=campaign.segment is not None and sees_segment(user, campaign.segment),
        parts=words_of(campaign.segment, user) if campaign.segment is not None and not started else (),
        troubles=found,
        hint=one_click_trouble() if not started else "",
        preview=None if started else preview_of(campaign, user=user, subject="", body="", now=now),
        results=results_of(campaign, user=user) if started else None,
        decides_at=decides_at,
        counts_opens=campaign.tracks_opens and settings.RAPPORT_TRACK_OPENS,
    )


def preview_of(campaign: Campaign, *, user: User, subject: str, body: str, now: datetime) -> Preview:
    """These words, or the campaign's own, filled with the first contact of its segment."""
    words = _Words(subject or campaign.subject, body or campaign.body)
    problems = check(words)
    entity = example_for(campaign, user=user)
    language = campaign.language
    known = context_of(user, CONTACT if entity else "", entity.pk if entity else None, language, now=now)
    try:
        return Preview(entity, render(words, known, language=language), problems)
    except TemplateProblem as problem:
        return Preview(entity, None, problems or [problem])
