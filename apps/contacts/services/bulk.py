"""Many contacts at once: planned when the click comes, applied in portions, undone exactly."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.db.models import F, Q
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.accounts.permissions import is_staff_member
from apps.contacts.models import Category, Entity, EntityCategory, Folder
from apps.contacts.models.entities import EntityQuerySet
from apps.contacts.models.rights import rights_of
from apps.contacts.permissions import can_create_in
from apps.contacts.services.categories import mark_restricted
from apps.contacts.services.trash import trash_portion
from apps.contacts.signals import entities_updated
from apps.core import clock
from apps.core.batch import portions
from apps.core.models import Change, Operation
from apps.core.services.operations import OperationFailed, Progress, Recorder, operate, start

RUNNER = "contacts.bulk"
INLINE_LIMIT = 200
MOST = 250_000
_PORTION = 1000


@dataclass(frozen=True, slots=True)
class BulkAction:
    """What is to be done: "move" (value: folder id), "add_category", "remove_category" (category id), "give" (user
    id, None: to nobody), "trash" (no value)."""

    name: str
    value: int | None = None

    @property
    def verb(self) -> str:
        return _VERBS[self.name]

    @property
    def target(self) -> int:
        """The value of an action that needs one; 0 is nobody's id."""
        return self.value or 0


@dataclass(frozen=True, slots=True)
class BulkPlan:
    """What an action would do to the chosen contacts as they are now."""

    chosen: int
    changing: int
    forbidden: int  # seen, but not to be edited

    @property
    def unchanged(self) -> int:
        return self.chosen - self.changing - self.forbidden


_VERBS = {
    "move": "entities.moved",
    "add_category": "entities.category_added",
    "remove_category": "entities.category_removed",
    "give": "entities.given",
    "trash": "entities.trashed",
}


def plan_bulk(*, actor: User, action: BulkAction, chosen: EntityQuerySet) -> BulkPlan:
    """Say what `action` would change; nothing is written. Raises PermissionDenied, ValidationError."""
    check_action(actor, action)
    scope = _own(actor, chosen)
    editable = scope.filter(pk__in=Entity.objects.editable_by(actor).values("pk"))
    total, forbidden = scope.count(), scope.count() - editable.count()
    return BulkPlan(total, editable.filter(_differs(action)).count(), forbidden)


def begin_bulk(*, actor: User, action: BulkAction, chosen: EntityQuerySet, now: datetime) -> Operation:
    """Do `action` to the chosen contacts (any queryset: ticked rows, or all matches of a filter) as one operation.

    Who is meant is settled here, by one query; those that the actor may not edit are left out. Up to 200 are done
    at once, more in the background. Raises PermissionDenied, ValidationError.
    """
    check_action(actor, action)
    ids = list(_own(actor, chosen).order_by("pk").values_list("pk", flat=True)[: MOST + 1])
    if len(ids) > MOST:
        raise ValidationError(_("At most %(count)s contacts can be changed at once.") % {"count": MOST})
    if len(ids) > INLINE_LIMIT:
        parameters = {"action": asdict(action), "ids": ids}
        return start(actor=actor, verb=action.verb, parameters=parameters, now=now, job=RUNNER, total=len(ids))
    with operate(actor=actor, verb=action.verb, now=now, keep=True) as recorder:
        changed = _apply(recorder, actor, action, ids, now)
        result = {"changed": changed, "skipped": len(ids) - changed}
        Operation.objects.filter(pk=recorder.operation.pk).update(result=result)
        recorder.operation.result = result
    return recorder.operation


def run_bulk(operation: Operation, progress: Progress) -> dict[str, Any]:
    """The runner of a large one; what a broken attempt has done already is found done."""
    actor, action = operation.actor, BulkAction(**operation.parameters["action"])
    if actor is None:
        raise OperationFailed(_("Nobody asked for this."))
    check_action(actor, action)
    ids: list[int] = operation.parameters["ids"]
    changed = int(operation.result.get("changed", 0))
    progress.total(len(ids))
    progress.at(0)
    for portion in portions(ids, _PORTION):
        now = clock.now()
        with progress.portion(now=now) as recorder:
            changed += _apply(recorder, actor, action, portion, now)
        progress.advance(len(portion))
    return {"changed": changed, "skipped": len(ids) - changed}


def check_action(actor: User, action: BulkAction) -> None:
    """Raises PermissionDenied or ValidationError where this can't be done to any contact."""
    if action.name == "move":
        folder = Folder.objects.filter(pk=action.target).first()
        if folder is None or folder.pk not in rights_of(actor).view:
            raise ValidationError({"folder": _("There is no such folder.")})
        if not can_create_in(actor, folder):
            raise PermissionDenied
    elif action.name in ("add_category", "remove_category"):
        hidden = rights_of(actor).hidden_categories
        if not Category.objects.filter(pk=action.target).exclude(pk__in=hidden).exists():
            raise ValidationError({"category": _("There is no such category.")})
    elif action.name == "give" and action.value is not None:
        owner = User.objects.filter(pk=action.value, is_active=True).first()
        if owner is None or not is_staff_member(owner):
            raise ValidationError({"owner": _("There is no such colleague.")})
    elif action.name not in _VERBS:
        raise ValueError(f"no such action: {action.name}")


def _own(actor: User, chosen: EntityQuerySet) -> EntityQuerySet:
    """Whatever the queryset says, only what the actor sees and what isn't in the trash."""
    return Entity.objects.visible_to(actor).live().filter(pk__in=chosen.order_by().values("pk"))


def _differs(action: BulkAction) -> Q:
    bearing = EntityCategory.objects.filter(category=action.value).values("entity")
    match action.name:
        case "move":
            return ~Q(folder=action.value)
        case "add_category":
            return ~Q(pk__in=bearing)
        case "remove_category":
            return Q(pk__in=bearing)
        case "give" if action.value is None:
            return Q(owner__isnull=False)
        case "give":
            return ~Q(owner=action.value) | Q(owner__isnull=True)
        case _:
            return Q()


def _apply(recorder: Recorder, actor: User, action: BulkAction, ids: Sequence[int], now: datetime) -> int:
    """Lock these contacts in the order of their keys and change those that differ; a few statements for all."""
    list(Entity.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk").values_list("pk"))
    rows = Entity.objects.editable_by(actor).live().filter(_differs(action), pk__in=ids).order_by("pk")
    if action.name == "trash":
        return trash_portion(recorder, actor, list(rows), now)
    entities = list(rows.only("pk", "version", "folder_id", "owner_id"))
    if entities:
        _WRITERS[action.name](recorder, action, entities)
        changed = [one.pk for one in entities]
        Entity.objects.filter(pk__in=changed).update(version=F("version") + 1, modified_at=now, modified_by=actor)
        entities_updated.send(sender=Entity, ids=changed, operation=recorder.operation, now=now)
    return len(entities)


def _set(recorder: Recorder, entities: Sequence[Entity], field: str, value: int | None) -> None:
    for one in entities:
        diff = {field: [getattr(one, f"{field}_id"), value]}
        recorder.add(_change(one, "contacts.entity", one.pk, Change.Kind.UPDATED, diff))
    Entity.objects.filter(pk__in=[one.pk for one in entities]).update(**{f"{field}_id": value})


def _move(recorder: Recorder, action: BulkAction, entities: Sequence[Entity]) -> None:
    _set(recorder, entities, "folder", action.value)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE contacts_searchtoken SET folder_id = %s WHERE entity_id = ANY(%s)",
            [action.value, [one.pk for one in entities]],
        )


def _give(recorder: Recorder, action: BulkAction, entities: Sequence[Entity]) -> None:
    _set(recorder, entities, "owner", action.value)


def _add_category(recorder: Recorder, action: BulkAction, entities: Sequence[Entity]) -> None:
    rows = [EntityCategory(entity=one, category_id=action.target) for one in entities]
    for row in EntityCategory.objects.bulk_create(rows):
        diff: dict[str, list[object]] = {
            "id": [None, row.pk],
            "entity": [None, row.entity_id],
            "category": [None, row.category_id],
        }
        recorder.add(_change(row.entity, "contacts.entitycategory", row.pk, Change.Kind.CREATED, diff))
    mark_restricted([one.pk for one in entities])


def _remove_category(recorder: Recorder, action: BulkAction, entities: Sequence[Entity]) -> None:
    by_id = {one.pk: one for one in entities}
    rows = EntityCategory.objects.filter(category=action.value, entity__in=list(by_id)).order_by("pk")
    for row in rows:
        diff: dict[str, list[object]] = {
            "id": [row.pk, None],
            "entity": [row.entity_id, None],
            "category": [row.category_id, None],
        }
        recorder.add(_change(by_id[row.entity_id], "contacts.entitycategory", row.pk, Change.Kind.REMOVED, diff))
    rows.delete()
    mark_restricted(list(by_id))


def _change(entity: Entity, record_type: str, record_id: int, kind: Change.Kind, diff: dict[str, list[Any]]) -> Change:
    return Change(
        record_type=record_type,
        record_id=record_id,
        subject_id=entity.pk,
        kind=kind,
        diff=diff,
        version_before=entity.version,
        version_after=entity.version + 1,
    )


_WRITERS: dict[str, Callable[[Recorder, BulkAction, Sequence[Entity]], None]] = {
    "move": _move,
    "give": _give,
    "add_category": _add_category,
    "remove_category": _remove_category,
}
