"""`/projects`: what they are about, who takes part, what happened and what is to be done, for their members."""

from django.http import HttpRequest
from django.utils.timezone import localdate
from ninja import Query, Router

from apps.accounts.api_auth import needs_scope
from apps.core import clock
from apps.core.api import PROBLEMS
from apps.projects.api.project_schemas import (
    EntryOut,
    EntryPage,
    ParticipantList,
    ParticipantOut,
    ProjectFilters,
    ProjectOut,
    ProjectPage,
    ProjectTaskOut,
    ProjectTaskPage,
)
from apps.projects.api.shared import asking, key_of
from apps.projects.doors import enter_project
from apps.projects.models import Project
from apps.projects.selectors import projects as selectors

router = Router(tags=["projects"])


@router.get("", response={200: ProjectPage, **PROBLEMS}, summary="List your projects")
@needs_scope("projects:read")
def list_projects(request: HttpRequest, wanted: Query[ProjectFilters]) -> ProjectPage:
    """Those that you are in, in the order in which their groups were made."""
    found = Project.objects.visible_to(asking(request)).standing().filter(pk__gt=key_of(wanted.after))
    if wanted.state is not None:
        found = found.filter(state=wanted.state)
    rows = list(found.select_related("group").order_by("pk")[: wanted.limit + 1])
    page = rows[: wanted.limit]
    return ProjectPage(items=[_out(each) for each in page], next=str(page[-1].pk) if len(rows) > len(page) else None)


@router.get("/{project_id}", response={200: ProjectOut, **PROBLEMS}, summary="Read a project")
@needs_scope("projects:read")
def read_project(request: HttpRequest, project_id: int) -> ProjectOut:
    project, _member = enter_project(asking(request), project_id)
    return _out(project)


@router.get("/{project_id}/participants", response={200: ParticipantList, **PROBLEMS}, summary="List who takes part")
@needs_scope("projects:read")
def list_participants(request: HttpRequest, project_id: int) -> ParticipantList:
    """By company. Of contacts that you don't see only name, organisation and role are told."""
    user = asking(request)
    project, _member = enter_project(user, project_id)
    rows = [row for company in selectors.companies_of(project, user) for row in company.rows]
    items = [
        ParticipantOut(
            id=row.participant.pk,
            role=row.participant.role,
            name=row.participant.entity.display_name,
            organisation=row.participant.entity.organisation or "",
            contact_id=row.participant.entity_id if row.is_seen else None,
        )
        for row in rows
    ]
    return ParticipantList(items=items)


@router.get("/{project_id}/tasks", response={200: ProjectTaskPage, **PROBLEMS}, summary="List a project's tasks")
@needs_scope("projects:read")
def list_tasks(request: HttpRequest, project_id: int, is_over: bool = False, after: str = "") -> ProjectTaskPage:
    """Open ones by their day, or those that are over."""
    user = asking(request)
    project, _member = enter_project(user, project_id)
    page = selectors.project_tasks(project, user, today=localdate(clock.now()), after=after, is_over=is_over)
    items = [
        ProjectTaskOut(
            id=task.pk,
            subject=task.activity.subject,
            state=task.state,
            priority=task.priority,
            due_on=task.due_on,
            completed_at=task.completed_at,
        )
        for group in page.groups
        for task in group.tasks
    ]
    return ProjectTaskPage(items=items, next=page.after or None)


@router.get("/{project_id}/history", response={200: EntryPage, **PROBLEMS}, summary="Read a project's history")
@needs_scope("projects:read")
def read_history(request: HttpRequest, project_id: int, kind: str = "", after: str = "") -> EntryPage:
    """What was written down of it and of who takes part, as far as you may read it; the latest first."""
    user = asking(request)
    project, _member = enter_project(user, project_id)
    page = selectors.project_history(project, user, now=clock.now(), kind=kind[:40], after=after)
    items = [
        EntryOut(
            id=entry.pk,
            kind=entry.kind,
            subject=entry.subject,
            text=entry.snippet,
            actor_id=entry.actor_id,
            occurred_at=entry.occurred_at,
        )
        for entry in [*page.latest_first, *page.entries]
    ]
    return EntryPage(items=items, next=page.after or None)


def _out(project: Project) -> ProjectOut:
    return ProjectOut(
        id=project.pk,
        title=project.group.title,
        state=project.state,
        city=project.city,
        address=project.address,
        site=project.site,
        specialisation=project.specialisation,
        numbers=project.numbers,
        about=project.about,
        starts_on=project.starts_on,
        ends_on=project.ends_on,
        created_at=project.created_at,
        changed_at=project.changed_at,
        version=project.version,
    )
