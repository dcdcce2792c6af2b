"""The text of cards: written once for each version and kept, also to compare with what comes back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from apps.contacts.formats import vcard
from apps.contacts.formats.records import Card, Raw
from apps.contacts.models import Entity
from apps.contacts.services.exports.cards import shared_cards
from apps.core.batch import portions
from apps.sync.models import CardChange, ServedCard
from apps.sync.selectors.cards import CardRow, etag_of

ETAG_LINE = "X-RAPPORT-ETAG"  # by which a card that comes back without If-Match says what it began with
KEPT_FOR = timedelta(days=60)
_FORMAT = "3.0"  # what iPhones and Android's programs read


def texts_of(rows: Sequence[CardRow], *, now: datetime) -> dict[int, str]:
    """The vCards of `rows` by entity, in a few statements for a thousand; those already written are read."""
    texts: dict[int, str] = {}
    for portion in portions(rows):
        etags = [row.etag for row in portion]
        kept = ServedCard.objects.filter(entity__in=[row.entity_id for row in portion], etag__in=etags)
        texts |= dict(kept.values_list("entity_id", "text"))
        texts |= _written([row for row in portion if row.entity_id not in texts], now)
    return texts


def served_text(entity_id: int, etag: str) -> str | None:
    """The card that this entity was served as under `etag`, or None where nobody knows it any more."""
    return ServedCard.objects.filter(entity=entity_id, etag=etag).values_list("text", flat=True).first()


def began_with(row: CardRow, etag: str, *, now: datetime) -> str | None:
    """The card that a phone changed, as `served_text`; of what it is now it is written anew where it was dropped."""
    if etag == row.etag:
        texts_of([row], now=now)
    return served_text(row.entity_id, etag)


def forget_old(*, now: datetime) -> int:
    """Drop cards that are newer elsewhere and changes that no token reaches back to; returns how many."""
    before = now - KEPT_FOR
    gone, _ = ServedCard.objects.filter(made_at__lt=before).delete()
    changes, _ = CardChange.objects.filter(changed_at__lt=before).delete()
    return gone + changes


def _written(rows: Sequence[CardRow], now: datetime) -> dict[int, str]:
    if not rows:
        return {}
    by_id = {row.entity_id: row for row in rows}
    entities = list(Entity.objects.filter(pk__in=by_id).select_related("photo", "owner").order_by("pk"))
    texts = {}
    served = []
    for entity, data in zip(entities, vcard.write(_cards(entities, by_id), version=_FORMAT), strict=True):
        texts[entity.pk] = text = data.decode()
        # Changed since the row was read: given, but kept under no ETag that it isn't the card of.
        if etag_of(entity) == by_id[entity.pk].etag:
            served.append(ServedCard(entity=entity, etag=by_id[entity.pk].etag, text=text, made_at=now))
    ServedCard.objects.bulk_create(served, ignore_conflicts=True, batch_size=500)
    return texts


def _cards(entities: Sequence[Entity], rows: dict[int, CardRow]) -> Iterable[Card]:
    for entity, card in zip(entities, shared_cards(entities), strict=True):
        card.uid = rows[entity.pk].uid
        card.jobs = [job for job in card.jobs if job.is_primary][:1] or card.jobs[:1]
        card.raw.append(Raw(ETAG_LINE, rows[entity.pk].etag))
        card.attributes = {}
        for unit in card.units:
            unit.attributes = {}
            for link in unit.links:
                link.username = ""
        yield card
