"""What a claim is about: the parts one can name, and all that a dealer needn't type because we know it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Q

from apps.crm.drawing.parts import Part, Scheme, kind_title, read_scheme, usual_parts
from apps.crm.models import Claim, ClaimPart, ClaimSubject, Construction, Order, OrderEvent, Shipment, ShipmentItem

if TYPE_CHECKING:
    from apps.accounts.models import User

CARRIED = (Shipment.State.ON_THE_WAY, Shipment.State.DONE)


@dataclass(frozen=True, slots=True)
class Known:
    """What we know of an order's construction, or of the order. `source` and `batch_id` are of the feed."""

    order: Order
    construction: Construction | None
    shipment: Shipment | None  # the newest that carried it
    source: str = ""
    batch_id: int | None = None


@dataclass(frozen=True, slots=True)
class Mark:
    """A part that a claim names, in the reader's words."""

    number: int
    part: str
    kind: str
    kind_title: str
    name: str


@dataclass(frozen=True, slots=True)
class Subject:
    """What stands marked on a claim. `scheme` is the drawing as it was then, None where there was none."""

    scheme: Scheme | None
    marks: Sequence[Mark]
    source: str
    batch_id: int | None


def what_is_known(order: Order, construction: Construction | None, user: User) -> Known:
    """`order` is one that `user` sees; three queries."""
    items = ShipmentItem.objects.visible_to(user).filter(order=order)
    if construction is not None:
        items = items.filter(Q(construction=construction) | Q(construction__isnull=True))
    carried = Shipment.objects.visible_to(user).filter(state__in=CARRIED, pk__in=items.values("shipment"))
    shipment = carried.order_by("-planned_on", "-pk").first()
    if construction is None:
        return Known(order, None, shipment)
    told = OrderEvent.objects.visible_to(user).filter(order=order, record=f"construction:{construction.plant_key}")
    newest = told.filter(is_stale=False).order_by("-version").values_list("source", "batch_id").first()
    source, batch_id = newest or ("", None)
    return Known(order, construction, shipment, source, batch_id)


def parts_of(construction: Construction | None) -> tuple[Part, ...]:
    """The parts that a claim about it can name: those of its drawing, else what such a construction usually has."""
    if construction is None:
        return ()
    scheme = read_scheme(construction.scheme)
    return scheme.parts if scheme and scheme.parts else usual_parts(construction.kind)


def subject_of(claim: Claim, marks: Sequence[ClaimPart]) -> Subject:
    """`claim` comes with its subject, which is none for claims about a whole order; names are the reader's."""
    subject: ClaimSubject | None = getattr(claim, "subject", None)
    scheme = read_scheme(subject.scheme) if subject else None
    return Subject(
        scheme if scheme and scheme.parts else None,
        [_mark(each, scheme) for each in sorted(marks, key=lambda mark: mark.number)],
        subject.source if subject else "",
        subject.batch_id if subject else None,
    )


def marks_of(claim: Claim, user: User) -> list[ClaimPart]:
    return list(ClaimPart.objects.visible_to(user).filter(claim=claim))


def _mark(row: ClaimPart, scheme: Scheme | None) -> Mark:
    drawn = scheme.part(row.part) if scheme else None
    title = kind_title(row.kind)
    name = drawn.name if drawn else (title if row.part.startswith("usual-") else row.label or title)
    return Mark(drawn.number if drawn else row.number, row.part, row.kind, title, name)
