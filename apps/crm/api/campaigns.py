"""`/campaigns`: mailings to segments, and what came of them."""

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Query, Router, Schema
from pydantic import Field

from apps.accounts.api_auth import needs_scope
from apps.accounts.models import User
from apps.core.api import PROBLEMS
from apps.crm.api.shared import Paged, asking, page_by_id
from apps.crm.models import Campaign
from apps.crm.permissions.campaigns import sees_segment
from apps.crm.selectors.campaign_results import results_of
from apps.crm.selectors.segments import name_of

router = Router(tags=["campaigns"])


class CampaignOut(Schema):
    id: int
    name: str
    state: str = Field(description="draft, scheduled, running, paused, done or cancelled")
    subject: str
    subject_b: str = Field(description="The second subject that is tried; empty: none")
    winner: str = Field(description="a or b, once it was decided which one the rest gets")
    topic: str | None = Field(description="The key of its topic")
    segment_id: int | None = Field(description="null also where it isn't shared with the token's user")
    segment: str = Field(description="Its name; of one that isn't shared with the token's user, that it is private")
    recipients: int = Field(description="Frozen at its start; 0 before")
    left_out: dict[str, int] = Field(description="How many of the segment it didn't go to, by reason")
    created_at: datetime
    scheduled_at: datetime | None
    started_at: datetime | None
    finished_at: datetime | None


class FigureOut(Schema):
    outcome: str
    number: int


class VariantOut(Schema):
    variant: str = Field(description="a, b, or empty for the rest of a test that isn't decided")
    recipients: int
    figures: list[FigureOut]


class LinkOut(Schema):
    url: str
    people: int
    clicks: int


class ResultsOut(CampaignOut):
    """Counted over the recipients whose contacts the token's user sees."""

    figures: list[FigureOut]
    variants: list[VariantOut]
    links: list[LinkOut]


class CampaignsOut(Schema):
    items: list[CampaignOut]
    next: str | None = Field(description="The `after` of the next page; null at the end")


class CampaignFilters(Paged):
    state: Annotated[str, Field(pattern="^(draft|scheduled|running|paused|done|cancelled)$")] | None = None


@router.get("", response={200: CampaignsOut, **PROBLEMS}, summary="List campaigns")
@needs_scope("contacts:read")
def list_campaigns(request: HttpRequest, wanted: Query[CampaignFilters]) -> CampaignsOut:
    """In the order in which they were made, page by page; empty for who doesn't read campaigns."""
    user = asking(request)
    found = Campaign.objects.visible_to(user).select_related("topic", "segment")
    if wanted.state is not None:
        found = found.filter(state=wanted.state)
    rows, following = page_by_id(found, wanted)
    return CampaignsOut(items=[CampaignOut(**_fields(row, user)) for row in rows], next=following)


@router.get("/{campaign_id}", response={200: ResultsOut, **PROBLEMS}, summary="Read a campaign with its results")
@needs_scope("contacts:read")
def read_campaign(request: HttpRequest, campaign_id: int) -> ResultsOut:
    user = asking(request)
    campaign = get_object_or_404(Campaign.objects.visible_to(user).select_related("topic", "segment"), pk=campaign_id)
    results = results_of(campaign, user=user)
    return ResultsOut(
        **_fields(campaign, user),
        figures=[FigureOut(outcome=each.outcome, number=each.number) for each in results.figures],
        variants=[
            VariantOut(
                variant=row.variant,
                recipients=row.number,
                figures=[FigureOut(outcome=each.outcome, number=each.number) for each in row.figures],
            )
            for row in results.variants
        ],
        links=[LinkOut(url=each.url, people=each.people, clicks=each.clicks) for each in results.links],
    )


def _fields(row: Campaign, user: User) -> dict[str, Any]:
    names = ("name", "state", "subject", "subject_b", "winner", "left_out", "created_at")
    moments = ("scheduled_at", "started_at", "finished_at")
    found: dict[str, Any] = {name: getattr(row, name) for name in (*names, *moments)}
    segment = row.segment
    shown = {
        "segment_id": segment.pk if segment is not None and sees_segment(user, segment) else None,
        "segment": name_of(segment, user) if segment is not None else "",
    }
    return {**found, **shown, "id": row.pk, "topic": row.topic.key if row.topic else None, "recipients": row.total}
