"""Keeping with each stop what is foreseen for it, and what its dealer's people signed there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping

from apps.core import clock
from apps.crm.models import ShipmentStop, UnloadingAct
from apps.crm.outlooks import Place, outlook
from apps.crm.services.dealer_feed.noting import note_changes

Signatures = Mapping[tuple[int, int], UnloadingAct]  # by shipment and dealer
FORESEEN = ("expected_from", "expected_to", "outlook")


def signatures_of(shipment_ids: Collection[int]) -> dict[tuple[int, int], UnloadingAct]:
    """The signature that holds, for each delivery that was signed for."""
    signed = UnloadingAct.objects.filter(shipment__in=shipment_ids, kind=UnloadingAct.Kind.SIGNATURE)
    return {(act.shipment_id, act.dealer_id): act for act in signed.order_by("happened_at", "key")}


def foresee(stops: Iterable[ShipmentStop], signed: Signatures) -> None:
    """Fill in the outlook of these, which are all stops of their shipments. Nothing is saved.

    A stop that its dealer signed for is done, though the plant hasn't told yet.
    """
    voyages: dict[int, list[ShipmentStop]] = defaultdict(list)
    for stop in stops:
        voyages[stop.shipment_id].append(stop)
    for voyage in voyages.values():
        places = [_place(stop, signed.get((stop.shipment_id, stop.dealer_id))) for stop in voyage]
        for stop in voyage:
            found = outlook(places, stop.position)
            stop.expected_from, stop.expected_to = found.expected_from, found.expected_to
            stop.outlook = found.told()


def keep_signed(stops: Iterable[ShipmentStop], signed: Signatures) -> None:
    """Fill in who signed, before whomever the plant names: the signature itself stands beside it. Nothing is saved."""
    for stop in stops:
        act = signed.get((stop.shipment_id, stop.dealer_id))
        if act is not None:
            stop.signed_by = act.name


def keep_proofs(stops: Iterable[ShipmentStop], signed: Signatures) -> None:
    """The signature stands with the stop as its proof, wherever in the voyage that is now."""
    for stop in stops:
        act = signed.get((stop.shipment_id, stop.dealer_id))
        if act is not None:
            ShipmentStop.objects.filter(pk=stop.pk).exclude(proof=act.file_id).update(proof=act.file_id)


def refresh(shipment_id: int) -> None:
    """Work all of it out anew for one shipment, whose row is locked."""
    stops = list(ShipmentStop.objects.filter(shipment=shipment_id).order_by("position"))
    signed = signatures_of([shipment_id])
    foresee(stops, signed)
    keep_signed(stops, signed)
    ShipmentStop.objects.bulk_update(stops, ["signed_by", *FORESEEN])
    keep_proofs(stops, signed)
    note_changes(now=clock.now(), shipments=[shipment_id])  # their dealers' programs hear who signed


def _place(stop: ShipmentStop, act: UnloadingAct | None) -> Place:
    done_at = stop.done_at or (min(act.happened_at, act.received_at) if act else None)
    return Place(stop.position, stop.window_from, stop.window_to, done_at, stop.city)
