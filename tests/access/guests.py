"""Gina, a guest of one of bob's projects with all its tabs; and another project of his, of which she is none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.files.uploadedfile import SimpleUploadedFile

from apps.accounts.models import User
from apps.activities.services.recording import Context
from apps.activities.services.task_input import TaskInput
from apps.activities.services.tasks import add_task
from apps.projects.models import Attachment
from apps.projects.models.guest_reach import read_as_guest
from apps.projects.project_reach import CONTEXT
from apps.projects.selectors.guests import reader_of
from apps.projects.services.attaching import keep_file, seal
from apps.projects.services.showing import show_entry
from tests.access.chat import _DOT
from tests.conftest import NOW
from tests.projects.guests import a_guest, a_project, say

if TYPE_CHECKING:
    from tests.access.world import World


def add_guests(world: World) -> None:
    bob = world.users["sales"]
    project = a_project(bob, "Mill Lane 7")
    access = a_guest(bob, project)
    inside = Context(CONTEXT, project.pk)
    task = add_task(actor=bob, data=TaskInput(subject="Measure", zone="UTC", context=inside), now=NOW).activity
    show_entry(actor=bob, project=project, activity=task, wanted=True, now=NOW)
    gina = User.objects.get(pk=access.user_id)
    read_as_guest(gina, reader_of(gina, project.pk, now=NOW))
    kept = keep_file(actor=gina, group=project.group, upload=SimpleUploadedFile("dot.gif", _DOT), now=NOW)
    message = say(gina, project, "The roof is tight", files=[seal(kept, actor=gina, group=project.group)])
    gina.set_password("correct-horse-1")
    gina.save(update_fields=["password"])
    world.users["guest"] = User.objects.get(pk=gina.pk)
    world.places["guest"] = {
        "group_id": project.pk,
        "access_id": access.pk,
        "activity_id": task.pk,
        "message_id": message.pk,
        "file_id": Attachment.objects.get(message=message).pk,
    }
    other = a_project(bob, "River Street 9")
    world.places["no guest"] = world.places["guest"] | {"group_id": other.pk}
