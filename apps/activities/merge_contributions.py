"""What the history brings to a merge: entries, meetings, reminders and what is watched."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Q
from django.utils.translation import ngettext

from apps.activities.models import Activity, ActivityEntity, Attendee, Meeting, Notice, Reminder, Watch
from apps.activities.services.recording import restamp
from apps.core.contributions import MergePart, Tie, merge

_ENTITY = {"record_type": "contacts.entity"}


def register() -> None:
    """Called once, when the app is ready."""
    ties = (
        Tie(
            ActivityEntity,
            words=lambda n: (
                ngettext("%(count)s entry of the history", "%(count)s entries of the history", n) % {"count": n}
            ),
            seen=lambda user: Q(activity__in=Activity.objects.visible_to(user).values("pk")),
        ),
        Tie(Activity, "shown_to"),
        Tie(Activity, "context_id", where={"context_type": "contacts.entity"}),
        Tie(
            Attendee,
            words=lambda n: ngettext("%(count)s meeting", "%(count)s meetings", n) % {"count": n},
            seen=lambda user: Q(meeting__in=Meeting.objects.visible_to(user).values("pk")),
        ),
        Tie(Reminder),
        Tie(Watch, "record_id", where=_ENTITY),
        Tie(Notice, "record_id", where=_ENTITY),
    )
    merge.register("activities", MergePart(ties, settle=_settle), position=20)


def _settle(ids: Sequence[int], now: datetime) -> None:
    restamp(ids)
