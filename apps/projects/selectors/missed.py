"""What happened in a group while one was away: by rules, each line with its source."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.activities.models import Task
from apps.core.models import Change
from apps.projects.absence import AWAY
from apps.projects.models import Attachment, Decision, Group, Membership, Message, Project, Visit
from apps.projects.project_reach import CONTEXT

MOST = 5  # lines of a kind
MANY = 50  # messages: so many unread ones are worth a summary, too
_LINGERS = timedelta(minutes=30)  # it stands there so long after one has come
_LOOKED_AT = 200  # files, the newest ones


@dataclass(frozen=True, slots=True)
class Line:
    words: str
    about: str  # by whom, or what it is now
    url: str


@dataclass(frozen=True, slots=True)
class Part:
    """News of one kind; `more` of them are left out, `url` leads to all."""

    icon: str
    title: str
    lines: Sequence[Line]
    more: int = 0
    url: str = ""


@dataclass(frozen=True, slots=True)
class Summary:
    since: datetime
    messages: int  # so many are new
    parts: Sequence[Part]


def summary_for(user: User, group: Group, member: Membership, *, read_seq: int, now: datetime) -> Summary | None:
    """News since the last visit of `member`; None where they weren't away long, missed little, or nothing happened."""
    visit = Visit.objects.filter(membership=member).first()
    if visit is None:
        return None
    unread = group.last_seq - read_seq
    if now - visit.seen_at > AWAY or unread >= MANY:
        since, seq = visit.seen_at, read_seq
    elif visit.left_at is not None and now - visit.came_at < _LINGERS:
        since, seq = visit.left_at, max(visit.left_seq, member.from_seq)
    else:
        return None
    place = reverse("projects:group", args=[group.pk])
    project = Project.objects.standing().filter(pk=group.pk).first()
    parts = [
        _decisions(group, member, since, place),
        _files(group, seq, place),
        *([_tasks(user, project, since), _changes(project, since)] if project else []),
        _members(group, member, since),
    ]
    parts = [part for part in parts if part.lines]
    messages = max(group.last_seq - seq, 0)
    return Summary(since, messages, parts) if parts else None


def _decisions(group: Group, member: Membership, since: datetime, place: str) -> Part:
    found = Decision.objects.filter(group=group, marked_at__gt=since, message__seq__gt=member.from_seq)
    rows = found.select_related("message__author").order_by("-marked_at", "-pk")[:_LOOKED_AT]
    lines = [_line_of(row.message, place) for row in rows if row.message.deleted_at is None]
    return _part("gavel", _("Decisions"), lines, reverse("projects:group_decisions", args=[group.pk]))


def _files(group: Group, seq: int, place: str) -> Part:
    fields = ("name", "message__author__display_name", "message__seq", "message__deleted_at")
    newest = Attachment.objects.filter(group=group).exclude(kind=Attachment.Kind.VOICE).order_by("-pk")
    rows = [row for row in newest.values_list(*fields)[:_LOOKED_AT] if row[2] > seq and row[3] is None]
    lines = [Line(name, author, f"{place}?at={at}") for name, author, at, _gone in rows]
    return _part("paperclip", _("Files"), lines, reverse("projects:group_files", args=[group.pk]))


def _tasks(user: User, project: Project, since: datetime) -> Part:
    found = Task.objects.visible_to(user).filter(activity__context_type=CONTEXT, activity__context_id=project.pk)
    rows = found.filter(changed_at__gt=since).exclude(changed_by=user).select_related("activity")
    lines = [
        Line(row.activity.subject, row.get_state_display(), reverse("activities:task", args=[row.pk]))
        for row in rows.order_by("-changed_at", "-pk")[:_LOOKED_AT]
    ]
    return _part("checklist", _("Tasks"), lines, reverse("projects:project_tasks", args=[project.pk]))


def _changes(project: Project, since: datetime) -> Part:
    """Its status, from which to which; that other things of it changed."""
    rows = Change.objects.filter(record_type="projects.project", record_id=project.pk, changed_at__gt=since)
    url = reverse("projects:project_about", args=[project.pk])
    labels = dict(Project.State.choices)
    lines, has_others = [], False
    for row in rows.filter(kind=Change.Kind.UPDATED).select_related("operation__actor").order_by("-changed_at", "-id"):
        before, after = row.diff.get("state", (None, None))
        if after in labels and before in labels:
            who = str(row.operation.actor or "")
            lines.append(Line(f"{labels[before]} → {labels[after]}", who, url))
        has_others = has_others or bool(row.diff.keys() - {"state", "version", "changed_at", "changed_by"})
    if has_others:
        lines.append(Line(_("What is written about it was changed"), "", url))
    return _part("building", _("Project"), lines, url)


def _members(group: Group, member: Membership, since: datetime) -> Part:
    found = Membership.objects.present().filter(group=group, joined_at__gt=since).exclude(pk=member.pk)
    url = reverse("projects:group_info", args=[group.pk])
    lines = [Line(row.display_name, "", url) for row in found.order_by("-joined_at", "-pk")[:_LOOKED_AT]]
    return _part("users", _("New members"), lines, url)


def _line_of(message: Message, place: str) -> Line:
    words = Truncator(message.text).chars(120) or _("Files")
    return Line(words, message.author.display_name, f"{place}?at={message.seq}")


def _part(icon: str, title: str, lines: Iterable[Line], url: str) -> Part:
    found = list(lines)
    return Part(icon, title, found[:MOST], max(len(found) - MOST, 0), url)


def decisions_of(group: Group, member: Membership) -> list[Decision]:
    """What was decided in the group, the latest first."""
    found = Decision.objects.filter(group=group, message__seq__gt=member.from_seq, message__deleted_at=None)
    return list(found.select_related("message__author", "marked_by").order_by("-marked_at", "-pk")[:_LOOKED_AT])
