"""`/tasks`: list, read, plan, change, complete, as the token's user may."""

import zlib
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef
from django.http import Http404, HttpRequest, HttpResponse
from ninja import Query, Router

from apps.accounts.api_auth import needs_scope
from apps.accounts.models import User
from apps.accounts.preferences import preferences_of, zone_of
from apps.activities.api.schemas import ItemOut, TaskFilters, TaskIn, TaskOut, TaskPage, TaskPatch
from apps.activities.api.shared import contacts_named, contacts_of, pack_key, unpack_key, user_of
from apps.activities.models import ActivityEntity, Task
from apps.activities.services import task_states
from apps.activities.services.task_input import TaskInput
from apps.activities.services.tasks import add_task, input_of, update_task
from apps.core import clock
from apps.core.api import PROBLEMS, VersionMismatch, etag, expected_version, idempotent

router = Router(tags=["tasks"])
_ANSWERS: dict[Any, Any] = {200: TaskOut, **PROBLEMS}
_NULLABLE = {"due_on", "due_at"}


@router.get("", response={200: TaskPage, **PROBLEMS}, summary="List tasks")
@needs_scope("activities:read")
def list_tasks(request: HttpRequest, wanted: Query[TaskFilters]) -> TaskPage:
    """Tasks in the order they were noted. Pages follow each other by `next`, without gaps or doubles."""
    user = user_of(request)
    found = Task.objects.visible_to(user)
    if wanted.state is not None:
        found = found.filter(state=wanted.state)
    if wanted.is_open is not None:
        found = found.open() if wanted.is_open else found.exclude(state__in=Task.OPEN)
    if wanted.assignee_id is not None:
        found = found.assigned_to([wanted.assignee_id])
    if wanted.author_id is not None:
        found = found.filter(activity__actor=wanted.author_id)
    if wanted.contact_id is not None:
        about = ActivityEntity.objects.filter(activity=OuterRef("pk"), entity=wanted.contact_id)
        found = found.filter(Exists(about))
    if wanted.due_from is not None:
        found = found.filter(due_on__gte=wanted.due_from)
    if wanted.due_to is not None:
        found = found.filter(due_on__lte=wanted.due_to)
    if wanted.after:
        found = found.filter(pk__gt=int(unpack_key(wanted.after, 1)[0]))
    rows = list(_with_parts(found).order_by("pk")[: wanted.limit + 1])
    last = rows[wanted.limit - 1] if len(rows) > wanted.limit else None
    return TaskPage(items=_out(rows[: wanted.limit], user), next=pack_key(last.pk) if last else None)


@router.post("", response={201: TaskOut, **PROBLEMS}, summary="Plan a task")
@needs_scope("activities:write")
@idempotent
def create_task(request: HttpRequest, data: TaskIn) -> HttpResponse:
    """Send an `Idempotency-Key` to be safe to repeat."""
    user = user_of(request)
    bare = TaskInput(subject=data.subject, zone=str(zone_of(preferences_of(user))), items=data.items)
    task = add_task(actor=user, data=_changed(bare, data, user), now=clock.now())
    return _answer(request, task.pk, status=201)


@router.get("/{task_id}", response=_ANSWERS, summary="Read a task")
@needs_scope("activities:read")
def read_task(request: HttpRequest, task_id: int) -> HttpResponse:
    """The task with its checklist and its ETag. `If-None-Match` spares the body."""
    return _answer(request, task_id)


@router.patch("/{task_id}", response=_ANSWERS, summary="Change a task")
@needs_scope("activities:write")
def change_task(request: HttpRequest, task_id: int, data: TaskPatch) -> HttpResponse:
    """Change what is sent. With `If-Match` a version that is no longer the current one is refused (412)."""
    user = user_of(request)
    task = _guarded(request, task_id)
    update_task(actor=user, task=task, data=_changed(input_of(task, user=user), data, user), now=clock.now())
    return _answer(request, task_id)


@router.post("/{task_id}/complete", response=_ANSWERS, summary="Complete a task")
@needs_scope("activities:write")
def complete_task(request: HttpRequest, task_id: int) -> HttpResponse:
    """A repeated one comes again. Completed already: nothing happens."""
    task_states.complete_task(actor=user_of(request), task=_guarded(request, task_id), now=clock.now())
    return _answer(request, task_id)


@router.post("/{task_id}/reopen", response=_ANSWERS, summary="Take a task up again")
@needs_scope("activities:write")
def reopen_task(request: HttpRequest, task_id: int) -> HttpResponse:
    task_states.reopen_task(actor=user_of(request), task=_guarded(request, task_id), now=clock.now())
    return _answer(request, task_id)


@router.post("/{task_id}/cancel", response=_ANSWERS, summary="Cancel a task")
@needs_scope("activities:write")
def cancel_task(request: HttpRequest, task_id: int) -> HttpResponse:
    """It needs not be done any more; a repeated one doesn't come again."""
    task_states.cancel_task(actor=user_of(request), task=_guarded(request, task_id), now=clock.now())
    return _answer(request, task_id)


# --- shared -----------------------------------------------------------------------------------------------------------
def _with_parts(found: Any) -> Any:
    return found.select_related("activity").prefetch_related("assignees", "items")


def _find(user: User, task_id: int) -> Task:
    task: Task | None = _with_parts(Task.objects.visible_to(user)).filter(pk=task_id).first()
    if task is None:
        raise Http404
    return task


def _guarded(request: HttpRequest, task_id: int) -> Task:
    """The task, if it is still the one that `If-Match` names."""
    user = user_of(request)
    task = _find(user, task_id)
    wanted = expected_version(request)
    if wanted is not None and wanted != _version(_out([task], user)[0]):
        raise VersionMismatch
    return task


def _changed(data: TaskInput, sent: TaskPatch, user: User) -> TaskInput:
    """`data` with what was sent; only days and times can be taken away by null."""
    fields = sent.model_dump(exclude_unset=True, exclude={"items"})
    for name, value in fields.items():
        if value is None and name not in _NULLABLE:
            raise ValidationError({name: "This can't be null; leave it out to keep it."})
    if "contact_ids" in fields:
        fields["entities"] = contacts_named(fields.pop("contact_ids"), user=user)
    if "assignee_ids" in fields:
        fields["assignees"] = fields.pop("assignee_ids")
    if at := fields.get("due_at"):
        fields["due_at"] = at.replace(tzinfo=None)
    return replace(data, **fields)


def _out(tasks: Sequence[Task], user: User) -> list[TaskOut]:
    contacts = contacts_of([task.pk for task in tasks], user=user)
    return [
        TaskOut(
            id=task.pk,
            subject=task.activity.subject,
            text=task.activity.snippet,
            state=task.state,  # type: ignore[arg-type]  # one of the choices
            priority=task.priority,
            due_on=task.due_on,
            due_at=task.due_at,
            zone=task.zone,
            snoozed_until=task.snoozed_until,
            rrule=task.rrule,
            assignee_ids=sorted(duty.user_id for duty in task.assignees.all()),
            contact_ids=contacts.get(task.pk, []),
            items=[
                ItemOut(id=item.pk, text=item.text, is_done=item.is_done)
                for item in sorted(task.items.all(), key=lambda item: (item.position, item.pk))
            ],
            visibility=task.activity.visibility,
            author_id=task.activity.actor_id,
            created_at=task.activity.created_at,
            completed_at=task.completed_at,
            completed_by_id=task.completed_by_id,
        )
        for task in tasks
    ]


def _version(task: TaskOut) -> int:
    """What this reader sees of it, as a number: any difference is another version."""
    return zlib.crc32(task.model_dump_json().encode())


def _answer(request: HttpRequest, task_id: int, *, status: int = 200) -> HttpResponse:
    user = user_of(request)
    [shown] = _out([_find(user, task_id)], user)
    headers = {"ETag": etag(_version(shown))}
    if request.method == "GET" and request.headers.get("If-None-Match") == headers["ETag"]:
        return HttpResponse(status=304, headers=headers)
    if status == 201:
        headers["Location"] = f"/api/v1/tasks/{shown.id}"
    return HttpResponse(shown.model_dump_json(), status=status, content_type="application/json", headers=headers)
