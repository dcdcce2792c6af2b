"""What people do where a truck unloads, taken in as often as it is sent and counted once."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any, Literal
from uuid import UUID

import msgspec
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from msgspec import Meta, Struct

from apps.core import live
from apps.core.database_roles import as_house
from apps.core.services import files
from apps.core.services.files import Upload
from apps.crm.models import DeliveryLink, Shipment, ShipmentItem, ShipmentStop, UnloadingAct
from apps.crm.permissions.claims import may_speak_for
from apps.crm.selectors.delivery_days import DeliveryDay, Goods
from apps.crm.services import outlooks
from apps.crm.services.claim_photos import keep_photos
from apps.crm.services.signatures import MOST_BYTES, clean_signature

if TYPE_CHECKING:
    from apps.accounts.models import User

MOST_AT_ONCE = 100
MOST_ACTS = 2000  # of one delivery
MOST_PICTURES = 60
_CLOCK = timedelta(days=1), timedelta(days=14)  # how far a phone's clock may be ahead, and how late an act may come
_Id = Annotated[int, Meta(ge=1, le=2**63 - 1)]
Kind = UnloadingAct.Kind


class Act(Struct, kw_only=True, frozen=True):
    """What a phone sends of one act. `at` is aware; `count` is how many pieces are there in all."""

    key: UUID
    kind: UnloadingAct.Kind
    at: Annotated[datetime, Meta(tz=True)]
    order: _Id | None = None
    construction: _Id | None = None
    count: Annotated[int, Meta(ge=0, le=100_000)] | None = None
    what: Literal["", "missing", "damaged"] = ""
    text: Annotated[str, Meta(max_length=1000)] = ""
    name: Annotated[str, Meta(max_length=120)] = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """`state` is "kept", "known" (it was there already) or "refused", with the reason."""

    key: str
    state: str
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class Hand:
    """Who acts: one of the dealer's people, or whoever holds a link that is alive."""

    user: User | None = None
    link: DeliveryLink | None = None

    def may_act(self, dealer_id: int) -> bool:
        if self.link is not None:
            return self.link.dealer_id == dealer_id
        return self.user is not None and may_speak_for(self.user, dealer_id)

    @property
    def name(self) -> str:
        return self.link.label if self.link is not None else str(self.user)


def take_acts(
    *, hand: Hand, delivery: DeliveryDay, acts: Sequence[object], uploads: Mapping[str, Upload], now: datetime
) -> list[Answer]:
    """Keep what is new of `acts` (as parsed from JSON); one that is refused doesn't hold up the others.

    `delivery` was read as one that the hand sees; `uploads` are pictures by the act's key. Raises PermissionDenied.
    """
    if not hand.may_act(delivery.stop.dealer_id):
        raise PermissionDenied
    answers = []
    rows: dict[UUID, UnloadingAct] = {}
    known = _known(acts[:MOST_AT_ONCE], delivery)
    pictures = sum(1 for act in delivery.acts if act.file_id)
    for raw in acts[:MOST_AT_ONCE]:
        key = str(raw.get("key", ""))[:60] if isinstance(raw, dict) else ""
        try:
            act = _read(raw)
            if act.key in known or act.key in rows:
                answers.append(Answer(key, "known"))
                continue
            _check(act, delivery, now)
            if len(delivery.acts) + len(rows) >= MOST_ACTS or (str(act.key) in uploads and pictures >= MOST_PICTURES):
                raise ValidationError(_("There is too much for this delivery already."))
            rows[act.key] = _row(act, hand, delivery, uploads.get(str(act.key)), now)
            pictures += bool(rows[act.key].file_id)
            answers.append(Answer(key, "kept"))
        except ValidationError as error:
            answers.append(Answer(key, "refused", " ".join(error.messages)))
    refused = _insert(delivery.shipment, list(rows.values()))
    return [_foreign(each) if each.state == "kept" and each.key.lower() in refused else each for each in answers]


def _read(raw: object) -> Act:
    try:
        return msgspec.convert(raw, Act)
    except (msgspec.ValidationError, ValueError) as error:
        raise ValidationError(_("This could not be understood.")) from error


def _known(acts: Sequence[object], delivery: DeliveryDay) -> set[UUID]:
    return {act.key for act in delivery.acts} if acts else set()


def _check(act: Act, delivery: DeliveryDay, now: datetime) -> None:
    if delivery.is_cancelled:
        raise ValidationError(_("This delivery was cancelled."))
    if not delivery.may_unload:
        raise ValidationError(_("This delivery is not on its day."))
    if act.kind in (Kind.TICK, Kind.NOTE):
        goods: Goods = (act.order or 0, act.construction)
        line = next((each for each in delivery.lines if _goods(each.order.pk, each.construction) == goods), None)
        if line is None:
            raise ValidationError(_("This is not on board for you any more."))
        if act.kind == Kind.TICK and (act.count is None or act.count > line.quantity):
            raise ValidationError(_("There are %(count)s pieces of it.") % {"count": line.quantity})
    if act.kind == Kind.NOTE and not act.what:
        raise ValidationError(_("Say whether something is missing or damaged."))
    if act.kind == Kind.SIGNATURE and not _clean(act.name):
        raise ValidationError(_("Write the name of whoever signs."))


def _row(act: Act, hand: Hand, delivery: DeliveryDay, upload: Upload | None, now: datetime) -> UnloadingAct:
    ahead, late = _CLOCK
    has_goods = act.kind in (Kind.TICK, Kind.NOTE)
    row = UnloadingAct(
        key=act.key,
        shipment=delivery.shipment,
        dealer_id=delivery.stop.dealer_id,
        kind=act.kind,
        order_id=act.order if has_goods else None,
        construction_id=act.construction if has_goods else None,
        what=act.what if act.kind == Kind.NOTE else "",
        count=act.count if has_goods else None,
        text=_clean(act.text),
        name=_clean(act.name) if act.kind == Kind.SIGNATURE else "",
        happened_at=act.at if now - late <= act.at <= now + ahead else now,
        received_at=now,
        author=hand.user if hand.link is None else None,
        author_name=hand.name,
        link=hand.link,
    )
    if act.kind == Kind.SIGNATURE:
        if upload is None or (upload.size or 0) > MOST_BYTES:
            raise ValidationError(_("The signature is missing or too large."))
        with as_house():
            row.file = files.store(clean_signature(upload.read()), mime_type="image/png", now=now)
    elif upload is not None and act.kind in (Kind.NOTE, Kind.PHOTO):
        kept, complaints = keep_photos([upload], now=now)
        if complaints:
            raise ValidationError(complaints[0])
        row.file_id, row.thumbnail_id = kept[0].file_id, kept[0].thumbnail_id
    elif act.kind == Kind.PHOTO:
        raise ValidationError(_("The photo is missing."))
    return row


def _insert(shipment: Shipment, rows: list[UnloadingAct]) -> set[str]:
    """Write these, and what follows from them; returns keys that stand with another delivery."""
    if not rows:
        return set()
    with as_house(), transaction.atomic():
        Shipment.objects.select_for_update(no_key=True).get(pk=shipment.pk)
        UnloadingAct.objects.bulk_create(rows, ignore_conflicts=True)
        keys = {row.key for row in rows}
        ours = UnloadingAct.objects.filter(shipment=shipment, dealer=rows[0].dealer_id, key__in=keys)
        there = set(ours.values_list("key", flat=True))
        if any(row.kind == Kind.SIGNATURE for row in rows):
            outlooks.refresh(shipment.pk)
        photo = next((row for row in rows if row.kind == Kind.PHOTO and row.key in there), None)
        if photo is not None:
            stops = ShipmentStop.objects.filter(shipment=shipment, dealer=photo.dealer_id, proof=None)
            stops.update(proof=photo.file_id)
        _tell(shipment.pk, None if any(row.kind == Kind.SIGNATURE for row in rows) else [rows[0].dealer_id])
    return {str(key) for key in keys - there}


def _tell(shipment_id: int, dealer_ids: Collection[int] | None) -> None:
    """Open pages of these dealers, or of all on board: orders of this shipment look different now."""
    items = ShipmentItem.objects.filter(shipment=shipment_id, order__approved_at__isnull=False)
    if dealer_ids is not None:
        items = items.filter(dealer__in=dealer_ids)
    told: dict[int, set[int]] = {}
    for dealer_id, order_id in items.values_list("dealer_id", "order_id"):
        told.setdefault(dealer_id, set()).add(order_id)
    events: list[tuple[str, str, dict[str, Any]]] = [
        (f"dealer:{dealer_id}", "orders-changed", {"ids": sorted(orders), "stages": {}})
        for dealer_id, orders in sorted(told.items())
    ]
    live.publish_many(events)


def _foreign(answer: Answer) -> Answer:
    return Answer(answer.key, "refused", _("This could not be understood."))


def _goods(order_id: int, construction: Any) -> Goods:
    return order_id, construction.pk if construction else None


def _clean(text: str) -> str:
    """One line that the database takes."""
    return " ".join(text.replace("\x00", "").encode("utf-8", "ignore").decode().split())
