"""Contacts handed over, one or ten thousand: planned when the click comes, passed on in portions, undone exactly."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.models import Team, User
from apps.contacts.models import Entity
from apps.core import clock
from apps.core.batch import portions
from apps.core.clock import company_day
from apps.core.kept import forget_kept
from apps.core.models import Operation
from apps.core.services.operations import OperationFailed, Progress, Recorder, operate, snapshot, start
from apps.crm.models import HandOver
from apps.crm.permissions.contacts import managed_contacts, why_not_taker
from apps.crm.permissions.teams import can_confirm
from apps.crm.selectors.dossier import items_seen
from apps.crm.services import assignments
from apps.crm.services.hand_over_notices import tell_start, tell_undone
from apps.crm.services.passing_on import pass_on

VERB = "hand_over.made"
INLINE_LIMIT = 200
MOST = 100_000
NOTE_LENGTH = 1000
_PORTION = 1000


@dataclass(frozen=True, kw_only=True)
class Terms:
    """To whom, from when, for good (`until` None) or up to a day.

    `takes_tasks`: open tasks and meetings to come go along, up to a day for so long (docs/adr/0019).
    """

    user: User | None = None
    team: Team | None = None
    starts_on: date
    until: date | None = None
    note: str = ""
    takes_tasks: bool = False


def begin_hand_over(
    *, actor: User, entity_ids: Collection[int], terms: Terms, now: datetime, from_user: User | None = None
) -> HandOver:
    """Hand these contacts over as one operation; those that `actor` doesn't see or manage are left out.

    `from_user` is whose portfolio it is, where it is one person's. Up to 200 pass at once, more in the background;
    `operation` of the answer shows how far it is. Raises ValidationError where nothing passes.
    """
    _check(terms, from_user)
    if len(entity_ids) > MOST:
        raise ValidationError(_("At most %(count)s contacts can be handed over at once.") % {"count": MOST})
    ids = sorted(managed_contacts(actor, entity_ids, on=company_day(now)))
    if not ids:
        raise ValidationError(_("None of these contacts is yours to hand over."))
    chosen = Entity.objects.visible_to(actor).live().filter(pk__in=entity_ids).count()
    if len(ids) <= INLINE_LIMIT:
        with operate(actor=actor, verb=VERB, now=now, keep=True) as recorder:
            made = _make(actor, terms, from_user, recorder.operation, now)
            passed = pass_on(recorder, made, ids, now=now)
            if not passed:
                words = why_not_taker(ids[0], terms.user, terms.team) if len(ids) == 1 else ""
                words = words or _(
                    "Whoever you chose has these contacts already or may not see them, or another one stands in."
                )
                raise ValidationError(words)
            _finish(recorder, made, now)
            Operation.objects.filter(pk=recorder.operation.pk).update(result=_result(passed, chosen))
        return made
    with transaction.atomic():
        made = _make(actor, terms, from_user, None, now)
        parameters = {"hand_over": made.pk, "ids": ids, "chosen": chosen}
        made.operation = start(actor=actor, verb=VERB, parameters=parameters, now=now, total=len(ids))
        made.save(update_fields=["operation"])
    return made


def run_hand_over(operation: Operation, progress: Progress) -> dict[str, Any]:
    """The runner of a large one; what a broken attempt has passed on already has its item, and is found so."""
    made = HandOver.objects.select_related("from_user", "to_user", "to_team", "made_by").filter(
        pk=operation.parameters["hand_over"]
    )
    hand_over = made.first()
    if hand_over is None or hand_over.made_by is None:
        raise OperationFailed(_("Nobody asked for this."))
    ids: list[int] = operation.parameters["ids"]
    progress.total(len(ids))
    progress.at(0)
    for portion in portions(ids, _PORTION):
        now = clock.now()
        with progress.portion(now=now) as recorder:
            pass_on(recorder, hand_over, portion, now=now)
        progress.advance(len(portion))
    now = clock.now()
    with progress.portion(now=now) as recorder:
        _finish(recorder, hand_over, now)
    return _result(hand_over.items.count(), operation.parameters["chosen"])


def after_undo(ids: Collection[int], now: datetime) -> None:
    """Hand-overs that were undone: whoever had heard of them hears of that."""
    forget_kept()
    for hand_over in HandOver.objects.filter(pk__in=ids, done_at=None, told_start_at__isnull=False):
        tell_undone(hand_over, now=now)


def editable(actor: User, ids: Collection[int]) -> set[int]:
    """Undone by whoever made them."""
    return set(HandOver.objects.filter(pk__in=ids, made_by=actor).values_list("pk", flat=True))


def _check(terms: Terms, from_user: User | None) -> None:
    assignments.check_taker(terms.user, terms.team, start=terms.starts_on, stop=terms.until)
    if terms.until is not None and terms.until <= terms.starts_on:
        raise ValidationError({"until": _("It ends before it begins.")})
    if from_user is not None and terms.user is not None and terms.user.pk == from_user.pk:
        raise ValidationError({"user": _("They look after these contacts already.")})
    if len(terms.note) > NOTE_LENGTH:
        raise ValidationError({"note": _("At most %(limit)s letters fit here.") % {"limit": NOTE_LENGTH}})


def _make(actor: User, terms: Terms, from_user: User | None, operation: Operation | None, now: datetime) -> HandOver:
    return HandOver.objects.create(
        from_user=from_user,
        to_user=terms.user,
        to_team=terms.team,
        starts_on=terms.starts_on,
        until=terms.until,
        note=terms.note.strip(),
        takes_tasks=terms.takes_tasks and terms.user is not None,
        made_by=actor,
        made_at=now,
        operation=operation,
    )


def _finish(recorder: Recorder, made: HandOver, now: datetime) -> None:
    """From now on it counts. A second call of a broken attempt finds it so."""
    if made.done_at is not None:
        return
    before = snapshot(made)
    made.done_at = now
    made.save(update_fields=["done_at"])
    recorder.updated(made, before)
    forget_kept()
    if made.starts_on <= company_day(now):
        tell_start(made, now=now)


def _result(passed: int, chosen: int) -> dict[str, Any]:
    return {"changed": passed, "skipped": chosen - passed}


@transaction.atomic
def confirm_items(*, actor: User, hand_over: HandOver, item_ids: Collection[int] | None, now: datetime) -> int:
    """Note that `actor` has read the dossier of these contacts, None: of all they see; returns how many.

    Confirmed already: nothing happens. Raises PermissionDenied unless it is the one who took over, or of their team.
    """
    if not can_confirm(actor, hand_over, on=company_day(now)):
        raise PermissionDenied
    rows = items_seen(hand_over, actor).filter(confirmed_at=None)
    if item_ids is not None:
        rows = rows.filter(pk__in=item_ids)
    return rows.update(confirmed_at=now, confirmed_by=actor)
