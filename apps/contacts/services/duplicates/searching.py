"""A search for duplicates through the whole house, in the background or from a command."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.accounts.permissions import is_staff_member
from apps.contacts.models import Entity
from apps.contacts.services.duplicates.finding import PORTION, compare, open_pairs, wait_for_turn
from apps.core import clock
from apps.core.models import Operation
from apps.core.services.operations import Progress, start

VERB = "duplicates.searched"


def begin_search(*, actor: User, now: datetime) -> Operation:
    """Compare all contacts with one another in the background; a search that is at work already is returned.

    Raises PermissionDenied.
    """
    if not is_staff_member(actor):
        raise PermissionDenied
    running = running_search()
    if running is not None:
        return running
    return start(actor=actor, verb=VERB, parameters={}, now=now, total=Entity.objects.live().count(), undoable=False)


def running_search() -> Operation | None:
    return Operation.objects.unfinished().filter(verb=VERB).order_by("pk").first()


def search_all(*, on_portion: Callable[[int], None]) -> int:
    """The same at once, for a command; returns how many contacts were compared."""
    after = compared = 0
    while ids := _next_portion(after):
        after = ids[-1]
        compared += len(ids)
        on_portion(compared)
    return compared


def run_search(operation: Operation, progress: Progress) -> dict[str, Any]:
    """The runner: in the order of ids, each portion in a transaction that notes how far it came."""
    after = int(operation.parameters.get("after", 0))
    while True:
        progress.check_cancelled()
        with transaction.atomic():
            ids = _next_portion(after)
            if not ids:
                return {"pairs": open_pairs(operation.actor)}
            after = ids[-1]
            done = progress.done + len(ids)
            Operation.objects.filter(pk=operation.pk).update(parameters={"after": after}, done=done)
        progress.at(done, _("%(count)s pairs so far") % {"count": open_pairs(operation.actor)})


@transaction.atomic
def _next_portion(after: int) -> list[int]:
    """Compare those behind the id `after`, and return them; none at the end."""
    wait_for_turn()
    rows = Entity.objects.live().filter(pk__gt=after).order_by("pk")
    ids = list(rows.values_list("pk", flat=True)[:PORTION])
    compare(ids, now=clock.now())
    return ids
