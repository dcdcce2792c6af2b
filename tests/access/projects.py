"""Bob's project with a participant; nobody else is in it. And his mere group, which has no such pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apps.activities.services.recording import Context
from apps.activities.services.task_input import TaskInput
from apps.activities.services.tasks import add_task
from apps.contacts.models import Entity
from apps.projects.project_reach import CONTEXT
from apps.projects.services.members import make_group
from apps.projects.services.participants import add_participants
from apps.projects.services.projects import make_project_of
from tests.conftest import NOW

if TYPE_CHECKING:
    from tests.access.world import World


def add_projects(world: World) -> None:
    bob = world.users["sales"]
    group = make_group(actor=bob, title="Oak Street 5", users=[], now=NOW)
    project = make_project_of(actor=bob, group=group, now=NOW)
    client = Entity.objects.filter(pk=world.places["public"]["entity_id"])
    (participant,) = add_participants(actor=bob, project=project, entities=client, role="Client", now=NOW)
    data = TaskInput(subject="Measure", zone="Europe/Kyiv", context=Context(CONTEXT, project.pk))
    task = add_task(actor=bob, data=data, now=NOW)
    world.places["all"] |= {"participant_id": participant.pk, "project_id": group.pk}
    world.places["project"] = {"group_id": group.pk, "task_id": task.pk}
    chat = world.places["chat"]
    world.places["mere group"] = chat | {"project_id": chat["group_id"], "task_id": task.pk}
