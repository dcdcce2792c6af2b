"""The changes of one card, in one operation; where somebody changed the same field meanwhile they wait."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied, ValidationError

from apps.contacts.formats import vcard
from apps.contacts.formats.vcard.differences import Difference
from apps.contacts.formats.vcard.facts import Facts, facts_of, read_one
from apps.contacts.models import Entity
from apps.contacts.permissions import can_edit_entity
from apps.contacts.services.entities import update_entity
from apps.contacts.services.errors import InTrash
from apps.contacts.services.exports.cards import shared_cards
from apps.contacts.services.imports.limits import lengths_of
from apps.contacts.services.phone_edits.beside import set_categories_by_name, set_job, set_raw
from apps.contacts.services.phone_edits.details import change_list
from apps.contacts.services.photos import set_photo
from apps.core.services.operations import operate

if TYPE_CHECKING:
    from apps.accounts.models import User

VERB = "entity.synced"
_LISTS = ("emails", "phones", "links", "addresses")


@dataclass(frozen=True, slots=True)
class Clash:
    """A field that was changed on the phone and here, differently; what stands here stays until somebody chooses."""

    difference: Difference
    theirs: Any


def facts_now(entity: Entity) -> Facts:
    """What a phone would be told of `entity` now."""
    card = next(iter(shared_cards([entity])))
    card.jobs = [job for job in card.jobs if job.is_primary][:1] or card.jobs[:1]
    written = read_one(next(iter(vcard.write([card], version="3.0"))))
    return facts_of(written or card, kind=entity.kind)


def apply_differences(
    *, actor: User, entity: Entity, changes: Sequence[Difference], photo: bytes, now: datetime, overwrite: bool = False
) -> list[Clash]:
    """Bring `changes` into the contact and return those that clash; `overwrite` lets them win.

    What is there already needs nothing; details that somebody else has changed are kept beside the phone's. Raises
    PermissionDenied, InTrash, ValidationError.
    """
    with operate(actor=actor, verb=VERB, now=now):
        locked = Entity.objects.select_for_update(no_key=True).get(pk=entity.pk)
        if not can_edit_entity(actor, locked):
            raise PermissionDenied
        if locked.trashed_at or locked.merged_into_id:
            raise InTrash
        current = facts_now(locked)
        clashes = _texts(actor, locked, current, changes, now, overwrite=overwrite)
        for one in changes:
            if one.name == "job" and one.after != current.job:
                if overwrite or one.before == current.job:
                    set_job(actor=actor, person=locked, before=current.job, after=one.after, now=now)
                else:
                    clashes.append(Clash(one, current.job))
            elif one.name in _LISTS:
                change_list(actor=actor, entity=locked, change=one, current=current.lists[one.name], now=now)
            elif one.name == "raws":
                set_raw(actor=actor, entity=locked, before=one.before, after=one.after, now=now)
        set_categories_by_name(
            actor=actor, entity=locked, changes=[one for one in changes if one.name == "categories"], now=now
        )
        if photo:
            _photo(actor, locked, photo, now)
    return clashes


def _texts(
    actor: User, entity: Entity, current: Facts, changes: Sequence[Difference], now: datetime, *, overwrite: bool
) -> list[Clash]:
    clashes, fields = [], {}
    for one in changes:
        if one.name not in current.texts or one.after == current.texts[one.name]:
            continue
        if not overwrite and one.before != current.texts[one.name]:
            clashes.append(Clash(one, current.texts[one.name]))
        else:
            fields[one.name] = one.after[: lengths_of(Entity).get(one.name)]
    if fields:
        update_entity(actor=actor, entity=entity, fields=fields, expected_version=None, now=now)
    return clashes


def _photo(actor: User, entity: Entity, data: bytes, now: datetime) -> None:
    try:
        set_photo(actor=actor, entity=entity, content=data, now=now)
    except ValidationError:  # no picture that anybody can read: the one that is there stays
        return
