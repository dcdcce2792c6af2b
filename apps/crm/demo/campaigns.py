"""Two campaigns that were sent, one of them with two subjects, and one that is being written."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.contacts.models import Entity
from apps.core.batch import give_keys, insert_rows
from apps.core.models import Suppression
from apps.core.services.suppression import fold, suppress
from apps.crm.models import Campaign, CampaignClick, CampaignLink, CampaignRecipient, MailingTopic, Segment
from apps.crm.services.campaigns.links import links_in
from apps.crm.services.campaigns.noting import note_due

DOMAIN = "demo.rapport.example"
SEED = 20261130
_MOST = 400
_BODY = (
    "<p>{{{{ contact.salutation }}}},</p><p>{words}</p>"
    '<p><a href="https://vikna.example/{page}">{link}</a> · '
    '<a href="https://vikna.example/contact">Ask us</a></p><p>{{{{ sender.name }}}}</p>'
)
_OAK = _BODY.format(
    words="oak frames are back, in three new stains. We have put samples into every show room.",
    page="oak",
    link="See the stains",
)
_PRICES = _BODY.format(
    words="the prices of the winter hold until the end of February. Orders placed by Friday arrive before the frost.",
    page="winter",
    link="Winter prices",
)


@dataclass(frozen=True, slots=True)
class _Chances:
    """Of a mail that left, by its subject: that it is opened; of an opened one, that it is followed and answered."""

    opened: float
    clicked: float
    answered: float


_PLAIN, _BETTER = _Chances(0.34, 0.24, 0.05), _Chances(0.46, 0.31, 0.07)


def load_campaigns(*, now: datetime) -> int:
    """How many were made; 0 where there are any, or the demo company isn't there."""
    writer = User.objects.filter(email=f"manager@{DOMAIN}").first()
    if writer is None or Campaign.objects.exists():
        return 0
    reached = Entity.objects.visible_to(writer).live().exclude(primary_email="").order_by("pk")
    people = {fold(entity.primary_email): entity for entity in reached[:_MOST]}
    if not people:
        return 0
    dice = random.Random(SEED)  # noqa: S311  the demo is the same at every start
    news, _new = MailingTopic.objects.get_or_create(key="news", defaults={"title": "News"})
    offers, _new = MailingTopic.objects.get_or_create(key="offers", defaults={"title": "Offers"})
    query = {"filters": {"has_email": ["yes"]}}
    segment = Segment.objects.create(
        name="Everybody with an e-mail address", query=query, owner=writer, is_shared=True, created_at=now
    )
    common = {"segment": segment, "language": "en", "made_by": writer, "started_by": writer, "tracks_opens": True}
    oak = Campaign(
        name="Oak is back", topic=news, subject="Oak frames in three new stains", body=_OAK, **_sent(now, 41), **common
    )
    oak.subject_b, oak.winner, oak.decided_at = "Have you seen our new oak?", "b", oak.started_at
    prices = Campaign(name="Winter prices", topic=offers, subject="Our winter prices", body=_PRICES, **_sent(now, 12))
    for name, value in common.items():
        setattr(prices, name, value)
    for campaign, number in ((oak, len(people)), (prices, len(people) * 4 // 5)):
        campaign.total, campaign.left_out = number, {"no_address": 23, "bounced": 4, "double": 6}
        campaign.save()
        _fill(dice, campaign, list(people.items())[:number])
    Campaign.objects.create(
        name="Spring fair",
        topic=news,
        subject="Come and see us at the spring fair",
        body=_OAK,
        segment=segment,
        language="en",
        made_by=writer,
        created_at=now,
        changed_at=now,
    )
    note_due(now=now)
    return 3


def _sent(now: datetime, days: int) -> dict[str, object]:
    began = now - timedelta(days=days)
    ended = began + timedelta(hours=5)
    return {
        "state": Campaign.State.DONE,
        "created_at": began - timedelta(days=2),
        "changed_at": began - timedelta(days=1),
        "started_at": began,
        "test_ended_at": began,
        "finished_at": ended,
    }


def _fill(dice: random.Random, campaign: Campaign, people: Sequence[tuple[str, Entity]]) -> None:
    links = [CampaignLink(campaign=campaign, position=n, url=url) for n, url in enumerate(links_in(campaign.body))]
    rows = [_recipient(dice, campaign, place, *person) for place, person in enumerate(people)]
    give_keys(links, rows)
    clicks = []
    for row in rows:
        if row.clicked_at is not None:
            for link in dice.sample(links, dice.choice((1, 1, 1, 2))):
                clicks.append(
                    CampaignClick(
                        recipient=row,
                        link=link,
                        number=dice.choice((1, 1, 2)),
                        first_at=row.clicked_at,
                        last_at=row.clicked_at,
                    )
                )
    give_keys(clicks)
    for made in (links, rows, clicks):
        insert_rows(made)
    left = [row.address for row in rows if row.settled_at is not None and dice.random() < 0.012]
    suppress(
        addresses=left,
        reason=Suppression.Reason.UNSUBSCRIBED,
        scope=campaign.scope,
        origin=campaign.origin,
        now=campaign.finished_at or campaign.created_at,
    )


def _recipient(dice: random.Random, campaign: Campaign, place: int, address: str, entity: Entity) -> CampaignRecipient:
    is_test = campaign.has_test and place % 5 == 0
    variant = ("a" if place % 2 else "b") if is_test else campaign.winner or "a"
    began = campaign.started_at or campaign.created_at
    left = began + timedelta(hours=0 if is_test or not campaign.has_test else 4, seconds=place)
    row = CampaignRecipient(
        campaign=campaign,
        entity=entity,
        name=entity.display_name[:320],
        address=address,
        written=entity.primary_email,
        is_test=is_test,
        variant=variant,
        state=CampaignRecipient.State.SENT,
        message_id=f"{dice.getrandbits(120):030x}@{DOMAIN}",
        made_at=left,
        settled_at=left + timedelta(seconds=8),
    )
    if dice.random() < 0.02:
        row.state, row.error = (
            CampaignRecipient.State.FAILED,
            _("There is no such mailbox. Check the address for a typing error."),
        )
        return row
    if dice.random() < 0.015:
        row.returned_at = left + timedelta(minutes=3)
        return row
    chances = _BETTER if variant == "b" else _PLAIN
    read = left + timedelta(minutes=dice.randint(2, 2800))
    if dice.random() < chances.opened:
        row.opened_at = read
        if dice.random() < chances.clicked:
            row.clicked_at = read + timedelta(minutes=1)
        if dice.random() < chances.answered:
            row.answered_at = read + timedelta(minutes=dice.randint(5, 300))
    return row
