"""Editing entities: locked, checked, written down, with versions, copies and search words kept true."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet

from apps.contacts.models import Entity
from apps.contacts.permissions import can_edit_entity, can_view_entity
from apps.contacts.services import copies
from apps.contacts.services.errors import InTrash
from apps.contacts.signals import entities_created, entities_updated
from apps.core.models import Change
from apps.core.prepared import Prepared, blank_ids
from apps.core.services.operations import Recorder, diff, operate, record_type, snapshot

if TYPE_CHECKING:
    from apps.accounts.models import User
    from apps.core.services.operations.images import Image

# Fields of an entity that follow from others; no Change tells of them, and undo derives them anew.
DERIVED = frozenset((*copies.COPIES, "version", "modified_at", "modified_by", "is_restricted"))

_WANTED = blank_ids()


@Prepared
def _locked() -> QuerySet[Entity]:
    return Entity.objects.select_for_update(no_key=True).filter(pk__among=_WANTED).order_by("pk")


class Edit:
    """One operation on some locked entities. Report each write below them; the rest happens at its end."""

    def __init__(self, recorder: Recorder, *, actor: User | None, now: datetime) -> None:
        self.recorder = recorder
        self.actor = actor  # None: the house itself, which may do everything
        self.now = now
        self.entities: dict[int, Entity] = {}
        self._images: dict[int, Image] = {}
        self._new: dict[int, Entity] = {}
        self._notes: list[Change] = []
        self._touched: set[int] = set()

    def lock(self, edited: set[int], beside: set[int], *, even_in_trash: bool = False) -> None:
        """Lock entities in the order of their keys: those to be edited, and others that need only be seen.

        Raises PermissionDenied, InTrash.
        """
        wanted = (edited | beside) - self.entities.keys() - self._new.keys()
        if not wanted:
            return
        locked = _locked.ask({_WANTED: list(wanted)})
        for entity in locked:
            allowed = can_edit_entity if entity.pk in edited else can_view_entity
            if self.actor is not None and not allowed(self.actor, entity):
                raise PermissionDenied
            if not even_in_trash and (entity.trashed_at or entity.merged_into_id):
                raise InTrash
            self.entities[entity.pk] = entity
            self._images[entity.pk] = snapshot(entity)
        if len(locked) != len(wanted):
            raise PermissionDenied

    def made(self, entity: Entity) -> None:
        """`entity` is new and saved, with its copies; what is created below it belongs to the same version."""
        self._new[entity.pk] = entity
        self.created(entity, entity.pk)

    def created(self, part: Model, entity_id: int) -> None:
        """`part` is new and saved; it belongs to this entity."""
        image = {name: [None, value] for name, value in snapshot(part).items()}
        self._note(part, Change.Kind.CREATED, image, entity_id)

    def updated(self, part: Model, before: Image, entity_id: int) -> bool:
        """`part` is saved and was `before`; False if nothing differs."""
        differences = diff(before, snapshot(part))
        if differences:
            self._note(part, Change.Kind.UPDATED, differences, entity_id)
        return bool(differences)

    def removed(self, part: Model, entity_id: int) -> None:
        """`part` is about to be deleted and still has its key."""
        image = {name: [value, None] for name, value in snapshot(part).items()}
        self._note(part, Change.Kind.REMOVED, image, entity_id)

    def touch(self, entity_id: int) -> None:
        """Something that belongs to this entity too was changed."""
        self._touched.add(entity_id)

    def _note(self, part: Model, kind: Change.Kind, image: dict[str, list[object]], entity_id: int) -> None:
        self._notes.append(
            Change(record_type=record_type(part), record_id=part.pk, subject_id=entity_id, kind=kind, diff=image)
        )
        self._touched.add(entity_id)

    def entity(self, pk: int) -> Entity:
        """One that this edit has locked or made."""
        return self._new.get(pk) or self.entities[pk]

    def is_new(self, entity_id: int) -> bool:
        """Whether this edit has made it."""
        return entity_id in self._new

    def finish(self) -> None:
        """Save the entities that were changed or touched, with versions and copies, and hand over the Changes."""
        differences = {pk: _own_diff(self._images[pk], snapshot(entity)) for pk, entity in self.entities.items()}
        touched = [entity for pk, entity in self.entities.items() if differences[pk] or pk in self._touched]
        if touched:
            self._save(touched, differences)
        self._record(touched, differences)
        self._tell_employees(touched)
        self._announce(touched)

    def _save(self, touched: list[Entity], differences: dict[int, dict[str, list[object]]]) -> None:
        shaped = {change.subject_id for change in self._notes if _shapes_copies(change)}
        redated = any(change.record_type == "contacts.relationship" for change in self._notes if not _is_new(change))
        aggregates = copies.load([one for one in touched if redated or one.pk in shaped or differences[one.pk]])
        today = self.now.date()
        for aggregate in aggregates:
            aggregate.derive(today)
        for entity in touched:
            entity.version += 1
            entity.modified_at, entity.modified_by = self.now, self.actor
            after = snapshot(entity)
            entity.save(update_fields=diff(self._images[entity.pk], after).keys())
        copies.write_tokens(aggregates, today=today)

    def _announce(self, touched: list[Entity]) -> None:
        for signal, ids in ((entities_created, list(self._new)), (entities_updated, [one.pk for one in touched])):
            if ids:
                signal.send(sender=Entity, ids=ids, operation=self.recorder.operation, now=self.now)

    def _record(self, touched: list[Entity], differences: dict[int, dict[str, list[object]]]) -> None:
        told = {change.subject_id for change in self._notes}
        for entity in touched:
            # Also with nothing of its own to tell: the Change bears the version.
            if differences[entity.pk] or entity.pk not in told:
                own = Change(record_type=record_type(entity), record_id=entity.pk, subject_id=entity.pk)
                own.kind, own.diff = Change.Kind.UPDATED, differences[entity.pk]
                self._notes.append(own)
        for change in self._notes:
            subject = change.subject_id or 0
            new = self._new.get(subject)
            change.version_after = new.version if new else self.entities[subject].version
            change.version_before = None if new else change.version_after - 1
            self.recorder.add(change)

    def _tell_employees(self, touched: list[Entity]) -> None:
        renamed = [
            entity.pk
            for entity in touched
            if entity.is_organisation and entity.display_name != self._images[entity.pk]["display_name"]
        ]
        if renamed:
            copies.refresh(copies.employees_of(renamed), now=self.now)


@contextmanager
def editing(
    entities: Iterable[Entity | int],
    *,
    beside: Iterable[Entity | int] = (),
    actor: User | None,
    verb: str,
    now: datetime,
    even_in_trash: bool = False,
) -> Iterator[Edit]:
    """Lock these entities in the order of their keys and let the block change them and what lies below.

    Those `beside` them need only be seen by the actor: what ties them to the others is written, so their versions
    rise too. Raises PermissionDenied unless the actor may edit all `entities`, InTrash for what is in the trash or
    merged.
    """
    with operate(actor=actor, verb=verb, now=now) as recorder:
        edit = Edit(recorder, actor=actor, now=now)
        edit.lock(_ids(entities), _ids(beside), even_in_trash=even_in_trash)
        yield edit
        edit.finish()


def _is_new(change: Change) -> bool:
    return change.kind == Change.Kind.CREATED


def _shapes_copies(change: Change) -> bool:
    """Whether copies or search words may follow from this part; for a firm nothing does from who works there."""
    if change.record_type == "contacts.participant":
        return "target" not in (change.diff.get("side") or ())
    return change.record_type in ("contacts.unit", "contacts.emailaddress", "contacts.phonenumber", "contacts.entity")


def _own_diff(before: Image, after: Image) -> dict[str, list[object]]:
    return {name: pair for name, pair in diff(before, after).items() if name not in DERIVED}


def _ids(entities: Iterable[Entity | int]) -> set[int]:
    return {entity if isinstance(entity, int) else entity.pk for entity in entities}
