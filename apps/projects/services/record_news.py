"""What happens with a record reaches the groups that it is a quiet member of: facts of a short while in one message."""

from __future__ import annotations

import functools
from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import uuid4

from django.db import transaction
from django.utils.translation import gettext as _

from apps.activities.models import Activity
from apps.core.contributions import subjects
from apps.core.jobs import nudge
from apps.projects import jobs
from apps.projects.models import Group, Membership, Message, ReadMark, RecordFact
from apps.projects.services.announcing import announce
from apps.projects.services.counting import take_place, take_rev

TOGETHER = timedelta(minutes=15)
MOST = 200  # records in one go


def keep_facts(*, context_type: str, context_ids: Collection[int], now: datetime) -> None:
    """Let those wait that are to be posted: of this moment's entries, as far as nobody has silenced their kind."""
    subject = subjects.get(context_type)
    if subject is None:
        return
    members = Membership.objects.present().filter(record_type=context_type, record_id__in=list(context_ids))
    waiting = []
    for member in members:
        wanted = [verb for verb in subject.facts if verb not in member.silenced]
        written = Activity.objects.live().filter(context_type=context_type, context_id=member.record_id)
        fresh = written.filter(created_at=now, occurred_at__gte=member.joined_at, verb__in=wanted)
        waiting += [RecordFact(membership=member, activity_id=pk) for pk in fresh.values_list("pk", flat=True)]
    if RecordFact.objects.bulk_create(waiting, ignore_conflicts=True):
        transaction.on_commit(functools.partial(nudge, jobs.post_record_news))


def post_waiting(*, now: datetime) -> int:
    """Post what waits, by whoever comes first; how many facts. What another one has in hand is left to them."""
    waiting = RecordFact.objects.filter(message=None).order_by("membership")
    members = list(waiting.values_list("membership", flat=True).distinct()[:MOST])
    return sum(_post(member_id, now) for member_id in members)


@transaction.atomic
def _post(member_id: int, now: datetime) -> int:
    member = Membership.objects.select_related("group").filter(pk=member_id).first()
    if member is None:
        return 0
    # The group first, as whoever removes a record does: two of one record make one message, and none waits for another.
    Group.objects.select_for_update(no_key=True).get(pk=member.group_id)
    facts = list(RecordFact.objects.select_for_update(skip_locked=True).filter(message=None, membership=member_id))
    if not facts:
        return 0
    rev = take_rev(member.group_id)
    said = Message.objects.standing().filter(author=member, sent_at__gt=now - TOGETHER).order_by("-seq").first()
    if said is None:
        said = _say(member, now)
    else:
        said.rev = rev
        said.save(update_fields=["rev"])
    RecordFact.objects.filter(pk__in=[fact.pk for fact in facts]).update(message=said)
    announce(said)
    return len(facts)


def _say(member: Membership, now: datetime) -> Message:
    """Without a notice; whoever had read all so far has nothing new to read either."""
    seq, rev = take_place(member.group_id, now=now)
    ReadMark.objects.filter(membership__group=member.group_id, topic=None, read_seq=seq - 1).update(read_seq=seq)
    return Message.objects.create(
        group=member.group, author=member, seq=seq, rev=rev, client_id=str(uuid4()), text=_("News"), sent_at=now
    )
