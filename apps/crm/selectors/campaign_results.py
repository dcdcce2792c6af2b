"""What came of a campaign, counted over the recipients that a reader sees: each figure leads to its rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.db.models import Count, Q, Sum
from django.urls import reverse

from apps.core.models import Suppression
from apps.crm.models import CampaignLink, CampaignRecipient
from apps.crm.models.campaign_recipients import OUTCOMES, Outcome

if TYPE_CHECKING:
    from apps.accounts.models import User
    from apps.crm.models import Campaign
    from apps.crm.models.campaign_recipients import CampaignRecipientQuerySet


# From the few who left, rather than asked of each recipient.
_BY_SUPPRESSION = {
    Outcome.UNSUBSCRIBED.value: Suppression.Reason.UNSUBSCRIBED,
    Outcome.COMPLAINED.value: Suppression.Reason.COMPLAINED,
}


@dataclass(frozen=True, slots=True)
class Figure:
    """`share` is in percent of what was sent, None where that says nothing."""

    outcome: str
    title: str
    number: int
    share: float | None
    url: str


@dataclass(frozen=True, slots=True)
class VariantResult:
    variant: str  # "a", "b", or "" for the rest of a test that isn't decided
    subject: str
    number: int
    figures: list[Figure]


@dataclass(frozen=True, slots=True)
class LinkResult:
    url: str
    people: int
    clicks: int
    rows_url: str


@dataclass(frozen=True, slots=True)
class Results:
    number: int
    hidden: int  # recipients whose contacts the reader doesn't see
    figures: list[Figure]
    variants: list[VariantResult]
    links: list[LinkResult]


def recipients_seen(campaign: Campaign, user: User) -> CampaignRecipientQuerySet:
    return CampaignRecipient.objects.filter(campaign=campaign).visible_to(user)


def results_of(campaign: Campaign, *, user: User) -> Results:
    """In a few queries, however many recipients there are."""
    seen = recipients_seen(campaign, user)
    counts = {f"n_{key}": Count("pk", filter=OUTCOMES[key]) for key in OUTCOMES if key not in _BY_SUPPRESSION}
    grouped = seen.values("variant").order_by("variant").annotate(all_count=Count("pk"), **counts)
    rows: list[dict[str, Any]] = [{**row} for row in grouped]
    for key, reason in _BY_SUPPRESSION.items():
        left = Suppression.objects.filter(origin=campaign.origin, reason=reason).values("address")
        found = seen.filter(address__in=left).order_by().values_list("variant").annotate(number=Count("pk"))
        by_variant = dict(found)
        for row in rows:
            row[f"n_{key}"] = by_variant.get(row["variant"], 0)
    totals = {name: sum(row[name] for row in rows) for name in ("all_count", *(f"n_{key}" for key in OUTCOMES))}
    variants = [
        VariantResult(
            row["variant"],
            campaign.subject_of(row["variant"]) if row["variant"] else "",
            row["all_count"],
            _figures(campaign, row, variant=row["variant"]),
        )
        for row in rows
    ]
    return Results(
        number=totals["all_count"],
        hidden=max(0, campaign.total - totals["all_count"]),
        figures=_figures(campaign, totals),
        variants=variants if campaign.has_test else [],
        links=_links(campaign, user),
    )


def shown_outcomes(campaign: Campaign) -> list[str]:
    """The figures that a campaign has: what isn't counted in it isn't told as nothing."""
    unknown = set()
    if not campaign.tracks_opens:
        unknown.add(Outcome.OPENED.value)
    if not campaign.tracks_clicks:
        unknown.add(Outcome.CLICKED.value)
    return [outcome for outcome in Outcome.values if outcome not in unknown]


def _figures(campaign: Campaign, row: dict[str, Any], *, variant: str = "") -> list[Figure]:
    sent = row[f"n_{Outcome.SENT.value}"]
    of_sent = {
        *(Outcome.RETURNED, Outcome.OPENED, Outcome.CLICKED, Outcome.ANSWERED),
        *(Outcome.UNSUBSCRIBED, Outcome.COMPLAINED),
    }
    return [
        Figure(
            outcome,
            str(Outcome(outcome).label),
            row[f"n_{outcome}"],
            100 * row[f"n_{outcome}"] / sent if sent and outcome in of_sent else None,
            rows_url(campaign, outcome=outcome, variant=variant),
        )
        for outcome in shown_outcomes(campaign)
    ]


def rows_url(campaign: Campaign, **asked: Any) -> str:
    """The list of the recipients behind a figure."""
    query = urlencode({f"f.{key}": value for key, value in asked.items() if value != ""})
    return reverse("crm:campaign_recipients", args=[campaign.pk]) + (f"?{query}" if query else "")


def _links(campaign: Campaign, user: User) -> list[LinkResult]:
    if not campaign.tracks_clicks:
        return []
    seen = Q(clicks__recipient__in=recipients_seen(campaign, user))
    links = CampaignLink.objects.filter(campaign=campaign).order_by("position")
    counted = links.annotate(people=Count("clicks", filter=seen), times=Sum("clicks__number", filter=seen, default=0))
    return [LinkResult(link.url, link.people, link.times, rows_url(campaign, link=link.position)) for link in counted]
