"""The report of campaigns: how many mails left, and what came of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.core.reports import Dimension, Measure, Narrowing, Report, by_choice, by_month
from apps.core.reports.cells import register_report
from apps.core.reports.periods import edges
from apps.crm.campaign_listing import recipient_listing
from apps.crm.models import Campaign, CampaignRecipient, MailingTopic
from apps.crm.models.campaign_recipients import OUTCOMES, Outcome
from apps.crm.permissions.campaigns import reads_campaigns

if TYPE_CHECKING:
    from apps.accounts.models import User
    from apps.core.listing import Listing
    from apps.crm.models.campaign_recipients import CampaignRecipientQuerySet

_COUNTED = (Outcome.RETURNED, Outcome.OPENED, Outcome.CLICKED, Outcome.ANSWERED)


def register() -> None:
    """Called once, when the app is ready."""
    counted = [
        Measure(key=outcome.value, title=outcome.label, counts=OUTCOMES[outcome.value], in_chart=False)
        for outcome in _COUNTED
    ]
    report = Report(
        title=_("Campaign results"),
        about=_("How many mailings left, came back, were opened, followed and answered?"),
        group=_("Customers"),
        icon="speakerphone",
        may_see=reads_campaigns,
        rows=_sent,
        dimensions=[
            Dimension(key="campaign", title=_("Campaign"), expression=F("campaign"), names=_campaigns),
            by_month("settled_at"),
            Dimension(
                key="topic", title=_("Topic"), expression=F("campaign__topic"), names=_topics, nothing=_("No topic")
            ),
            by_choice("variant", _("Subject"), F("variant"), lambda: {"a": "A", "b": "B"}),
        ],
        measures=[Measure(key="sent", title=pgettext_lazy("campaign", "Sent")), *counted],
        narrowings=[
            Narrowing(
                key="campaign",
                title=_("Campaign"),
                choices=_choices,
                narrow=lambda found, value: found.filter(campaign=int(value)),
            )
        ],
        listing=_listing,
    )
    register_report("campaigns", report, position=40)


def _sent(user: User, first: date, last: date) -> CampaignRecipientQuerySet:
    begin, end = edges(first, last)
    left = Q(OUTCOMES[Outcome.SENT.value], settled_at__gte=begin, settled_at__lt=end)
    return CampaignRecipient.objects.visible_to(user).filter(left)


def _campaigns(keys: Collection[Any]) -> Mapping[Any, Any]:
    return dict(Campaign.objects.filter(pk__in=keys).values_list("pk", "name"))


def _topics(keys: Collection[Any]) -> Mapping[Any, Any]:
    return dict(MailingTopic.objects.filter(pk__in=keys).values_list("pk", "title"))


def _choices(user: User) -> list[tuple[str, str]]:
    begun = Campaign.objects.visible_to(user).filter(started_at__isnull=False)
    return [(str(each.pk), each.name) for each in begun.order_by("-started_at", "-pk")[:200]]


def _listing(_user: User) -> Listing:
    listing = recipient_listing(None)
    return replace(listing, filters=[each for each in listing.filters if each.key != "link"])
