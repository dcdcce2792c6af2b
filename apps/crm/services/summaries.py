"""The summary of a day: what has changed for one of a dealer's people since the last one, behind their own wall."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from apps.accounts.preferences import own_zone_of, preferences_of
from apps.activities.models import NoticePreference
from apps.activities.selectors.wishes import mail_due_at
from apps.crm.drawing.since import line_of
from apps.crm.models import Summary
from apps.crm.models.reach import portal_reader
from apps.crm.selectors.since import changes_since
from apps.crm.services.papers.reading import reading

if TYPE_CHECKING:
    from apps.accounts.models import User


@transaction.atomic
def choose_summary(*, actor: User, wanted: bool, now: datetime) -> None:
    """Get one mail a day, or none; the first tells of what changes from now on."""
    if not wanted:
        Summary.objects.filter(user=actor.pk).delete()
        return
    Summary.objects.get_or_create(user_id=actor.pk, defaults={"since_at": now, "due_at": _due(actor, now)})


def move_summary(*, user: User, now: datetime) -> None:
    """Hour or zone are others now. One whose time has come already stays due."""
    Summary.objects.filter(user=user.pk, due_at__gt=now).update(due_at=_due(user, now))


def due_summaries(now: datetime) -> Iterable[int]:
    return Summary.objects.filter(due_at__lte=now).order_by("user").values_list("user", flat=True)


def take_summary(user: User, now: datetime) -> list[tuple[str, str]]:
    """The lines that are due; asked under the lock on `user`, so that no two processes tell the same.

    Where nothing has changed the next day's begins where this one would have.
    """
    row = Summary.objects.select_for_update().filter(user=user.pk, due_at__lte=now).first()
    if row is None:
        return []
    since, row.since_at, row.due_at = row.since_at, now, _due(user, now)
    row.save()
    if portal_reader(user) is None:
        return []
    with reading(user):
        told = [line_of(change) for change in changes_since(user, since, now=now)]
    return [(line.words, line.url) for line in told]


def _due(user: User, now: datetime) -> datetime:
    own = preferences_of(user)
    due = mail_due_at(NoticePreference.Mail.DAILY, zone=own_zone_of(own), now=now, hour=own.digest_hour)
    return due or now
