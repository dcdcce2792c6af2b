"""Who looks after a contact: assigned, ended, stood in for. The dealer's copies follow in the same transaction."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.accounts.permissions import is_manager, is_staff_member
from apps.contacts.models import Entity
from apps.core import clock
from apps.core.clock import company_day
from apps.core.services.operations import operate, snapshot
from apps.crm.models import Absence, Assignment, Dealer
from apps.crm.permissions.contacts import managed_contacts, manages_contact, why_not_taker
from apps.crm.selectors.in_charge import in_charge_of, who_is_in_charge

if TYPE_CHECKING:
    from apps.accounts.models import Team
    from apps.core.services.operations import Recorder

ACCOUNT = "account"
PURPOSES = (ACCOUNT, "claims")
Layer = Assignment.Layer
_PORTION = 1000

__all__ = ["ACCOUNT", "assign", "end", "refresh_managers", "stand_in", "who_is_in_charge"]


def assign(
    *,
    actor: User,
    entity: Entity,
    on: date,
    now: datetime,
    user: User | None = None,
    team: Team | None = None,
    purpose: str = ACCOUNT,
    reason: str = "",
) -> int | None:
    """Let `user` or `team` be in charge from `on`; whoever was before is so until then. Returns the operation to undo.

    In charge already: nothing happens. Raises PermissionDenied, ValidationError.
    """
    _ask(actor, entity, now)
    check_taker(user, team, start=on)
    _check_sight(entity, user, team)
    with operate(actor=actor, verb="assignment.made", now=now) as recorder:
        held = _held(entity, purpose, Layer.BASE, on)
        if held and is_held_by(held[0], user, team, on):
            return None
        for each in held:
            _cut(each, on, recorder)
        recorder.created(_make(entity, purpose, Layer.BASE, (user, team), on, None, actor, reason, now))
        _follow([entity.pk], now)
    return recorder.operation.pk


def end(*, actor: User, entity: Entity, on: date, now: datetime, purpose: str = ACCOUNT) -> int | None:
    """Let nobody be in charge from `on`; nobody was: nothing happens. Returns the operation to undo."""
    _ask(actor, entity, now)
    with operate(actor=actor, verb="assignment.ended", now=now) as recorder:
        held = _held(entity, purpose, Layer.BASE, on)
        if not held:
            return None
        for each in held:
            _cut(each, on, recorder)
        _follow([entity.pk], now)
    return recorder.operation.pk


def stand_in(
    *,
    actor: User,
    entity: Entity,
    starts_on: date,
    ends_on: date,
    now: datetime,
    user: User | None = None,
    team: Team | None = None,
    purpose: str = ACCOUNT,
    reason: str = "",
) -> int | None:
    """Let `user` or `team` be in charge from `starts_on` up to but not including `ends_on`.

    The base shows again by itself. Raises PermissionDenied, ValidationError where another one stands in then.
    """
    _ask(actor, entity, now)
    check_taker(user, team, start=starts_on, stop=ends_on)
    _check_sight(entity, user, team)
    if ends_on <= starts_on:
        raise ValidationError({"ends_on": _("It ends before it begins.")})
    with operate(actor=actor, verb="assignment.stand_in", now=now) as recorder:
        row = _make(entity, purpose, Layer.STAND_IN, (user, team), starts_on, ends_on, actor, reason, now)
        recorder.created(row)
        _follow([entity.pk], now)
    return recorder.operation.pk


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
    """Whose changes this user may undo: managers all, others those of contacts that they may change or manage."""
    if is_manager(actor):
        return set(ids)
    rows = dict(Assignment.objects.filter(pk__in=ids).values_list("pk", "entity"))
    entities = set(rows.values())
    theirs = set(Entity.objects.editable_by(actor).filter(pk__in=entities).values_list("pk", flat=True))
    theirs |= managed_contacts(actor, entities - theirs, on=company_day(clock.now()))
    return {pk for pk, entity_id in rows.items() if entity_id in theirs}


def after_undo(ids: list[int], now: datetime) -> None:
    """Assignments were put back, or are gone, and then nobody says of whom: the copies of dealers follow."""
    entities = list(Assignment.objects.filter(pk__in=ids).values_list("entity", flat=True))
    refresh_managers(now=now, entity_ids=entities or None)


def check_taker(user: User | None, team: Team | None, *, start: date, stop: date | None = None) -> None:
    """Raises ValidationError unless it is one person who works here, or one team that takes something new.

    Who is away on the first day takes nothing, and who is on any of the days up to `stop` stands in for nobody.
    """
    if (user is None) == (team is None):
        raise ValidationError({"user": _("Choose a person or a team.")})
    if user is not None and not (user.is_active and is_staff_member(user)):
        raise ValidationError({"user": _("There is no such colleague.")})
    if user is not None and (absence := Absence.objects.between(start, stop).filter(user=user).first()):
        named = {"name": user, "day": date_format(absence.ends_on)}
        raise ValidationError({"user": _("%(name)s is away then, and back on %(day)s.") % named})
    if team is not None and team.retired_at is not None:
        raise ValidationError({"team": _("This team takes nothing new.")})


def _check_sight(entity: Entity, user: User | None, team: Team | None) -> None:
    if why := why_not_taker(entity.pk, user, team):
        raise ValidationError({"team" if user is None else "user": why})


def is_held_by(held: Assignment, user: User | None, team: Team | None, on: date) -> bool:
    """They are in charge on that day already, without an end."""
    same = (held.user_id, held.team_id) == (user and user.pk, team and team.pk)
    return same and held.valid_from <= on and held.valid_to is None


def _follow(entity_ids: Sequence[int], now: datetime) -> None:
    refresh_managers(now=now, entity_ids=entity_ids)


def _ask(actor: User, entity: Entity, now: datetime) -> None:
    """Whoever manages a contact passes it on; what nobody is in charge of, whoever may edit it takes."""
    if not manages_contact(actor, entity, on=company_day(now)):
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
    taker: tuple[User | None, Team | None],
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
                user=taker[0],
                team=taker[1],
                valid_from=start,
                valid_to=stop,
                made_by=actor,
                reason=reason[:300],
                created_at=now,
            )
    except IntegrityError as error:
        raise ValidationError({"user": _("Somebody else is in charge in these days already.")}) from error
