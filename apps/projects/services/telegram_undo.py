"""An imported chat taken back: the whole group goes, as long as nobody has gone on talking in it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import ProtectedError, QuerySet
from django.utils.translation import gettext as _

from apps.core.models import Operation
from apps.core.services.operations import OperationFailed, start
from apps.projects.models import Group, Membership, Message, MessageWord, Project
from apps.projects.project_reach import forget_reach
from apps.projects.services.telegram_uploads import IMPORTED

if TYPE_CHECKING:
    from apps.accounts.models import User
    from apps.core.services.operations import Progress

TAKEN_BACK = "telegram.import_undone"
_FOR = timedelta(days=30)
_BATCH = 1_000


def can_take_back(user: User, done: Operation, *, now: datetime) -> bool:
    """One's own import of the last 30 days, in whose group nothing has been said since."""
    is_own = done.actor_id == user.pk and done.verb == IMPORTED and done.created_at >= now - _FOR
    return is_own and _untouched(done).exists()


def begin_taking_back(*, actor: User, done: Operation, now: datetime) -> Operation:
    """Leave it to a worker. Raises PermissionDenied for another's import, ValidationError where it is too late."""
    if done.actor_id != actor.pk:
        raise PermissionDenied
    if not can_take_back(actor, done, now=now):
        raise ValidationError(_("It can't be taken back any more: something was said there since."))
    return start(actor=actor, verb=TAKEN_BACK, parameters={"import": done.pk}, now=now, undoable=False)


def run_taking_back(operation: Operation, progress: Progress) -> dict[str, Any]:
    """The worker's part: all of it or nothing; what is gone already is fine."""
    done = Operation.objects.get(pk=operation.parameters["import"])
    if done.state == Operation.State.UNDONE:
        return {}
    progress.total(done.result.get("messages"))
    try:
        with transaction.atomic():
            group = _untouched(done).select_for_update().first()
            if group is None:
                raise OperationFailed(_("It can't be taken back any more: something was said there since."))
            _remove(group, progress)
            Operation.objects.filter(pk=done.pk).update(state=Operation.State.UNDONE)
    except ProtectedError as error:
        raise OperationFailed(_("It can't be taken back any more: others work with this project.")) from error
    return {}


def _untouched(done: Operation) -> QuerySet[Group]:
    return Group.objects.filter(pk=done.result.get("group") or 0, last_seq=done.result.get("messages") or 0)


def _remove(group: Group, progress: Progress) -> None:
    MessageWord.objects.filter(group=group).delete()
    messages = Message.objects.filter(group=group).order_by("-seq")
    while ids := list(messages.values_list("pk", flat=True)[:_BATCH]):
        Message.objects.filter(pk__in=ids).delete()
        progress.advance(len(ids))
    Project.objects.filter(group=group).delete()
    Membership.objects.filter(group=group).delete()
    group.delete()
    forget_reach()
