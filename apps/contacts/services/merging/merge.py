"""Several contacts become one, in one operation that can be taken back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.contacts.models import DuplicatePair, Entity
from apps.contacts.services import copies
from apps.contacts.services.journal import Edit, editing
from apps.contacts.services.merging import values
from apps.contacts.services.merging.below import drop_inner_ties, move_ties, move_units
from apps.contacts.services.merging.places import narrowest
from apps.core.models import Operation
from apps.core.refusals import Refused
from apps.core.services.operations.moves import move_all, note_move, refusal, settle_all

MOST = 10  # contacts that become one at once


class MergeRefused(Refused):
    """These contacts can't be one, or were changed since they were looked at; the text is fit for a person."""


@transaction.atomic
def merge_entities(
    *,
    actor: User,
    winner: Entity,
    losers: Sequence[Entity],
    take: Mapping[str, int],
    expected_versions: Mapping[int, int],
    now: datetime,
) -> Operation:
    """Let `winner` be all that `losers` were; everything tied to them moves, and their addresses lead to it.

    `take` names the contact whose value is kept, by field ("last_name", "attributes.KEY"; `values.BOTH` of notes); of
    others the first value there is. `expected_versions` are those that the actor saw, by id; without them anything
    goes. The winner goes into the narrowest of their folders. Undone by `operations.undo`. Raises PermissionDenied
    unless the actor may edit all of them, InTrash, MergeRefused.
    """
    with editing([winner, *losers], actor=actor, verb="entities.merged", now=now) as edit:
        entities = [edit.entities[one.pk] for one in (winner, *losers)]
        _check(entities, expected_versions)
        operation = edit.recorder.operation
        operation.parameters = {"root": "contacts.entity", "merged": [[winner.pk, one.pk] for one in losers]}
        operation.save(update_fields=["parameters"])
        values.apply(entities, take)
        entities[0].folder_id = folder_of(entities)
        drop_inner_ties(edit, entities)
        others: set[int] = set()
        for loser in entities[1:]:
            others |= _absorb(edit, entities[0], loser)
    Entity.objects.filter(pk__in=others).update(version=F("version") + 1)
    settle_all([one.pk for one in entities], now)
    return operation


def folder_of(entities: Sequence[Entity]) -> int:
    """Where these contacts go together. Raises MergeRefused where each place shows one of them to somebody new."""
    found = narrowest([one.folder_id for one in entities])
    if found is None:
        text = _("Their folders are seen by different people. Put them into one folder first.")
        raise MergeRefused(text)
    return found


def why_not(entities: Sequence[Entity]) -> str:
    """Why the first of these can't take up the others, in words; "" if it can."""
    winner, *losers = entities
    if len({one.kind for one in entities}) > 1:
        return _("A person and an organisation can't be one.")
    if len({one.pk for one in entities}) != len(entities) or not losers or len(entities) > MOST:
        return _("Choose two to %(count)s different contacts.") % {"count": MOST}
    for loser in losers:
        if loser.user_id is not None and winner.user_id is not None:
            return _("Each of them signs in here: they are two colleagues.")
        if loser.user_id is not None:
            return _("%(name)s signs in here, so keep that one.") % {"name": loser.display_name}
    if words := refusal([one.pk for one in entities]):
        return words
    try:
        folder_of(entities)
    except MergeRefused as refused:
        return str(refused)
    return ""


def best_order(entities: Sequence[Entity]) -> list[Entity]:
    """The one to keep first: who can take up the others at all, and of those the one that is there longest."""
    oldest = sorted(entities, key=lambda one: (one.created_at, one.pk))
    able = (one for one in oldest if not why_not([one, *(other for other in oldest if other is not one)]))
    first = next(able, oldest[0])
    return [first, *(one for one in oldest if one is not first)]


def _check(entities: Sequence[Entity], expected: Mapping[int, int]) -> None:
    if any(expected.get(one.pk, one.version) != one.version for one in entities):
        raise MergeRefused(_("One of them was changed in the meantime. Look at them again."))
    if words := why_not(entities):
        raise MergeRefused(words)


def _absorb(edit: Edit, winner: Entity, loser: Entity) -> set[int]:
    operation = edit.recorder.operation
    move_units(edit, winner, loser)
    others = move_ties(edit, winner, loser)
    move_all(operation=operation, winner_id=winner.pk, loser_id=loser.pk, now=edit.now)
    pair = Q(left=winner.pk, right=loser.pk) | Q(left=loser.pk, right=winner.pk)
    note_move(
        operation=operation,
        loser_id=loser.pk,
        rows=DuplicatePair.objects.filter(pair),
        field="state",
        value=DuplicatePair.State.MERGED.value,
    )
    loser.merged_into = winner
    edit.touch(winner.pk)
    edit.touch(loser.pk)
    return others


def derive_anew(ids: Sequence[int], now: datetime) -> None:
    """What follows from rows that were moved between these contacts."""
    renamed = copies.refresh(ids, now=now)
    firms = {*renamed, *Entity.objects.organisations().filter(pk__in=ids).values_list("pk", flat=True)}
    if firms:
        copies.refresh(copies.employees_of(firms), now=now)
