"""An imported chat taken back: the whole group goes, as long as nobody has gone on working in it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef, ProtectedError, QuerySet
from django.utils.translation import gettext as _

from apps.activities.models import Activity
from apps.core import clock
from apps.core.models import Operation
from apps.core.services.operations import OperationFailed, start
from apps.projects.models import Attachment, BroughtFile, Group, Membership, Message, MessageWord, Participant, Project
from apps.projects.permissions import MANAGERS
from apps.projects.project_reach import CONTEXT, forget_reach
from apps.projects.services.retiring import remove_receivers
from apps.projects.services.telegram_uploads import IMPORTED

if TYPE_CHECKING:
    from apps.accounts.models import User
    from apps.core.services.operations import Progress

TAKEN_BACK = "telegram.import_undone"
_FOR = timedelta(days=30)
_BATCH = 1_000


def can_take_back(user: User, done: Operation, *, now: datetime) -> bool:
    """One's own import of the last 30 days, of a group that one manages and nobody has worked with since."""
    is_own = done.actor_id == user.pk and done.verb == IMPORTED and done.created_at >= now - _FOR
    return is_own and _untouched(done).exists()


def begin_taking_back(*, actor: User, done: Operation, now: datetime) -> Operation:
    """Leave it to a worker. Raises PermissionDenied for another's import, ValidationError where it is too late."""
    if done.actor_id != actor.pk:
        raise PermissionDenied
    if not can_take_back(actor, done, now=now):
        raise ValidationError(_("It can't be taken back any more: this project was worked with since."))
    return start(actor=actor, verb=TAKEN_BACK, parameters={"import": done.pk}, now=now, undoable=False)


def run_taking_back(operation: Operation, progress: Progress) -> dict[str, Any]:
    """The worker's part: all of it or nothing; what is gone already is fine."""
    done = Operation.objects.get(pk=operation.parameters["import"])
    if done.state == Operation.State.UNDONE:
        return {}
    progress.total(done.result.get("messages"))
    try:
        with transaction.atomic():
            locked = list(Group.objects.select_for_update().filter(pk=done.result.get("group") or 0))
            list(Project.objects.select_for_update().filter(group__in=locked))
            group = _untouched(done).first()
            if group is None:
                raise OperationFailed(_("It can't be taken back any more: this project was worked with since."))
            _remove(group, progress)
            Operation.objects.filter(pk=done.pk).update(state=Operation.State.UNDONE)
    except ProtectedError as error:
        raise OperationFailed(_("It can't be taken back any more: others work with this project.")) from error
    return {}


def _untouched(done: Operation) -> QuerySet[Group]:
    """Its group as the import left it, as long as whoever brought it manages it: each message had one rev."""
    said, own = done.result.get("messages") or 0, OuterRef("pk")
    managed = Membership.objects.present().filter(group=own, user=done.actor_id, role__in=MANAGERS)
    as_made = Project.objects.standing().filter(group=own, version=1)
    history = Activity.objects.filter(context_type=CONTEXT, context_id=own)
    people = Participant.objects.filter(project=own)
    kept = Group.objects.filter(pk=done.result.get("group") or 0, last_seq=said, last_rev=said)
    return kept.filter(Exists(managed), Exists(as_made), ~Exists(history), ~Exists(people))


def _remove(group: Group, progress: Progress) -> None:
    MessageWord.objects.filter(group=group).delete()
    messages = Message.objects.filter(group=group).order_by("-seq")
    while ids := list(messages.values_list("pk", flat=True)[:_BATCH]):
        _leave_files(ids, group)
        Message.objects.filter(pk__in=ids).delete()
        progress.advance(len(ids))
    remove_receivers(group.pk, now=clock.now())
    Project.objects.filter(group=group).delete()
    Membership.objects.filter(group=group).delete()
    group.delete()
    forget_reach()


def _leave_files(message_ids: list[int], group: Group) -> None:
    """To the sweep: those that came with the import."""
    rows = Attachment.objects.filter(message__in=message_ids).values_list("file", "thumbnail").distinct()
    BroughtFile.objects.bulk_create(
        BroughtFile(file_id=file, thumbnail_id=thumbnail, brought_at=group.created_at) for file, thumbnail in rows
    )
