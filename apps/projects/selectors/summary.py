"""What happened in all of one's projects, and what is to be done there, as far as one asks for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Exists, Max, OuterRef, Q

from apps.accounts.models import User
from apps.activities.models import Activity, ActivityEntity, Task
from apps.activities.selectors.tasks import TodoPage, todo_of
from apps.activities.selectors.timelines import EVERYTHING, Narrowing, TimelinePage, timeline_of_found
from apps.contacts.models import Entity
from apps.projects.models import Participant, Project
from apps.projects.project_reach import CONTEXT
from apps.projects.selectors.projects import projects_of

MOST_PROJECTS = 1_000


@dataclass(frozen=True, slots=True)
class Asked:
    """Of which project, about which contacts (an organisation stands for its people too); None and () for any."""

    project_id: int | None = None
    entity_ids: tuple[int, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.project_id or self.entity_ids)


@dataclass(frozen=True, slots=True)
class Due:
    """Whose tasks, due from when until when (both included); `is_over`: those that are done instead of open ones."""

    assignee_id: int | None = None
    since: date | None = None
    until: date | None = None
    is_over: bool = False

    def __bool__(self) -> bool:
        return bool(self.assignee_id or self.since or self.until)


@dataclass(slots=True)
class ProjectOfContact:
    """A project that a contact takes part in: itself or by these people, what is open and when there was something."""

    project: Project
    people: list[Participant] = field(default_factory=list)
    open_tasks: int = 0
    last_at: datetime | None = None


ANYTHING, ANY_DAY = Asked(), Due()


def own_projects(user: User) -> list[tuple[int, str]]:
    """(id, name) of the projects that `user` is in, for narrowing."""
    found = Project.objects.visible_to(user).standing().order_by("group__title", "pk")
    return list(found.values_list("pk", "group__title")[:MOST_PROJECTS])


def history_of_all(
    user: User, *, now: datetime, asked: Asked = ANYTHING, narrowing: Narrowing = EVERYTHING, after: str = ""
) -> TimelinePage:
    """What was written down of one's projects, and whatever there was with those who take part."""
    projects = _projects(user, asked)
    present = Participant.objects.filter(project__in=projects, removed_at__isnull=True).values("entity")
    seen = Entity.objects.visible_to(user).live().filter(pk__in=present).values("pk")
    with_them = ActivityEntity.objects.filter(entity__in=seen, via_employer=False).values("activity")
    belongs = Q(context_type=CONTEXT, context_id__in=projects) | Q(pk__in=with_them)
    found = _about(Activity.objects.visible_to(user).live().filter(belongs), asked, OuterRef("pk"))
    return timeline_of_found(found, user=user, now=now, narrowing=narrowing, after=after)


def tasks_of_all(user: User, *, today: date, asked: Asked = ANYTHING, due: Due = ANY_DAY, after: str = "") -> TodoPage:
    """What is open, or over, in one's projects."""
    of_projects = Q(activity__context_type=CONTEXT, activity__context_id__in=_projects(user, asked))
    states = Q(state__in=Task.OPEN)
    found = Task.objects.visible_to(user).filter(of_projects, ~states if due.is_over else states)
    if due.assignee_id:
        found = found.assigned_to([due.assignee_id])
    if due.since:
        found = found.filter(due_on__gte=due.since)
    if due.until:
        found = found.filter(due_on__lte=due.until)
    return todo_of(_about(found, asked, OuterRef("activity")), user=user, today=today, after=after)


def projects_of_contact(entity: Entity, user: User, *, now: datetime) -> Sequence[ProjectOfContact]:
    """The projects that `entity`, or one of its people, takes part in, as far as `user` is in them and sees these."""
    rows = {project.pk: ProjectOfContact(project) for project in projects_of(entity, user)}
    seen = Entity.objects.visible_to(user).live().filter(Q(pk=entity.pk) | Q(organisation_entity=entity))
    taking_part = Participant.objects.filter(project__in=list(rows), entity__in=seen, removed_at__isnull=True)
    for each in taking_part.select_related("entity").order_by("entity__display_name", "pk"):
        rows[each.project_id].people.append(each)
    written = Activity.objects.visible_to(user).live().filter(context_type=CONTEXT, context_id__in=list(rows))
    about = _about(written, Asked(entity_ids=(entity.pk,)), OuterRef("pk")).order_by().values("context_id")
    facts = about.annotate(
        to_do=Count("pk", filter=Q(task__state__in=Task.OPEN)), last=Max("occurred_at", filter=Q(occurred_at__lte=now))
    )
    for fact in facts.values_list("context_id", "to_do", "last"):
        rows[fact[0]].open_tasks, rows[fact[0]].last_at = fact[1], fact[2]
    return list(rows.values())


def _projects(user: User, asked: Asked) -> Any:
    found = Project.objects.visible_to(user).standing()
    return (found.filter(pk=asked.project_id) if asked.project_id else found).values("pk")


def _about(found: Any, asked: Asked, entry: OuterRef) -> Any:
    """Those that are about each of the contacts: an organisation's are those of its people too."""
    for pk in asked.entity_ids:
        found = found.filter(Exists(ActivityEntity.objects.filter(activity=entry, entity=pk)))
    return found
