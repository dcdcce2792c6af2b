"""That a mail was opened, or a link in it followed: noted by whoever comes with the sealed address."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import F

from apps.crm.models import CampaignClick, CampaignLink, CampaignRecipient
from apps.crm.services.campaigns.links import clicked, opened


def note_open(token: str, *, now: datetime) -> None:
    """The first time counts; nothing is noted where the house doesn't allow it, nor of a token that isn't ours."""
    recipient_id = opened(token)
    if recipient_id is None or not settings.RAPPORT_TRACK_OPENS:
        return
    mine = CampaignRecipient.objects.filter(pk=recipient_id, campaign__tracks_opens=True, made_at__isnull=False)
    mine.filter(opened_at__isnull=True).update(opened_at=now)


@transaction.atomic
def follow_link(token: str, *, counts: bool, now: datetime) -> str:
    """Where a sealed link leads: an address that stood in that campaign's words; "" for anything else.

    With `counts` the click is noted.
    """
    known = clicked(token)
    if known is None:
        return ""
    recipient_id, position = known
    of_campaign = CampaignRecipient.objects.filter(pk=recipient_id).values("campaign")
    link = CampaignLink.objects.filter(campaign__in=of_campaign, position=position).first()
    if link is None:
        return ""
    if counts:
        _note(recipient_id, link, now)
    return link.url


def _note(recipient_id: int, link: CampaignLink, now: datetime) -> None:
    CampaignRecipient.objects.filter(pk=recipient_id, clicked_at__isnull=True).update(clicked_at=now)
    click, is_first = CampaignClick.objects.get_or_create(
        recipient_id=recipient_id, link=link, defaults={"first_at": now, "last_at": now}
    )
    if not is_first:
        CampaignClick.objects.filter(pk=click.pk).update(number=F("number") + 1, last_at=max(now, click.last_at))
