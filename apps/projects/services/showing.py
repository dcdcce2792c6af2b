"""Which entries of a project's history, and which of its tasks, its guests may read."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import PermissionDenied

from apps.accounts.models import User
from apps.activities.models import Activity
from apps.core.services.operations import operate
from apps.projects.models import GuestEntry, Project
from apps.projects.project_reach import CONTEXT
from apps.projects.services.guests import locked_project


def show_entry(*, actor: User, project: Project, activity: Activity, wanted: bool, now: datetime) -> None:
    """Let guests read this entry of the project, or no more; as wished already: nothing happens.

    Raises PermissionDenied unless `actor` manages the project, and for showing unless everybody may read the entry.
    """
    with operate(actor=actor, verb="project.entry_shown", now=now, undoable=False) as recorder:
        locked_project(actor, project)
        found = Activity.objects.visible_to(actor).filter(
            pk=activity.pk,
            context_type=CONTEXT,
            context_id=project.pk,
            visibility=Activity.Visibility.PUBLIC,
            category__isnull=True,
        )
        if wanted and not found.exists():
            raise PermissionDenied
        row = GuestEntry.objects.filter(activity=activity, project=project).first()
        if wanted and row is None:
            recorder.created(
                GuestEntry.objects.create(project=project, activity=activity, shown_by=actor, shown_at=now)
            )
        elif not wanted and row is not None:
            recorder.removed(row)
            row.delete()
