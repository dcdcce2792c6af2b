"""Organisations by the thousand, as a system that feeds us knows them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from apps.contacts.models import EmailAddress, Entity, PhoneNumber, Unit
from apps.contacts.selectors.folders import default_folder
from apps.contacts.services import copies, parts
from apps.contacts.services.inputs import EntityInput
from apps.contacts.services.journal import editing
from apps.contacts.signals import entities_created
from apps.core.services.operations import operate


def make_organisations(inputs: Sequence[EntityInput], *, verb: str, now: datetime) -> list[Entity]:
    """Make an organisation of each, in the folder called Everyone, in one operation and few statements.

    Taken are name, source, the first unit and its phones and e-mails; of these what can't be read is left out. The
    history holds the operation and no images of single fields. Returns them in the order of `inputs`.
    """
    if not inputs:
        return []
    folder = default_folder()
    aggregates, below = [], parts.Below()
    for data in inputs:
        entity = Entity(kind=Entity.Kind.ORGANISATION, name=data.name, folder=folder, source=data.source)
        entity.created_at = entity.modified_at = now
        its = parts.build_below(entity, data, None, {})
        aggregate = copies.Aggregate(entity, its.units, its.emails, its.phones)
        aggregate.derive(now.date())
        aggregates.append(aggregate)
        below.units += its.units
        below.emails += its.emails
        below.phones += its.phones
    made = Entity.objects.bulk_create([aggregate.entity for aggregate in aggregates], batch_size=1000)
    Unit.objects.bulk_create(below.units, batch_size=2000)
    EmailAddress.objects.bulk_create(below.emails, batch_size=2000)
    PhoneNumber.objects.bulk_create(below.phones, batch_size=2000)
    copies.write_tokens(aggregates, today=now.date())
    with operate(actor=None, verb=verb, now=now) as recorder:
        entities_created.send(sender=Entity, ids=[entity.pk for entity in made], operation=recorder.operation, now=now)
    return made


def rename_organisations(names: Sequence[tuple[int, str]], *, verb: str, now: datetime) -> None:
    """Give organisations (by id) other names, as the house itself. Those in the trash stay as they are."""
    there = set(Entity.objects.live().filter(pk__in=[pk for pk, _name in names]).values_list("pk", flat=True))
    wanted = {pk: name for pk, name in names if pk in there}
    if not wanted:
        return
    with editing(list(wanted), actor=None, verb=verb, now=now) as edit:
        for pk, name in wanted.items():
            edit.entities[pk].name = name
