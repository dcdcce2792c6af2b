"""What receivers of a group hear: queued in the transaction that makes it true, said when it goes out (docs/adr/0017).

What people say is told only to receivers that the group's managers let hear it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from apps.activities.models import Activity, Task
from apps.core.services.webhooks.events import Fact, announce
from apps.projects.models import Message, Project
from apps.projects.project_reach import CONTEXT

if TYPE_CHECKING:
    from apps.core.models import WebhookEndpoint, WebhookEvent

AUDIENCE = "group"
POSTED, EDITED, DELETED = "message.posted", "message.edited", "message.deleted"
STATE_CHANGED, TASK_DONE = "project.state_changed", "project.task_done"
TYPES: Mapping[str, Any] = {
    POSTED: _("A message was posted"),
    EDITED: _("A message was edited"),
    DELETED: _("A message was deleted"),
    STATE_CHANGED: _("The state of the project changed"),
    TASK_DONE: _("A task of the project was done"),
}


def audience_of(group_id: int) -> str:
    return f"{AUDIENCE}:{group_id}"


def group_of(audience: str) -> int | None:
    """The group that an audience names."""
    name, _sign, key = audience.partition(":")
    return int(key) if name == AUDIENCE and key.isdecimal() else None


def tell_receivers(message: Message, kind: str, *, now: datetime) -> None:
    announce([Fact(audience_of(message.group_id), kind, {"message": message.pk})], now=now)


def tell_state(project: Project, before: str, *, now: datetime) -> None:
    subject = {"from": before, "to": project.state}
    announce([Fact(audience_of(project.pk), STATE_CHANGED, subject)], now=now)


def tell_tasks_done(ids: Collection[int], *, now: datetime) -> None:
    """Of these tasks those that belong to a project."""
    found = Activity.objects.filter(pk__in=ids, context_type=CONTEXT).values_list("context_id", "pk")
    facts = [Fact(audience_of(group_id), TASK_DONE, {"task": pk}) for group_id, pk in found if group_id is not None]
    if facts:
        announce(facts, now=now)


def render(endpoint: WebhookEndpoint, event: WebhookEvent) -> dict[str, Any] | None:
    """As it is when it goes out; None for what is there no more."""
    group_id = group_of(endpoint.audience)
    if group_id is None:
        return None
    if "message" in event.subject:
        said = _message(endpoint, group_id, event)
    elif "task" in event.subject:
        said = _task(endpoint, group_id, event.subject["task"])
    else:
        said = _state(endpoint, group_id, event.subject)
    return {"group_id": group_id, **said} if said is not None else None


def _message(endpoint: WebhookEndpoint, group_id: int, event: WebhookEvent) -> dict[str, Any] | None:
    found = Message.objects.filter(group=group_id, pk=event.subject["message"]).select_related("author").first()
    if found is None or (found.deleted_at is not None and event.type != DELETED):
        return None
    author: dict[str, Any] = {"id": found.author_id, "is_bot": found.author.is_bot}
    told: dict[str, Any] = {
        "id": found.pk,
        "seq": found.seq,
        "rev": found.rev,
        "author": author,
        "sent_at": found.sent_at.isoformat(),
        "edited_at": found.edited_at.isoformat() if found.edited_at else None,
        "reply_to_id": found.reply_to_id,
    }
    if endpoint.sees_text:
        told |= {"text": found.text, "author": {**author, "name": found.author.display_name}}
    return {"message": told}


def _state(endpoint: WebhookEndpoint, group_id: int, subject: Mapping[str, Any]) -> dict[str, Any] | None:
    project = Project.objects.standing().filter(pk=group_id).select_related("group").first()
    if project is None:
        return None
    told = {"id": project.pk, "from": subject["from"], "state": subject["to"], "version": project.version}
    return {"project": told | ({"title": project.group.title} if endpoint.sees_text else {})}


def _task(endpoint: WebhookEndpoint, group_id: int, task_id: int) -> dict[str, Any] | None:
    """Of entries that only some may read nothing is told: a receiver is nobody in particular."""
    found = Task.objects.filter(pk=task_id, activity__context_type=CONTEXT, activity__context_id=group_id)
    public = found.filter(activity__visibility=Activity.Visibility.PUBLIC, activity__category=None)
    task = public.select_related("activity").first()
    if task is None:
        return None
    told = {"id": task.pk, "state": task.state, "completed_at": task.completed_at and task.completed_at.isoformat()}
    return {"task": told | ({"subject": task.activity.subject} if endpoint.sees_text else {})}
