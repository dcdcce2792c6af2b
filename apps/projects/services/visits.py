"""When somebody was last here: what a summary of the time between is made from."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from apps.accounts.models import User
from apps.projects.absence import AWAY
from apps.projects.models import Group, Membership, ReadMark, Visit
from apps.projects.services.members import member_of


@transaction.atomic
def note_visit(*, actor: User, group: Group, now: datetime) -> None:
    """Note that the group's page is open; after a break of `AWAY` a new visit begins. Raises PermissionDenied."""
    member = member_of(actor, group)
    given = {"seen_at": now, "came_at": now}
    visit, made = Visit.objects.get_or_create(membership=member, defaults=given)
    if made:
        return
    rows = Visit.objects.filter(pk=visit.pk, seen_at__lt=now)
    if now - visit.seen_at <= AWAY:
        rows.update(seen_at=now)
    else:  # of two pages that open at once one begins the visit
        began = rows.filter(seen_at=visit.seen_at)
        began.update(left_at=visit.seen_at, left_seq=read_of(member), came_at=now, seen_at=now)


def read_of(member: Membership) -> int:
    """How far a member has read; what was before they came is no news to them."""
    mark = ReadMark.objects.filter(membership=member, topic=None).values_list("read_seq", flat=True).first()
    return max(mark or 0, member.from_seq)
