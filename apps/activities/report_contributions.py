"""Reports of the history: what each did, and how tasks were kept."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db.models import Exists, F, OuterRef, Prefetch, Q, QuerySet
from django.db.models.functions import TruncDate
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from apps.accounts.permissions import is_staff_member
from apps.accounts.report_parts import by_person, of_person, of_team
from apps.accounts.templatetags.formats import moment
from apps.activities.models import Activity, ActivityEntity, ActivityKind, Task, TaskAssignee
from apps.activities.task_listing import task_listing
from apps.contacts.models import Entity
from apps.core import clock
from apps.core.contributions import kinds
from apps.core.listing import Column, Listing
from apps.core.markup import fill, joined, record_url
from apps.core.reports import Dimension, Measure, Report, by_month, by_week, company_zone
from apps.core.reports.cells import register_report
from apps.core.reports.periods import edges

if TYPE_CHECKING:
    from apps.accounts.models import User

GROUP = _("People")
_COUNTED = (("call", _("Calls")), ("mail", _("E-mails")), ("meeting", _("Meetings")), ("note", _("Notes")))


def register() -> None:
    """Called once, when the app is ready."""
    register_report("activity", _activity(), position=40)
    register_report("tasks", _tasks(), position=45)


def _activity() -> Report:
    named = [Measure(key=key, title=title, counts=Q(kind=key)) for key, title in _COUNTED]
    others = ~Q(kind__in=[key for key, _title in _COUNTED])
    return Report(
        title=_("Activity per person"),
        about=_("Who wrote, called and met how much?"),
        group=GROUP,
        icon="users",
        home_of=("manager",),
        home_query="by=person&period=last_7",
        may_see=is_staff_member,
        rows=_entries,
        dimensions=[by_person("actor"), _by_kind(), by_month("occurred_at"), by_week("occurred_at")],
        measures=[
            Measure(key="all", title=_("Entries"), in_chart=False),
            *named,
            Measure(key="others", title=_("Others"), counts=others),
        ],
        narrowings=[of_person("actor"), of_team("actor", "occurred_at")],
        listing=_entry_listing,
        chart="stack",
        note=_("Counted are entries of the history up to today that you may read."),
    )


def _entries(user: User, first: date, last: date) -> QuerySet[Activity]:
    begin, end = edges(first, min(last, clock.company_day(clock.now())))
    seen = Activity.objects.visible_to(user).live()
    return seen.filter(occurred_at__gte=begin, occurred_at__lt=end, actor__isnull=False)


def _by_kind() -> Dimension:
    return Dimension(key="kind", title=_("Kind"), expression=F("kind"), names=_kind_titles, read=str)


def _kind_titles(keys: Collection[Any]) -> Mapping[Any, Any]:
    own = {kind.key: kind.name for kind in ActivityKind.objects.filter(key__in=keys)}
    return own | {key: kind.title for key, kind in kinds.items()}


def _entry_listing(user: User) -> Listing:
    titles = {**_kind_titles([kind.key for kind in ActivityKind.objects.all()])}
    visible = Entity.objects.visible_to(user)
    subjects = ActivityEntity.objects.filter(via_employer=False, entity__in=visible).select_related("entity")
    return Listing(
        key="activities.entries",
        columns=[
            Column("when", _("When"), lambda entry: moment(entry.occurred_at), sort=("occurred_at",), fixed=True),
            Column("kind", _("Kind"), lambda entry: titles.get(entry.kind, entry.kind)),
            Column("who", _("Who"), lambda entry: entry.actor or "", join=("actor",)),
            Column("subject", _("Subject"), lambda entry: entry.subject or entry.snippet[:200]),
            Column("contacts", _("Contacts"), _contacts),
        ],
        default_sort="-when",
        search=lambda found, text: found.filter(subject__icontains=text),
        fetch=lambda found: found.prefetch_related(Prefetch("participants", subjects, to_attr="seen")),
    )


def _contacts(entry: Any) -> SafeString:
    links = ((record_url("contacts:entity", each.entity_id), each.entity.display_name) for each in entry.seen)
    return joined(", ", (fill('<a href="{}">{}</a>', url, name) for url, name in links))


def _tasks() -> Report:
    late = Q(done_on__gt=F("due_on"))
    return Report(
        title=_("Tasks kept"),
        about=_("Which tasks were done on time, late or not yet?"),
        group=GROUP,
        icon="checkbox",
        home_of=("manager", "project"),
        home_query="by=person&period=this_month",
        may_see=is_staff_member,
        rows=_due_tasks,
        dimensions=[
            by_person("assignees__user", of_many=True),
            by_month("due_on", moments=False),
            by_week("due_on", moments=False),
        ],
        measures=[
            Measure(key="due", title=_("Due"), in_chart=False),
            Measure(key="kept", title=_("Done on time"), counts=Q(done_on__lte=F("due_on"))),
            Measure(key="late", title=_("Done late"), counts=late),
            Measure(key="open", title=_("Open"), counts=Q(state__in=Task.OPEN)),
        ],
        narrowings=[replace(of_person("pk"), narrow=_assigned)],
        listing=lambda user: task_listing(user),
        chart="stack",
    )


def _due_tasks(user: User, first: date, last: date) -> QuerySet[Task]:
    """Cancelled ones aside."""
    due = Task.objects.visible_to(user).filter(due_on__gte=first, due_on__lte=last)
    return due.exclude(state=Task.State.CANCELLED).annotate(done_on=TruncDate("completed_at", tzinfo=company_zone()))


def _assigned(found: QuerySet[Any], value: str) -> QuerySet[Any]:
    return found.filter(Exists(TaskAssignee.objects.filter(task=OuterRef("pk"), user=int(value))))
