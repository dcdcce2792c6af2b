"""Who looks after a contact: assigned, ended, stood in for. The dealer's copies follow in the same transaction."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.accounts.permissions import is_manager
from apps.contacts.models import Entity
from apps.contacts.permissions import can_edit_entity
from apps.core.clock import company_day
from apps.core.services.operations import operate, snapshot
from apps.crm.models import Absence, Assignment, Dealer
from apps.crm.selectors.in_charge import in_charge_of, who_is_in_charge

if TYPE_CHECKING:
    from apps.core.services.operations import Recorder

ACCOUNT = "account"
PURPOSES = (ACCOUNT, "claims")
Layer = Assignment.Layer
_PORTION = 1000

__all__ = ["ACCOUNT", "assign", "end", "refresh_managers", "set_absence", "stand_in", "who_is_in_charge"]


def assign(
    *, actor: User, entity: Entity, user: User, on: date, now: datetime, purpose: str = ACCOUNT, reason: str = ""
) -> int | None:
    """Let `user` be in charge from `on`; whoever was before is so until then. Returns the operation to undo.

    In charge already: nothing happens. Raises PermissionDenied, ValidationError.
    """
    _ask(actor, entity)
    with operate(actor=actor, verb="assignment.made", now=now) as recorder:
        held = _held(entity, purpose, Layer.BASE, on)
        if held and held[0].user_id == user.pk and held[0].valid_from <= on and held[0].valid_to is None:
            return None
        for each in held:
            _cut(each, on, recorder)
        recorder.created(_make(entity, purpose, Layer.BASE, user, on, None, actor, reason, now))
        _follow([entity.pk], now)
    return recorder.operation.pk


def end(*, actor: User, entity: Entity, on: date, now: datetime, purpose: str = ACCOUNT) -> int | None:
    """Let nobody be in charge from `on`; nobody was: nothing happens. Returns the operation to undo."""
    _ask(actor, entity)
    with operate(actor=actor, verb="assignment.ended", now=now) as recorder:
        held = _held(entity, purpose, Layer.BASE, on)
        if not held:
            return None
        for each in held:
            _cut(each, on, recorder)
        _follow([entity.pk], now)
    return recorder.operation.pk


def stand_in(
    *, actor: User, entity: Entity, user: User, starts_on: date, ends_on: date, now: datetime, purpose: str = ACCOUNT
) -> int | None:
    """Let `user` be in charge from `starts_on` up to but not including `ends_on`; the base shows again by itself.

    Raises PermissionDenied, ValidationError where another one stands in then.
    """
    _ask(actor, entity)
    if ends_on <= starts_on:
        raise ValidationError({"ends_on": _("It ends before it begins.")})
    with operate(actor=actor, verb="assignment.stand_in", now=now) as recorder:
        recorder.created(_make(entity, purpose, Layer.STAND_IN, user, starts_on, ends_on, actor, "", now))
        _follow([entity.pk], now)
    return recorder.operation.pk


@transaction.atomic
def set_absence(
    *, actor: User, user: User, starts_on: date, ends_on: date, replaced_by: User | None, now: datetime
) -> Absence:
    """Note that `user` is away; their own, or anybody's for managers. Raises PermissionDenied, ValidationError."""
    if actor.pk != user.pk and not is_manager(actor):
        raise PermissionDenied
    if ends_on <= starts_on:
        raise ValidationError({"ends_on": _("It ends before it begins.")})
    if replaced_by is not None and replaced_by.pk == user.pk:
        raise ValidationError({"stand_in": _("Nobody stands in for themselves.")})
    return Absence.objects.create(user=user, stand_in=replaced_by, starts_on=starts_on, ends_on=ends_on, created_at=now)


def refresh_managers(*, now: datetime, entity_ids: Sequence[int] | None = None) -> int:
    """Copy to dealers who is in charge of them today; how many copies changed. Daily, and with each assignment."""
    dealers = Dealer.objects.order_by("pk")
    if entity_ids is not None:
        dealers = dealers.filter(entity__in=entity_ids)
    changed = 0
    ids = list(dealers.values_list("pk", flat=True))
    for begin in range(0, len(ids), _PORTION):
        changed += _refresh(ids[begin : begin + _PORTION], company_day(now))
    return changed


@transaction.atomic
def _refresh(dealer_ids: Sequence[int], today: date) -> int:
    dealers = list(Dealer.objects.select_for_update(of=("self",)).filter(pk__in=dealer_ids).order_by("pk"))
    charge = in_charge_of([dealer.entity_id for dealer in dealers], ACCOUNT, today)
    users = User.objects.in_bulk(set(charge.values()))
    phones = dict(Entity.objects.filter(user__in=users).exclude(primary_phone="").values_list("user", "primary_phone"))
    changed = []
    for dealer in dealers:
        user = users.get(charge.get(dealer.entity_id, 0))
        copy = (user.pk, str(user)[:200], user.email, phones.get(user.pk, "")[:40]) if user else (None, "", "", "")
        if copy != (dealer.manager_id, dealer.manager_name, dealer.manager_email, dealer.manager_phone):
            dealer.manager_id, dealer.manager_name, dealer.manager_email, dealer.manager_phone = copy
            changed.append(dealer)
    Dealer.objects.bulk_update(changed, ["manager", "manager_name", "manager_email", "manager_phone"])
    return len(changed)


def editable(actor: User, ids: Collection[int]) -> set[int]:
    """Whose changes this user may undo: managers all, others those of contacts that they may change."""
    if is_manager(actor):
        return set(ids)
    rows = Assignment.objects.filter(pk__in=ids).select_related("entity")
    return {row.pk for row in rows if can_edit_entity(actor, row.entity)}


def after_undo(ids: list[int], now: datetime) -> None:
    """Assignments were put back, or are gone, and then nobody says of whom: the copies of dealers follow."""
    entities = list(Assignment.objects.filter(pk__in=ids).values_list("entity", flat=True))
    refresh_managers(now=now, entity_ids=entities or None)


def _follow(entity_ids: Sequence[int], now: datetime) -> None:
    refresh_managers(now=now, entity_ids=entity_ids)


def _ask(actor: User, entity: Entity) -> None:
    if not is_manager(actor) and not can_edit_entity(actor, entity):
        raise PermissionDenied


def _held(entity: Entity, purpose: str, layer: str, on: date) -> list[Assignment]:
    """Those that hold on that day or later, locked."""
    rows = Assignment.objects.select_for_update().filter(entity=entity, purpose=purpose, layer=layer)
    return list(rows.exclude(valid_to__lte=on).order_by("valid_from", "pk"))


def _cut(assignment: Assignment, on: date, recorder: Recorder) -> None:
    """Let it end on that day; one that would begin then is gone."""
    if assignment.valid_from >= on:
        recorder.removed(assignment)
        assignment.delete()
        return
    before = snapshot(assignment)
    assignment.valid_to = on
    assignment.save(update_fields=["valid_to"])
    recorder.updated(assignment, before)


def _make(
    entity: Entity,
    purpose: str,
    layer: str,
    user: User,
    start: date,
    stop: date | None,
    actor: User,
    reason: str,
    now: datetime,
) -> Assignment:
    if purpose not in PURPOSES:
        raise ValidationError({"purpose": _("There is no such choice.")})
    try:
        with transaction.atomic():
            return Assignment.objects.create(
                entity=entity,
                purpose=purpose,
                layer=layer,
                user=user,
                valid_from=start,
                valid_to=stop,
                made_by=actor,
                reason=reason[:300],
                created_at=now,
            )
    except IntegrityError as error:
        raise ValidationError({"user": _("Somebody else is in charge in these days already.")}) from error
