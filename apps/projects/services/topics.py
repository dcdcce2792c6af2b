"""Topics of a group: split off from its stream, named, moved into, closed and opened again."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.core.services.operations import Recorder, operate, snapshot
from apps.projects.models import Group, Message, Topic
from apps.projects.permissions import can_write
from apps.projects.services.announcing import announce_topics
from apps.projects.services.counting import take_revs
from apps.projects.services.members import member_of

TITLE_LENGTH = 120
MOST_MOVED = 200  # messages at once


def start_topic(*, actor: User, group: Group, title: str, messages: Collection[int], now: datetime) -> Topic:
    """Split messages (ids) off into a topic of their own. Raises PermissionDenied, ValidationError by field."""
    cleaned = _clean_title(title)
    with operate(actor=actor, verb="topic.made", now=now, undoable=False) as recorder:
        locked = _writable(actor, group)
        topic = Topic.objects.create(group=locked, title=cleaned, created_at=now)
        recorder.created(topic)
        _move(recorder, actor, locked, messages, topic)
        announce_topics(locked)
    return topic


def move_messages(*, actor: User, group: Group, messages: Collection[int], topic: Topic | None, now: datetime) -> int:
    """Put messages (ids) into a topic that is open, or back into none; how many moved.

    Raises PermissionDenied, ValidationError.
    """
    with operate(actor=actor, verb="topic.messages_moved", now=now, undoable=False) as recorder:
        locked = _writable(actor, group)
        if topic is not None and not Topic.objects.open().filter(pk=topic.pk, group=locked).exists():
            raise ValidationError({"topic": _("This topic is closed. Write into another one, or open it again.")})
        moved = _move(recorder, actor, locked, messages, topic)
        if moved:
            announce_topics(locked)
    return moved


def rename_topic(*, actor: User, topic: Topic, title: str, now: datetime) -> None:
    """Raises PermissionDenied, ValidationError by field."""
    cleaned = _clean_title(title)
    with operate(actor=actor, verb="topic.renamed", now=now, undoable=False) as recorder:
        _change(recorder, actor, topic, title=cleaned)


def close_topic(*, actor: User, topic: Topic, now: datetime) -> None:
    """Nothing more is written into it; what was stays. Closed already: nothing happens. Raises PermissionDenied."""
    with operate(actor=actor, verb="topic.closed", now=now, undoable=False) as recorder:
        if topic.closed_at is None:
            _change(recorder, actor, topic, closed_at=now)


def reopen_topic(*, actor: User, topic: Topic, now: datetime) -> None:
    """Open already: nothing happens. Raises PermissionDenied."""
    with operate(actor=actor, verb="topic.reopened", now=now, undoable=False) as recorder:
        _change(recorder, actor, topic, closed_at=None)


def _change(recorder: Recorder, actor: User, topic: Topic, **values: object) -> None:
    """Messages bear the topic's name: they are drawn anew as they are asked for."""
    locked = _writable(actor, topic.group)
    row = Topic.objects.select_for_update().get(pk=topic.pk)
    before = snapshot(row)
    for name, value in values.items():
        setattr(row, name, value)
    if snapshot(row) == before:
        return
    row.save(update_fields=list(values))
    recorder.updated(row, before)
    announce_topics(locked)


def _move(recorder: Recorder, actor: User, group: Group, messages: Collection[int], topic: Topic | None) -> int:
    chosen = set(messages)
    if not chosen:
        raise ValidationError({"messages": _("Choose at least one message.")})
    if len(chosen) > MOST_MOVED:
        raise ValidationError({"messages": _("At most %(count)s messages.") % {"count": MOST_MOVED}})
    readable = Message.objects.visible_to(actor).standing().filter(group=group, pk__in=chosen)
    if readable.count() != len(chosen):
        raise PermissionDenied
    wanted = topic.pk if topic is not None else None
    rows = [row for row in readable.order_by("seq") if row.topic_id != wanted]
    for row, rev in zip(rows, take_revs(group.pk, len(rows)) if rows else (), strict=True):
        before = snapshot(row)
        row.topic, row.rev = topic, rev
        recorder.updated(row, before)
    Message.objects.bulk_update(rows, ["topic", "rev"])
    return len(rows)


def _writable(actor: User, group: Group) -> Group:
    """Whoever writes in a group arranges its topics."""
    locked = Group.objects.select_for_update(no_key=True).get(pk=group.pk)
    if not can_write(locked, member_of(actor, locked)):
        raise PermissionDenied
    return locked


def _clean_title(title: str) -> str:
    cleaned = " ".join(title.replace("\x00", "").split())
    if not cleaned:
        raise ValidationError({"title": _("A topic needs a name.")})
    if len(cleaned) > TITLE_LENGTH:
        raise ValidationError({"title": _("This name is too long.")})
    return cleaned
