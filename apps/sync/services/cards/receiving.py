"""Cards that come from phones: made, changed, moved, put into the trash."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Q

from apps.accounts.preferences import country_of, preferences_of
from apps.contacts.formats.records import Card
from apps.contacts.formats.vcard.differences import differences
from apps.contacts.formats.vcard.facts import Facts, facts_of, read_one
from apps.contacts.models import Entity, ExternalUid, Folder
from apps.contacts.permissions import can_create_in
from apps.contacts.services.entities import update_entity
from apps.contacts.services.imports.context import Choices, Context
from apps.contacts.services.imports.portions import Portions
from apps.contacts.services.phone_edits import apply_differences
from apps.contacts.services.trash import trash_entities
from apps.core.models import Operation
from apps.core.services.operations import operate
from apps.sync.selectors.cards import SOURCE, CardRow, card_rows_at
from apps.sync.services.cards.clashes import forget_clashes, keep_clashes
from apps.sync.services.cards.serving import ETAG_LINE, began_with
from apps.sync.services.phone_guards import count_deletion, wait_for

if TYPE_CHECKING:
    from apps.accounts.models import User

VERB = "entity.synced"
MOST_DELETED = 200  # contacts an hour and device


@transaction.atomic
def put_card(*, actor: User, device: str, folder_id: int, href: str, data: bytes, base: str, now: datetime) -> CardRow:
    """Keep the vCard in `data` as the card `href` of a book and return what it is now.

    A contact that is there is changed by what differs from the card served under the ETag `base`; without a base
    nothing is taken away. Fields that were changed here as well wait in the user's list of clashes. Raises
    PermissionDenied, ValidationError for what is no card.
    """
    card = read_one(data)
    if card is None:
        raise ValidationError("There is no vCard that can be read.")
    wait_for(f"{folder_id}:{href}")
    row = card_rows_at(actor, folder_id, {href}).get(href)
    if row is None:
        _create(actor, folder_id, href, card, now)
    else:
        _change(actor, device, row, card, base or _etag_in(card), now)
    return card_rows_at(actor, folder_id, {href})[href]


def delete_card(*, actor: User, device_id: int, folder_id: int, href: str, now: datetime) -> None:
    """Put the contact into the trash; one that isn't there needs nothing. Raises PermissionDenied, TooManyDeleted."""
    row = card_rows_at(actor, folder_id, {href}).get(href)
    if row is None:
        return
    count_deletion(device_id, "contacts", most=MOST_DELETED)
    trash_entities(actor=actor, ids=[row.entity_id], now=now)


@transaction.atomic
def move_card(*, actor: User, folder_id: int, href: str, to_folder_id: int, to_href: str, now: datetime) -> None:
    """Put the contact into another folder, where the phone knows it as `to_href`. Raises PermissionDenied."""
    row = card_rows_at(actor, folder_id, {href}).get(href)
    if row is None or card_rows_at(actor, to_folder_id, {to_href}):
        raise PermissionDenied
    entity = Entity.objects.get(pk=row.entity_id)
    update_entity(actor=actor, entity=entity, fields={"folder": to_folder_id}, expected_version=None, now=now)
    _name(entity, to_folder_id, to_href, row.uid)


@transaction.atomic
def refused_card(*, actor: User, device: str, folder_id: int, href: str, data: bytes, base: str, now: datetime) -> None:
    """A card that came too late (412): what it would have changed waits for its user to choose."""
    row = card_rows_at(actor, folder_id, {href}).get(href)
    card = read_one(data)
    served = began_with(row, base, now=now) if row else None
    if row is None or card is None or served is None:
        return
    entity = Entity.objects.get(pk=row.entity_id)
    keep_clashes(
        actor=actor,
        entity=entity,
        device=device,
        changes=differences(_facts(served, entity), facts_of(card, kind=entity.kind)),
        now=now,
    )


def _create(actor: User, folder_id: int, href: str, card: Card, now: datetime) -> None:
    folder = Folder.objects.get(pk=folder_id)
    if not can_create_in(actor, folder):
        raise PermissionDenied
    uid = card.uid
    card.folder = card.owner_email = ""
    card.raw = [raw for raw in card.raw if raw.name != ETAG_LINE]
    with operate(actor=actor, verb=VERB, now=now, keep=True) as recorder:
        choices = Choices(folder=folder, region=country_of(preferences_of(actor)))
        portions = Portions(Context(actor=actor, operation=recorder.operation, choices=choices, now=now))
        portions.fields.load()
        draft = portions.draft(card)
        draft.values["source"] = SOURCE
        outcome = portions.make_all([draft])
        Operation.objects.filter(pk=recorder.operation.pk).update(done=len(outcome.created), total=len(outcome.created))
    _name(Entity.objects.get(pk=draft.entity_id), folder_id, href, uid)


def _name(entity: Entity, folder_id: int, href: str, uid: str) -> None:
    """Remember what the phone calls it in this folder, unless it uses our own names.

    By its names in other folders phones learn that it is there no more.
    """
    ExternalUid.objects.filter(Q(entity=entity) | Q(href=href), folder=folder_id, source=SOURCE).delete()
    if href != f"{entity.uid}.vcf" or uid != str(entity.uid):
        ExternalUid.objects.create(
            entity=entity, folder_id=folder_id, source=SOURCE, uid=uid or str(entity.uid), href=href
        )


def _change(actor: User, device: str, row: CardRow, card: Card, base: str, now: datetime) -> None:
    entity = Entity.objects.get(pk=row.entity_id)
    served = began_with(row, base, now=now) if base else None
    before = _facts(served, entity) if served else None
    after = facts_of(card, kind=entity.kind)
    changes = differences(before, after)
    photo = after.photo if before is None or after.photo != before.photo else b""
    if changes or photo:
        clashes = apply_differences(actor=actor, entity=entity, changes=changes, photo=photo, now=now)
        waiting = [clash.difference for clash in clashes]
        keep_clashes(actor=actor, entity=entity, device=device, changes=waiting, now=now)
        taken = [change for change in changes if change not in waiting]
        forget_clashes(actor=actor, entity=entity, changes=taken, now=now)


def _facts(text: str, entity: Entity) -> Facts:
    card = read_one(text.encode())
    return facts_of(card, kind=entity.kind) if card else Facts()


def _etag_in(card: Card) -> str:
    """The version that a card itself says it came from, where its program kept that line and sent no If-Match."""
    found: Sequence[str] = [raw.value for raw in card.raw if raw.name == ETAG_LINE]
    return found[0] if found else ""
