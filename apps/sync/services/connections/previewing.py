"""What a full round of an audience would do; nothing is done."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field

from apps.sync.connectors.mailchimp import mapping
from apps.sync.models import AudienceMember, Connection
from apps.sync.services.connections import options
from apps.sync.services.connections.audience import contacts_of
from apps.sync.services.connections.opting_out import opted_out
from apps.sync.services.connections.planning import payload_of, personas_of

State = AudienceMember.State
_SAMPLES = 3


@dataclass(frozen=True, slots=True)
class Preview:
    """What a full round would do: addresses to be added, changed maybe, taken out; contacts left out, and why.

    `refused` were so before: they are tried again when they change.
    """

    contacts: int
    added: int
    kept: int
    removed: int
    refused: int
    without_address: int
    doubles: int
    opted_out: int
    samples: Sequence[str] = field(default_factory=list)


def preview(connection: Connection) -> Preview:
    """Of an audience, by the contacts as they are now. Nothing is asked of the other side. Raises OutsideTrouble."""
    contacts = contacts_of(connection)
    first: dict[str, int] = {}
    without = doubles = 0
    for pk, typed in contacts.order_by("pk").values_list("pk", "primary_email").iterator(chunk_size=5000):
        address = mapping.address_of(typed)
        without += not address
        if address and first.setdefault(address, pk) != pk:
            doubles += 1
    opted = opted_out(first)
    wanted = first.keys() - opted
    by_pk = {pk: address for address, pk in first.items()}
    held = connection.members.filter(state__in=[State.REFUSED, State.DISMISSED], entity__isnull=False)
    refused = {by_pk[pk] for pk in held.values_list("entity", flat=True) if pk in by_pk} & wanted
    there = set(connection.members.standing().values_list("address", flat=True))
    return Preview(
        contacts=len(first) + doubles + without,
        added=len(wanted - there - refused),
        kept=len((wanted & there) - refused),
        removed=len(there - wanted),
        refused=len(refused),
        without_address=without,
        doubles=doubles,
        opted_out=len(opted),
        samples=_samples(connection, sorted(first[address] for address in wanted)[:_SAMPLES]),
    )


def _samples(connection: Connection, ids: Sequence[int]) -> list[str]:
    """What would leave the house of these contacts, to the letter."""
    chosen, personas = options.mailchimp(connection.options), personas_of(ids)
    rows = contacts_of(connection).filter(pk__in=ids).order_by("pk")
    payloads = [
        payload_of(entity, mapping.address_of(entity.primary_email), chosen, personas.get(entity.pk, ()))
        for entity in rows
    ]
    return [json.dumps(each, ensure_ascii=False, indent=2) for each in payloads]
