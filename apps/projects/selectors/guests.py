"""Guests as their own pages and the project's page see them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet

from apps.accounts.models import User
from apps.activities.models import Activity
from apps.contacts.models import Entity
from apps.core.clock import company_day
from apps.projects.models import GuestAccess, GuestEntry, Participant, Project
from apps.projects.models.guest_reach import GuestPlace, GuestReader
from apps.projects.models.guests import GUEST_TABS
from apps.projects.project_reach import CONTEXT

PAGE = 60
_CONTACTS = "SELECT id, name, organisation, kind, role FROM rapport_guest_contacts() ORDER BY lower(name), id"


@dataclass(frozen=True, slots=True)
class GuestContact:
    """All that a guest is told of who takes part."""

    pk: int
    name: str
    organisation: str
    kind: str
    role: str

    @property
    def is_person(self) -> bool:
        return self.kind == Entity.Kind.PERSON

    @property
    def company(self) -> str:
        return (self.organisation or "") if self.is_person else self.name


def places_of(user: User, *, now: datetime) -> tuple[GuestPlace, ...]:
    """The projects that `user` is a guest of now, by name. Asked as the house, before the wall stands."""
    rows = GuestAccess.objects.standing(now).filter(user=user).order_by("project__group__title", "pk")
    found = rows.values_list("pk", "entity_id", "project_id", "project__group__title", "from_seq", "tabs")
    return tuple(
        GuestPlace(pk, entity, group, title, seq, frozenset(tabs)) for pk, entity, group, title, seq, tabs in found
    )


def reader_of(user: User, group_id: int, *, now: datetime) -> GuestReader:
    places = places_of(user, now=now)
    return GuestReader(user.pk, places, next((place for place in places if place.group_id == group_id), None))


def guest_contacts() -> list[GuestContact]:
    """Of the project at hand, as the database tells them behind the wall; elsewhere nobody."""
    with connection.cursor() as cursor:
        cursor.execute(_CONTACTS)
        return [GuestContact(*row) for row in cursor.fetchall()]


def guest_entries(user: User, *, are_tasks: bool, before: int = 0) -> tuple[list[GuestEntry], int]:
    """Of the project at hand what its guests are shown: tasks, or all else; the last shown first."""
    found = GuestEntry.objects.visible_to(user).select_related("activity")
    is_task = Q(activity__kind="task")
    found = found.filter(is_task if are_tasks else ~is_task)
    if before:
        found = found.filter(pk__lt=before)
    rows = list(found.order_by("-pk")[: PAGE + 1])
    return rows[:PAGE], rows[PAGE - 1].pk if len(rows) > PAGE else 0


@dataclass(frozen=True, slots=True)
class GuestRow:
    """A guest on the project's page; `last_day` in the company's zone."""

    access: GuestAccess
    stands: bool
    tabs: Sequence[str]
    last_day: date | None


def guests_of(project: Project, *, now: datetime) -> list[GuestRow]:
    """Those who are guests, by name, then those who were."""
    rows = GuestAccess.objects.filter(project=project).select_related("entity", "user")
    stands = set(GuestAccess.objects.standing(now).filter(project=project).values_list("pk", flat=True))
    titles = dict(GUEST_TABS)
    found = [
        GuestRow(
            access,
            access.pk in stands,
            [str(titles[key]) for key in access.tabs],
            company_day(access.until - timedelta(microseconds=1)) if access.until else None,
        )
        for access in rows
    ]
    return sorted(found, key=lambda row: (not row.stands, row.access.entity.display_name.casefold(), row.access.pk))


def may_be_invited(project: Project, user: User, *, now: datetime) -> QuerySet[Participant]:
    """People among the participants, seen by `user`, who have an address and are no guests."""
    guests = GuestAccess.objects.standing(now).filter(project=project, entity=OuterRef("entity"))
    people = Entity.objects.visible_to(user).live().filter(kind=Entity.Kind.PERSON).exclude(primary_email="")
    found = Participant.objects.filter(project=project, removed_at__isnull=True, entity__in=people.order_by())
    return found.exclude(Exists(guests)).select_related("entity").order_by("entity__display_name", "pk")


def showable_entries(project: Project, user: User, *, before: int = 0) -> tuple[list[Activity], int]:
    """Entries written down of the project that `user` may show its guests, with `is_shown_to_guests`.

    Also those that were shown once and have been narrowed since, which guests don't read meanwhile.
    """
    shown = Exists(GuestEntry.objects.filter(activity=OuterRef("pk")))
    found = Activity.objects.visible_to(user).live().filter(context_type=CONTEXT, context_id=project.pk)
    found = found.filter(Q(visibility=Activity.Visibility.PUBLIC, category__isnull=True) | shown)
    if before:
        found = found.filter(pk__lt=before)
    rows = list(found.annotate(is_shown_to_guests=shown).order_by("-pk")[: PAGE + 1])
    return rows[:PAGE], rows[PAGE - 1].pk if len(rows) > PAGE else 0
