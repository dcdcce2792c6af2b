"""What the pages of projects show: who takes part, what happened, what is to be done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.activities.models import Activity, Task, TaskQuerySet
from apps.activities.selectors.tasks import TodoPage, todo_of
from apps.activities.selectors.timelines import EVERYTHING, Narrowing, TimelinePage, timeline_of_context
from apps.contacts.models import Entity
from apps.projects.models import Participant, Project
from apps.projects.project_reach import CONTEXT

MOST_OF_CONTACT = 50


@dataclass(frozen=True, slots=True)
class ParticipantRow:
    """Of a contact that the reader doesn't see only its name, organisation and role are told."""

    participant: Participant
    is_seen: bool


@dataclass(frozen=True, slots=True)
class Company:
    """The participants of one organisation; "" has those without one, last."""

    name: str
    rows: Sequence[ParticipantRow]


def companies_of(project: Project, user: User) -> list[Company]:
    """Who takes part, by company: first each organisation itself, then its people."""
    present = project.participants.filter(removed_at__isnull=True).select_related("entity")
    found = list(present)
    seen = set(
        Entity.objects.visible_to(user)
        .live()
        .filter(pk__in=[each.entity_id for each in found])
        .values_list("pk", flat=True)
    )
    rows = sorted(
        (ParticipantRow(each, each.entity_id in seen) for each in found if each.entity.trashed_at is None),
        key=lambda row: (
            not _company(row.participant.entity),
            _company(row.participant.entity).casefold(),
            row.participant.entity.kind != Entity.Kind.ORGANISATION,
            row.participant.entity.display_name.casefold(),
        ),
    )
    return [
        Company(name, list(group)) for name, group in groupby(rows, key=lambda row: _company(row.participant.entity))
    ]


def seen_participants(project: Project, user: User) -> list[tuple[int, str]]:
    """(id, name) of those that `user` sees, for narrowing."""
    present = project.participants.filter(removed_at__isnull=True).values("entity")
    seen = Entity.objects.visible_to(user).live().filter(pk__in=present)
    return list(seen.order_by("display_name", "pk").values_list("pk", "display_name"))


def project_history(
    project: Project, user: User, *, now: datetime, kind: str = "", entity_id: int = 0, after: str = ""
) -> TimelinePage:
    """What was written down of the project, and whatever there was with those who take part; or with one of them."""
    narrowing = Narrowing(kinds=(kind,)) if kind else EVERYTHING
    with_whom = [pk for pk, _name in seen_participants(project, user)]
    if entity_id:
        people = Entity.objects.filter(pk__in=with_whom).filter(Q(pk=entity_id) | Q(organisation_entity=entity_id))
        chosen = list(people.values_list("pk", flat=True))
        return timeline_of_context("", 0, user=user, now=now, narrowing=narrowing, after=after, entities=chosen or [0])
    return timeline_of_context(
        CONTEXT, project.pk, user=user, now=now, narrowing=narrowing, after=after, entities=with_whom
    )


def tasks_of(project: Project, user: User) -> TaskQuerySet:
    """All of the project's that `user` sees."""
    return Task.objects.visible_to(user).filter(activity__context_type=CONTEXT, activity__context_id=project.pk)


def project_tasks(project: Project, user: User, *, today: date, after: str = "", is_over: bool = False) -> TodoPage:
    """Open ones by their day; those that are over by their day too."""
    states = Q(state__in=Task.OPEN)
    return todo_of(tasks_of(project, user).filter(~states if is_over else states), user=user, today=today, after=after)


def projects_of(entity: Entity, user: User) -> QuerySet[Project]:
    """The projects that `entity`, or one of its people, takes part in, as far as `user` is in them."""
    with_them = Participant.objects.filter(removed_at__isnull=True)
    theirs = with_them.filter(Q(entity=entity) | Q(entity__organisation_entity=entity)).values("project")
    found = Project.objects.visible_to(user).standing().filter(pk__in=theirs).select_related("group")
    return found.order_by("-changed_at", "-pk")[:MOST_OF_CONTACT]


def with_counts(found: QuerySet[Project]) -> QuerySet[Project]:
    """Each with `people`, who take part, and `open_tasks`."""
    present = Participant.objects.filter(project=OuterRef("pk"), removed_at__isnull=True).order_by()
    tasks = Activity.objects.live().filter(context_type=CONTEXT, context_id=OuterRef("pk"), task__state__in=Task.OPEN)
    people = present.values("project").annotate(number=Count("pk")).values("number")
    to_do = tasks.order_by().values("context_id").annotate(number=Count("pk")).values("number")
    return found.select_related("group").annotate(
        people=Coalesce(Subquery(people), 0), open_tasks=Coalesce(Subquery(to_do), 0)
    )


def _company(entity: Entity) -> str:
    return entity.display_name if entity.kind == Entity.Kind.ORGANISATION else entity.organisation or ""


def state_words(project: Project) -> str:
    return str(Project.State(project.state).label) if project.closed_at is None else _("Back to a group")
