"""What a claim begins with where it comes from an unloading: what was noted there, with its photo and its shipment."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import UUID

from apps.crm.models import Claim, Order, Shipment, ShipmentItem, UnloadingAct
from apps.crm.services.claim_photos import Kept, size_of

if TYPE_CHECKING:
    from apps.accounts.models import User

_KINDS = {UnloadingAct.What.MISSING: Claim.Kind.MISSING, UnloadingAct.What.DAMAGED: Claim.Kind.DAMAGE}


@dataclass(frozen=True, slots=True)
class Beginning:
    values: dict[str, Any] = field(default_factory=dict)
    photos: list[Kept] = field(default_factory=list)


def from_unloading(key: str, order: Order, *, user: User) -> Beginning:
    """The form's first values after the note with this key; nothing for what is none of this order."""
    try:
        wanted = UUID(key)
    except ValueError:
        return Beginning()
    notes = UnloadingAct.objects.visible_to(user).filter(key=wanted, order=order, kind=UnloadingAct.Kind.NOTE)
    note = notes.select_related("file", "thumbnail").first()
    if note is None:
        return Beginning()
    values = {
        "construction": note.construction_id or "",
        "kind": _KINDS.get(UnloadingAct.What(note.what), Claim.Kind.OTHER),
        "text": note.text,
        "shipment": note.shipment_id,
    }
    if note.file is None or note.thumbnail is None:
        return Beginning(values)
    return Beginning(values, [Kept(note.file.pk, note.thumbnail.pk, *size_of(note.file))])


def carrying(shipment_id: int | None, order: Order, *, user: User) -> Shipment | None:
    """The shipment of this id, if it had goods of `order` on board."""
    if shipment_id is None:
        return None
    on_board = ShipmentItem.objects.visible_to(user).filter(order=order).values("shipment")
    return Shipment.objects.visible_to(user).filter(pk=shipment_id, pk__in=on_board).first()
