"""An .ics file brought into one's calendar: looked at first, then taken; the same UID is the same meeting."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import TYPE_CHECKING

from django.core.cache import cache
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DataError, transaction
from django.utils.translation import gettext as _

from apps.activities.formats.ical_items import Broken, Item, Parsed
from apps.activities.formats.ical_read import read_calendar
from apps.activities.models import Meeting
from apps.activities.models.spans import Span
from apps.activities.services.imported_meetings import IMPORTED, Unchanged, bring_meeting
from apps.activities.services.meeting_inputs import Repeat
from apps.activities.services.replies import ReplyRefused, take_reply
from apps.activities.services.series import new_series, starts_ahead
from apps.activities.services.todo_import import bring_todo
from apps.core.services.operations import operate

if TYPE_CHECKING:
    from apps.accounts.models import User

_KEPT = 3600  # seconds between looking at a file and bringing it in
_PATIENCE = 10.0  # seconds for the repetitions of one file
_MOST_ROWS = 5000  # meetings that one file may make


@dataclass(slots=True)
class Row:
    """A meeting or task of the file. `what` is "new", "update", "answer", "todo" or "refused"."""

    item: Item
    what: str
    reason: str = ""


@dataclass(slots=True)
class Look:
    """What a file would do. `key` finds it again for an hour; `size` is how many meetings and tasks it makes."""

    key: str
    parsed: Parsed
    rows: list[Row] = field(default_factory=list)
    size: int = 0

    @property
    def broken(self) -> list[Broken]:
        refused = [Broken(each.item.line, each.item.subject, each.reason) for each in self.rows if each.reason]
        return sorted([*self.parsed.broken, *refused], key=lambda each: each.line)

    @property
    def good(self) -> list[Row]:
        return [each for each in self.rows if not each.reason]


@dataclass(frozen=True, slots=True)
class Kept:
    """A file that was looked at, and how much came of it."""

    data: bytes
    zone: str
    size: int


@dataclass(slots=True)
class Report:
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    answers: int = 0
    todos: int = 0
    broken: list[Broken] = field(default_factory=list)
    operation_id: int | None = None  # the one that undoes it; None where nothing was written


def look(*, user: User, data: bytes, zone: str, now: datetime) -> Look:
    """Read a file and say what would come of it; nothing is written but a copy for the hour to come."""
    key = secrets.token_urlsafe(16)
    plan = read_plan(user=user, key=key, data=data, zone=zone, now=now)
    cache.set(_place(user, key), (data, zone, plan.size), _KEPT)
    return plan


def kept_file(*, user: User, key: str) -> Kept | None:
    """The file once more; None if the hour is over."""
    found = cache.get(_place(user, key))
    return Kept(*found) if found else None


def bring(*, actor: User, plan: Look, now: datetime) -> Report:
    """Take what is good. Each entry stands or falls by itself; doing it again changes nothing.

    All of it is one operation, to be undone at once.
    """
    report = Report(broken=plan.broken)
    with operate(actor=actor, verb=IMPORTED, now=now) as recorder:
        for rows in parts_of(plan):
            bring_part(rows, actor=actor, method=plan.parsed.method, report=report, now=now)
        if recorder.changes:
            report.operation_id = recorder.operation.pk
    return report


def parts_of(plan: Look) -> list[list[Row]]:
    """What is good of a file, in the order in which it is brought; what belongs to one series is one part."""
    meetings = sorted((row for row in plan.good if row.what in ("new", "update")), key=_order)
    groups = [list(group) for _uid, group in groupby(meetings, key=lambda row: row.item.uid)]
    return groups + [[row] for row in plan.good if row.what in ("answer", "todo")]


def bring_part(rows: list[Row], *, actor: User, method: str, report: Report, now: datetime) -> None:
    """Bring one of `parts_of`, and count in `report` what came of it."""
    match rows[0].what:
        case "answer":
            _answer(rows[0], actor, report, now)
        case "todo":
            _todo(rows[0].item, actor, report, now)
        case _:
            _bring_group([row.item for row in rows], method, actor, report, now)


def read_plan(*, user: User, key: str, data: bytes, zone: str, now: datetime) -> Look:
    """What `data` would do now; nothing is written."""
    parsed = read_calendar(data, zone=zone)
    plan = Look(key, parsed)
    there = set(
        Meeting.objects.filter(
            organiser=user, imported_sequence__isnull=False, uid__in={each.uid for each in parsed.items}
        ).values_list("uid", flat=True)
    )
    ends = time.monotonic() + _PATIENCE
    for item in parsed.items:
        reason = ""
        if parsed.method == "REPLY":
            what = "answer"
        elif item.kind == "todo":
            what = "todo"
            plan.size += 1
        else:
            what = "update" if item.uid in there else "new"
            try:
                if item.when is None and what == "update":  # it calls off what is there
                    plan.rows.append(Row(item, what))
                    continue
                plan.size += _count(item, now, patient=time.monotonic() < ends)
                if plan.size > _MOST_ROWS:
                    reason = _("The file makes more than %(most)s meetings.") % {"most": _MOST_ROWS}
            except ValidationError as error:
                reason = " ".join(error.messages)
        plan.rows.append(Row(item, "refused" if reason else what, reason))
    return plan


def _count(item: Item, now: datetime, *, patient: bool) -> int:
    """How many meetings come of it. Raises ValidationError."""
    when = item.when
    if when is None:
        raise ValidationError(_("It doesn't say when it begins."))
    span = Span(when.start, when.end, when.zone, when.is_all_day).checked()
    repeat = Repeat(item.rule, item.extra, item.left_out)
    if not repeat:
        return 1
    if not patient:
        raise ValidationError(_("The repetitions of this file take too long to work out."))
    starts = starts_ahead(new_series(span, repeat, uid=item.uid), now=now)
    if not starts:
        raise ValidationError(_("All of it is long past."))
    return len(starts)


def _bring_group(items: list[Item], method: str, actor: User, report: Report, now: datetime) -> None:
    """A series and what differs from it."""
    for item in items:
        try:
            with transaction.atomic():
                is_new = bring_meeting(actor=actor, item=item, is_cancelled=method == "CANCEL", now=now)
        except Unchanged:
            report.unchanged += 1
        except (ValidationError, PermissionDenied, DataError) as error:
            reason = " ".join(error.messages) if isinstance(error, ValidationError) else _("It can't be kept.")
            report.broken.append(Broken(item.line, item.subject, reason))
        else:
            report.created += is_new
            report.updated += not is_new


def _answer(row: Row, actor: User, report: Report, now: datetime) -> None:
    try:
        take_reply(actor=actor, item=row.item, now=now)
    except ReplyRefused as refused:
        report.broken.append(Broken(row.item.line, row.item.subject, str(refused)))
    else:
        report.answers += 1


def _todo(item: Item, actor: User, report: Report, now: datetime) -> None:
    try:
        with transaction.atomic():
            bring_todo(actor=actor, item=item, now=now)
    except (ValidationError, PermissionDenied, DataError) as error:
        reason = " ".join(error.messages) if isinstance(error, ValidationError) else _("It can't be kept.")
        report.broken.append(Broken(item.line, item.subject, reason))
    else:
        report.todos += 1


def _order(row: Row) -> tuple[str, bool, str]:
    """What belongs together stands together, the series before what differs from it."""
    item = row.item
    return (item.uid, item.recurrence is not None, f"{item.recurrence}")


def _place(user: User, key: str) -> str:
    return f"activities:calendar-file:{user.pk}:{key[:40]}"
