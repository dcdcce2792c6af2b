"""What a user does with threads in the list of their mailboxes: archive, put off, assign, call spam, wave through."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.activities.models import Activity
from apps.activities.services.telling import News, tell
from apps.core.services.operations import operate, snapshot
from apps.messaging.models import MailMessage, ThreadState
from apps.messaging.services.announcing import announce_mail, readers_of
from apps.messaging.services.keeping import ARCHIVE, JUNK, UNARCHIVE, UNJUNK, Way, keep

if TYPE_CHECKING:
    from django.db.models import QuerySet

# What the services that store and send work out by themselves: undo leaves it as it is.
DERIVED = frozenset(
    {
        "last_at",
        "last_in_at",
        "last_out_at",
        "snippet",
        "people",
        "message_count",
        "unread_count",
        "has_attachments",
        "needs_answer",
    }
)


def archive_threads(*, actor: User, states: Collection[ThreadState], now: datetime, back: bool = False) -> int | None:
    """Out of the inbox, or back into it, on the server too; a mail that comes later brings the thread back by itself.

    Like the others here: returns the operation, None where nothing changed; raises PermissionDenied for a row of a
    mailbox that isn't the actor's.
    """

    def archive(state: ThreadState) -> None:
        state.is_archived, state.snoozed_until = not back, None

    return _change(
        actor, states, "mail.unarchived" if back else "mail.archived", archive, now, UNARCHIVE if back else ARCHIVE
    )


def junk_threads(*, actor: User, states: Collection[ThreadState], now: datetime, back: bool = False) -> int | None:
    def junk(state: ThreadState) -> None:
        state.is_junk = not back

    return _change(actor, states, "mail.unjunked" if back else "mail.junked", junk, now, UNJUNK if back else JUNK)


def snooze_threads(
    *, actor: User, states: Collection[ThreadState], until: datetime | None, now: datetime
) -> int | None:
    """Out of sight until then; None shows them again. Raises ValidationError for a moment that is over."""
    if until is not None and until <= now:
        raise ValidationError({"until": _("Choose a time that is still to come.")})

    def snooze(state: ThreadState) -> None:
        state.snoozed_until = until

    return _change(actor, states, "mail.snoozed" if until else "mail.woken", snooze, now)


def waive_answers(*, actor: User, states: Collection[ThreadState], now: datetime) -> int | None:
    """Nobody has to answer what has come till now; the next mail of theirs needs one again."""

    def waive(state: ThreadState) -> None:
        state.needs_answer, state.answer_waived_at = False, now

    return _change(actor, [each for each in states if each.needs_answer], "mail.answer_waived", waive, now)


def assign_threads(*, actor: User, states: Collection[ThreadState], assignee: User | None, now: datetime) -> int | None:
    """Let `assignee`, or nobody, see to these threads; they are told of it.

    Raises ValidationError where somebody doesn't read the mailbox.
    """
    if assignee is not None:
        readers = readers_of({state.account_id for state in states})
        if not all(assignee.pk in users for users in readers.values()):
            words = _("%(name)s doesn't read this mailbox. Share the thread instead.") % {"name": assignee}
            raise ValidationError({"assignee": words})

    def assign(state: ThreadState) -> None:
        state.assignee = assignee

    operation = _change(actor, states, "mail.assigned" if assignee else "mail.unassigned", assign, now)
    if operation is not None and assignee is not None:
        _tell_assignee(actor, assignee, {state.thread_id for state in states}, now)
    return operation


def assignable_to(states: Collection[ThreadState]) -> QuerySet[User]:
    """Who reads all of these mailboxes, by name."""
    readers = list(readers_of({state.account_id for state in states}).values())
    common = set.intersection(*readers) if readers else set()
    return User.objects.filter(pk__in=common, is_active=True).order_by("name", "pk")


def after_undo(state_ids: list[int], now: datetime) -> None:
    announce_mail(set(ThreadState.objects.filter(pk__in=state_ids).values_list("account_id", "thread_id")))


def editable_states(user: User, ids: Collection[int]) -> set[int]:
    return set(ThreadState.objects.of_mailboxes_of(user).filter(pk__in=ids).values_list("pk", flat=True))


def _change(
    actor: User,
    states: Collection[ThreadState],
    verb: str,
    act: Callable[[ThreadState], None],
    now: datetime,
    way: Way | None = None,
) -> int | None:
    ids = {state.pk for state in states}
    if len(editable_states(actor, ids)) < len(ids):
        raise PermissionDenied
    changed = []
    with operate(actor=actor, verb=verb, now=now) as recorder:
        if way is not None:
            keep(states, way, recorder)
        for state in ThreadState.objects.select_for_update().filter(pk__in=ids).order_by("pk"):
            before = snapshot(state)
            act(state)
            if recorder.updated(state, before):
                changed.append(state)
        fields = ["is_archived", "is_junk", "snoozed_until", "needs_answer", "answer_waived_at", "assignee"]
        ThreadState.objects.bulk_update(changed, fields, batch_size=500)
        announce_mail({(state.account_id, state.thread_id) for state in changed})
        return recorder.operation.pk if recorder.changes else None


def _tell_assignee(actor: User, assignee: User, thread_ids: Collection[int], now: datetime) -> None:
    """A notice leads to the entry of the thread's newest mail; what has none is found under "Assigned to me"."""
    newest = MailMessage.objects.filter(thread__in=thread_ids, activity__isnull=False)
    newest = newest.order_by("thread", "-happened_at", "-pk").distinct("thread")
    entries = Activity.objects.visible_to(assignee).filter(pk__in=newest.values("activity"))
    news = [
        News(assignee.pk, "assigned", "mail.assigned", activity_id=pk) for pk in entries.values_list("pk", flat=True)
    ]
    tell(news, actor_id=actor.pk, now=now)
