"""The trash: contacts put in and taken out; after 30 days a command removes them for good."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import F, QuerySet

from apps.accounts.models import User
from apps.contacts.models import Entity, Participant, Relationship, SearchToken
from apps.contacts.services import copies
from apps.contacts.signals import entities_purged, entities_purging, entities_restored, entities_trashed
from apps.core.batch import portions
from apps.core.models import Change
from apps.core.services.operations import Recorder, operate
from apps.core.services.operations.images import to_json

KEPT_FOR = timedelta(days=30)


def trash_entities(*, actor: User, ids: Iterable[int], now: datetime) -> int:
    """Put these contacts into the trash and return how many weren't there yet. Restorable for 30 days.

    Raises PermissionDenied unless the actor may edit them all.
    """
    wanted = set(ids)
    with operate(actor=actor, verb="entities.trashed", now=now) as recorder:
        locked = _lock(actor, wanted)
        return trash_portion(recorder, actor, [one for one in locked if one.trashed_at is None], now)


def restore_entities(*, actor: User, ids: Iterable[int], now: datetime) -> int:
    """Take these contacts out of the trash and return how many lay there. Raises PermissionDenied."""
    wanted = set(ids)
    with operate(actor=actor, verb="entities.restored", now=now) as recorder:
        lying = [one for one in _lock(actor, wanted) if one.trashed_at is not None and one.merged_into_id is None]
        _mark(recorder, actor, lying, now, trashed=False)
        restored = [one.pk for one in lying]
        if restored:
            copies.refresh(restored, now=now)
            entities_restored.send(sender=Entity, ids=restored, operation=recorder.operation, now=now)
        return len(restored)


def trash_portion(recorder: Recorder, actor: User, entities: Sequence[Entity], now: datetime) -> int:
    """Part of a larger operation: trash these locked entities, with a few statements for all."""
    ids = [one.pk for one in entities]
    if ids:
        _mark(recorder, actor, entities, now, trashed=True)
        SearchToken.objects.filter(entity__in=ids)._raw_delete(SearchToken.objects.db)
        entities_trashed.send(sender=Entity, ids=ids, operation=recorder.operation, now=now)
    return len(ids)


def purge_trash(*, now: datetime) -> int:
    """Remove for good what has lain in the trash for 30 days, and return how many.

    Not those that a user or anything of another app hangs on; their Changes stay.
    """
    due = Entity.objects.trashed().filter(trashed_at__lt=now - KEPT_FOR, user__isnull=True)
    removed = 0
    for portion in portions(list(due.order_by("pk").values_list("pk", flat=True)), 500):
        with operate(actor=None, verb="entities.purged", now=now, undoable=False, keep=True) as recorder:
            gone = remove_for_good(due.filter(pk__in=portion))
            if gone:
                entities_purged.send(sender=Entity, ids=gone, operation=recorder.operation, now=now)
            removed += len(gone)
    return removed


def remove_for_good(entities: QuerySet[Entity]) -> list[int]:
    """Delete rows of entities with all below them; one that something else points to firmly stays."""
    gone: list[int] = []
    for entity in entities.select_for_update().order_by("pk"):
        pk = entity.pk
        try:
            with transaction.atomic():
                entities_purging.send(sender=Entity, ids=[pk])
                ties = list(Participant.objects.filter(entity=entity).values_list("relationship_id", flat=True))
                SearchToken.objects.filter(entity=entity)._raw_delete(SearchToken.objects.db)
                entity.delete()
                _drop_one_sided(ties)
        except IntegrityError:  # also ProtectedError and RestrictedError
            continue
        gone.append(pk)
    return gone


def _drop_one_sided(relationship_ids: Iterable[int]) -> None:
    """A tie that has lost one of its sides ties nobody."""
    for relationship in Relationship.objects.filter(pk__in=list(relationship_ids)):
        if len(set(relationship.participants.values_list("side", flat=True))) < 2:
            relationship.delete()


def _lock(actor: User, ids: set[int]) -> list[Entity]:
    locked = list(Entity.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk"))
    if Entity.objects.editable_by(actor).filter(pk__in=ids).count() != len(ids):
        raise PermissionDenied
    return locked


def _mark(recorder: Recorder, actor: User, entities: Sequence[Entity], now: datetime, *, trashed: bool) -> None:
    """Set or clear the trash mark of locked entities, with versions and Changes."""
    at, by = (now, actor.pk) if trashed else (None, None)
    stamp = Entity._meta.get_field("trashed_at")
    for one in entities:
        diff = {
            "trashed_at": [to_json(stamp, one.trashed_at), to_json(stamp, at)],
            "trashed_by": [one.trashed_by_id, by],
        }
        recorder.add(
            Change(
                record_type="contacts.entity",
                record_id=one.pk,
                subject_id=one.pk,
                kind=Change.Kind.UPDATED,
                diff=diff,
                version_before=one.version,
                version_after=one.version + 1,
            )
        )
    Entity.objects.filter(pk__in=[one.pk for one in entities]).update(
        trashed_at=at, trashed_by=by, version=F("version") + 1, modified_at=now, modified_by=actor
    )
