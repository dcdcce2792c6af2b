"""How far a member has read, what they are writing, and how they keep the group in their list."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef

from apps.accounts.models import User
from apps.activities.services.inbox import mark_records_read
from apps.projects.models import Draft, Group, Membership, Message, ReadMark, Topic
from apps.projects.services.announcing import announce_read, announce_typing
from apps.projects.services.members import member_of
from apps.projects.services.mentioning import RECORD


@transaction.atomic
def mark_read(*, actor: User, group: Group, seq: int, now: datetime, topic: Topic | None = None) -> None:
    """Let everything up to `seq` count as read, or that of a topic; lower than before: nothing happens.

    Raises PermissionDenied.
    """
    member = member_of(actor, group)
    known = Group.objects.values_list("last_seq", flat=True).get(pk=group.pk)
    last = min(seq, known)
    seen = Message.objects.filter(group=group, seq__lte=last)
    if topic is not None:
        seen = seen.filter(topic=topic)
    mark_records_read(user_id=actor.pk, record_type=RECORD, seen=seen, now=now)
    raised = raise_mark(member, last, now, topic)
    if topic is not None:
        last = _read_everywhere(member, known)
        raised = raise_mark(member, last, now)
    if raised:
        announce_read(group, member, last)


def raise_mark(member: Membership, seq: int, now: datetime, topic: Topic | None = None) -> bool:
    """Raise the mark of `member` to `seq`; False where it stood there, or higher."""
    given = {"read_seq": seq, "read_at": now}
    mark, made = ReadMark.objects.get_or_create(membership=member, topic=topic, defaults=given)
    higher = ReadMark.objects.filter(pk=mark.pk, read_seq__lt=seq)
    return made or higher.update(read_seq=seq, read_at=now) == 1


def keep_up(member: Membership, seq: int, now: datetime, topic: Topic | None = None) -> bool:
    """Whoever had read all that was before what they say themselves at `seq` has read that too; so in a topic."""
    before = _read_in(member, None)
    if max(before, member.from_seq) >= seq - 1:
        return raise_mark(member, seq, now)
    if topic is not None:
        read = max(before, member.from_seq, _read_in(member, topic))
        if not Message.objects.filter(topic=topic, seq__gt=read, seq__lt=seq).exists():
            raise_mark(member, seq, now, topic)
    return False


def _read_in(member: Membership, topic: Topic | None) -> int:
    found = ReadMark.objects.filter(membership=member, topic=topic).values_list("read_seq", flat=True).first()
    return found or 0


def _read_everywhere(member: Membership, last_seq: int) -> int:
    """Up to where nothing is left that `member` has read neither in the whole stream nor in its topic."""
    marks = ReadMark.objects.filter(membership=member, topic=OuterRef("topic"), read_seq__gte=OuterRef("seq"))
    begin = max(_read_in(member, None), member.from_seq)
    left = Message.objects.filter(group=member.group_id, seq__gt=begin).exclude(Exists(marks)).order_by("seq")
    first = left.values_list("seq", flat=True).first()
    return first - 1 if first is not None else last_seq


def say_typing(*, actor: User, group: Group) -> None:
    """Raises PermissionDenied."""
    announce_typing(group, member_of(actor, group))


def mute(*, actor: User, group: Group, until: datetime | None) -> None:
    """Hear nothing of the group up to `until`; None: hear it again. Raises PermissionDenied."""
    Membership.objects.filter(pk=member_of(actor, group).pk).update(muted_until=until)


def keep_on_top(*, actor: User, group: Group, wanted: bool, now: datetime) -> None:
    """Pin the group in one's own list, or let go of it. Raises PermissionDenied."""
    row = Membership.objects.filter(pk=member_of(actor, group).pk)
    row.filter(pinned_at__isnull=wanted).update(pinned_at=now if wanted else None)


def save_draft(*, actor: User, group: Group, text: str, now: datetime) -> None:
    """Keep what one is writing, in place of what was kept; nothing written: nothing is kept.

    Raises PermissionDenied.
    """
    member = member_of(actor, group)
    kept = text.replace("\x00", "")[:8_000]
    if kept.strip():
        Draft.objects.update_or_create(membership=member, defaults={"text": kept, "saved_at": now})
    else:
        Draft.objects.filter(membership=member).delete()
