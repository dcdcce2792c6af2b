"""The list of mail: a page of rows of one box, over one or all of a user's mailboxes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from apps.core.markup import hue, record_url
from apps.core.page_keys import page_key, read_page_key
from apps.messaging.addresses import address_of
from apps.messaging.models import Draft, MailAccount, MailCopy, ThreadState
from apps.messaging.selectors.boxes import BOXES, DRAFTS, SHARED

if TYPE_CHECKING:
    from apps.accounts.models import User

PAGE = 50


@dataclass(frozen=True, slots=True)
class Mailbox:
    """One of the reader's mailboxes, as the list marks it."""

    id: int
    address: str
    name: str
    letters: str
    hue: int


@dataclass(frozen=True, slots=True)
class MailRow:
    """One row: of a thread, of a message that was found, of a draft. `key` names it on the page.

    `state_id` is the row's own in the reader's mailbox, which is what can be archived or put off; None where there is
    none: drafts, threads that a colleague shares, what was found.
    """

    key: str
    url: str
    people: str
    subject: str
    snippet: str
    at: datetime
    state_id: int | None = None
    copy_id: int | None = None  # of a mail thrown away: what is put back
    count: int = 1
    is_unread: bool = False
    has_attachments: bool = False
    needs_answer: bool = False
    assignee: str = ""
    snoozed_until: datetime | None = None
    mailbox: Mailbox | None = None
    opens_sheet: bool = False


@dataclass(frozen=True, slots=True)
class MailPage:
    """`after` is the key of the next page, "" at the end."""

    rows: list[MailRow]
    after: str


def mailboxes_of(user: User) -> dict[int, Mailbox]:
    """The mailboxes that `user` reads whole, by id; each with two letters and a colour of its own."""
    rows = MailAccount.objects.visible_to(user).order_by("pk").values_list("pk", "address", "display_name")
    return {pk: Mailbox(pk, address, name or address, _letters(address), hue(address)) for pk, address, name in rows}


def _letters(address: str) -> str:
    """ "bob.sales@oak.example" gives "BO"."""
    local, _sign, domain = address.partition("@")
    return (local[:1] + domain[:1]).upper()


def page_of(
    box: str,
    *,
    user: User,
    mailboxes: Mapping[int, Mailbox],
    among: Collection[int],
    now: datetime,
    after: str = "",
) -> MailPage:
    """A page of `box`, the newest first, from the mailboxes `among`; an `after` that makes no sense begins anew."""
    key = read_page_key(after)
    if box == DRAFTS:
        return _drafts(user, mailboxes, key)
    found = ThreadState.objects.select_related("assignee").order_by("-last_at", "-pk")
    if box == SHARED:
        rows = list(_beyond(found.shared_with(user), key)[: PAGE + 1])
    else:
        rows = _of_each(found.filter(_condition(box, user, now)), sorted(among), key)
    more = len(rows) > PAGE
    rows = rows[:PAGE]
    subjects = _subjects(rows)
    shown = [_thread_row(each, mailboxes.get(each.account_id), subjects.get(each.pk, ""), now) for each in rows]
    return MailPage(shown, page_key(rows[-1].last_at, rows[-1].pk) if more else "")


def _condition(box: str, user: User, now: datetime) -> Q:
    narrow = BOXES[box].condition
    return narrow(user, now) if narrow else Q()


def _of_each(found: QuerySet[ThreadState], among: Sequence[int], key: tuple[datetime, int] | None) -> list[ThreadState]:
    """The first rows of all mailboxes together: a short index scan in each, in one statement."""
    if not among:
        return []
    parts = [_beyond(found.filter(account=account), key)[: PAGE + 1] for account in among]
    if len(parts) == 1:
        return list(parts[0])
    rows = list(parts[0].union(*parts[1:], all=True))
    rows.sort(key=lambda state: (state.last_at, state.pk), reverse=True)
    return rows[: PAGE + 1]


def _beyond(found: Any, key: tuple[datetime, int] | None) -> Any:
    if key is None:
        return found
    at, pk = key
    return found.filter(Q(last_at__lt=at) | Q(last_at=at, pk__lt=pk), last_at__lte=at)


def _subjects(states: Sequence[ThreadState]) -> dict[int, str]:
    """By row, the subject of the first message that its mailbox holds: the thread may have begun in another one."""
    by_place = {(state.account_id, state.thread_id): state.pk for state in states}
    accounts, threads = {account for account, _thread in by_place}, {thread for _account, thread in by_place}
    first = MailCopy.objects.filter(account__in=accounts, thread__in=threads)
    first = first.order_by("account", "thread", "message__happened_at", "message").distinct("account", "thread")
    rows = first.values_list("account", "thread", "message__subject")
    return {by_place[account, thread]: subject for account, thread, subject in rows if (account, thread) in by_place}


def _thread_row(state: ThreadState, mailbox: Mailbox | None, subject: str, now: datetime) -> MailRow:
    url = record_url("messaging:thread", state.thread_id)
    return MailRow(
        key=f"thread-{state.pk}",
        url=url if mailbox is None else f"{url}?account={state.account_id}",
        people=state.people,
        subject=subject,
        snippet=state.snippet,
        at=state.last_at,
        state_id=state.pk if mailbox else None,
        count=state.message_count,
        is_unread=mailbox is not None and state.unread_count > 0,
        has_attachments=state.has_attachments,
        needs_answer=state.needs_answer,
        assignee=str(state.assignee) if state.assignee else "",
        snoozed_until=state.snoozed_until if state.snoozed_until and state.snoozed_until > now else None,
        mailbox=mailbox,
    )


def _drafts(user: User, mailboxes: Mapping[int, Mailbox], key: tuple[datetime, int] | None) -> MailPage:
    found = Draft.objects.visible_to(user).unsent().order_by("-modified_at", "-pk")
    if key is not None:
        at, pk = key
        found = found.filter(Q(modified_at__lt=at) | Q(modified_at=at, pk__lt=pk), modified_at__lte=at)
    rows = list(found[: PAGE + 1])
    more = len(rows) > PAGE
    rows = rows[:PAGE]
    shown = [
        MailRow(
            key=f"draft-{draft.pk}",
            url=address_of("messaging:draft", draft.pk),
            people=named(draft.to) or _("(nobody yet)"),
            subject=draft.subject or _("(no subject)"),
            snippet="",
            at=draft.modified_at,
            mailbox=mailboxes.get(draft.account_id or 0),
            opens_sheet=True,
        )
        for draft in rows
    ]
    return MailPage(shown, page_key(rows[-1].modified_at, rows[-1].pk) if more else "")


def named(pairs: Iterable[Sequence[str]]) -> str:
    """Names of [name, address] pairs, the address where one has none."""
    return ", ".join(name or address for name, address in pairs)
