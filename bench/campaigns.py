"""The figures of campaigns: recipients frozen, mails made of them, results told. Nothing of it stays."""

from __future__ import annotations

import copy
import time
from collections.abc import Callable, Iterator
from typing import TypeVar

from django.conf import settings
from django.db import connection, transaction

from apps.accounts.permissions import remember_roles
from apps.core import clock
from apps.crm.models import Campaign, CampaignRecipient, Segment
from apps.crm.selectors.campaign_audience import audience_of
from apps.crm.selectors.campaign_results import results_of
from apps.crm.services.campaigns import CampaignInput, make_campaign, run_campaigns, start_campaign
from apps.crm.services.segments import save_segment
from bench.figures import Row
from bench.house import House

T = TypeVar("T")
_MADE = 1000
_FROZEN, _MADE_A_SECOND, _TOLD = 15_000, 100, 2000  # rows/s, mails/s, ms for 100,000 recipients


def measure(house: House) -> Iterator[Row]:
    settings.RAPPORT_SITE_URL = settings.RAPPORT_SITE_URL or "https://rapport.example/"
    writer = copy.copy(house.user)
    remember_roles(writer, {"sales", "content"})
    with transaction.atomic():
        yield from _measured(House(writer, house.count))
        transaction.set_rollback(True)


def _measured(house: House) -> Iterator[Row]:
    now = clock.now()
    query = {"filters": {"has_email": ["yes"]}}
    segment = save_segment(actor=house.user, name="Bench", tab="all", query=query, is_shared=False, now=now)
    campaign = _draft(house, segment)
    audience_of(segment, user=house.user, scope=campaign.scope)  # warm
    looked, audience = _timed(lambda: audience_of(segment, user=house.user, scope=campaign.scope))
    yield Row("who would get a campaign", round(audience.number / looked), "rows/s", _FROZEN, at_least=True)
    frozen, campaign = _timed(lambda: start_campaign(actor=house.user, campaign=campaign, now=now))
    yield Row("recipients of a campaign frozen", round(campaign.total / frozen), "rows/s", _FROZEN, at_least=True)
    _analyse()
    made, _nothing = _timed(lambda: run_campaigns(now=now))
    count = CampaignRecipient.objects.filter(campaign=campaign, state="made").count()
    yield Row("mails of a campaign made by one worker", round(count / made), "mails/s", _MADE_A_SECOND, at_least=True)
    results_of(campaign, user=house.user)  # warm
    told, results = _timed(lambda: results_of(campaign, user=house.user))
    if results.number != campaign.total:
        raise RuntimeError(f"{results.number} told of {campaign.total}")
    yield Row("results of a campaign", round(told * 1000), "ms", max(60, _TOLD * campaign.total / 100_000))


def _draft(house: House, segment: Segment) -> Campaign:
    data = CampaignInput(
        name="Bench",
        segment=segment,
        language="en",
        subject="Oak for {{ contact.name }}",
        body='<p>Dear {{ contact.name }}, see <a href="https://vikna.example/oak">our oak</a>.</p>',
        per_minute=_MADE,
    )
    return make_campaign(actor=house.user, data=data, now=clock.now())


def _analyse() -> None:
    """As the autovacuum does soon after so many rows."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE crm_campaignrecipient")


def _timed(deed: Callable[[], T]) -> tuple[float, T]:
    began = time.perf_counter()
    answer = deed()
    return time.perf_counter() - began, answer
