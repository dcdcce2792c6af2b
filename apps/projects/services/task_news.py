"""A task's news where it shows: under the message that it came from, and on the board of its project."""

from __future__ import annotations

from collections.abc import Collection

from apps.activities.models import Activity
from apps.projects.models import Group, MessageEntry
from apps.projects.project_reach import CONTEXT
from apps.projects.services.announcing import announce, announce_board
from apps.projects.services.counting import take_rev

MOST = 50  # messages drawn anew at once; of more than that pages hear when they are opened


def tell_of_tasks(ids: Collection[int]) -> None:
    """Called in the transaction that changed them."""
    entries = MessageEntry.objects.filter(activity__in=ids, message__deleted_at__isnull=True)
    for entry in entries.select_related("message").order_by("message__group", "pk")[:MOST]:
        message = entry.message
        message.rev = take_rev(message.group_id)
        message.save(update_fields=["rev"])
        announce(message)
    boards = Activity.objects.filter(pk__in=ids, context_type=CONTEXT).values("context_id")
    for group in Group.objects.filter(pk__in=boards):
        announce_board(group)
