"""Which thread a message belongs to: by the ids it bears, else by subject and people."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import connection

from apps.core.batch import insert_rows, reserve_ids, update_rows
from apps.messaging.models import MailAddress, MailMessage, Thread, ThreadKey
from apps.messaging.services.thread_joining import join_threads

_APART = timedelta(days=30)  # a subject that comes again later begins anew
_IN_COMMON = 2  # addresses: one of ours is in all of them
_CANDIDATES = 500
_MOST_JOINED = 3  # by one message: more than an honest one has reason for
_LOCK = 0x6D61696C  # "mail"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is known of a message that looks for its thread."""

    message_id: str
    references: Sequence[str]  # the oldest first
    at: datetime
    subject: str = ""
    subject_key: str = ""
    addresses: Collection[str] = frozenset()
    by_subject: bool = True  # may a subject alone lead it to a thread? Only an answer, and not what programs write


@dataclass(slots=True)
class _Search:
    """What one portion has found and made so far."""

    by_key: dict[str, Thread]
    by_subject: dict[str, list[Thread]]
    people: dict[int, set[str]]  # addresses by thread, of those that a subject may lead to
    ids: Iterator[int]  # for new threads
    made: list[Thread] = field(default_factory=list)
    moved: dict[int, Thread] = field(default_factory=dict)
    joined: dict[int, Thread] = field(default_factory=dict)  # where a thread went that was joined to another one

    def true(self, thread: Thread) -> Thread:
        while thread.pk in self.joined:
            thread = self.joined[thread.pk]
        return thread


def lock_threads() -> None:
    """Let one portion of mail after another find its threads, until the transaction ends: no two make the same one."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def find_threads(wanted: Sequence[Wanted], *, now: datetime) -> list[Thread]:
    """The thread of each message, made where there is none; in that order. Call it within a transaction.

    References decide, also those to messages that are gone or still to come. An answer without any that is known goes
    to a thread of the same subject within thirty days with two addresses in common.
    """
    lock_threads()
    search = _look(wanted)
    found: dict[int, Thread] = {}
    for place in sorted(range(len(wanted)), key=lambda place: wanted[place].at):
        found[place] = _settle(search, wanted[place], now)
    found = {place: search.true(thread) for place, thread in found.items()}
    insert_rows([thread for thread in search.made if thread.pk not in search.joined])
    update_rows(Thread, ["last_at"], _moves(search))
    _remember(wanted, found)
    return [found[place] for place in range(len(wanted))]


def _settle(search: _Search, one: Wanted, now: datetime) -> Thread:
    keys = [one.message_id, *reversed(one.references)]
    threads = list(dict.fromkeys(search.true(search.by_key[key]) for key in keys if key in search.by_key))
    thread = threads[0] if threads else _of_subject(search, one) or _new(search, one, now)
    for other in threads[1 : 1 + _MOST_JOINED]:
        if join_threads(other, into=thread, now=now):
            search.joined[other.pk] = thread
    if one.at > thread.last_at:
        thread.last_at = one.at
        search.moved[thread.pk] = thread
    search.people.setdefault(thread.pk, set()).update(one.addresses)
    search.by_key |= {key: thread for key in keys if key not in search.by_key}
    return thread


def _moves(search: _Search) -> list[tuple[int, datetime]]:
    return [(pk, thread.last_at) for pk, thread in sorted(search.moved.items()) if pk not in search.joined]


def _new(search: _Search, one: Wanted, now: datetime) -> Thread:
    thread = Thread(
        pk=next(search.ids),
        subject=one.subject[:300],
        subject_key=one.subject_key,
        last_at=one.at,
        created_at=now,
    )
    search.made.append(thread)
    if one.subject_key:
        search.by_subject.setdefault(one.subject_key, []).insert(0, thread)
    return thread


def _of_subject(search: _Search, one: Wanted) -> Thread | None:
    if not one.subject_key or not one.by_subject:
        return None
    for thread in map(search.true, search.by_subject.get(one.subject_key, ())):
        near = abs(one.at - thread.last_at) <= _APART
        if near and len(search.people.get(thread.pk, set()) & set(one.addresses)) >= _IN_COMMON:
            return thread
    return None


def _look(wanted: Sequence[Wanted]) -> _Search:
    keys = {key for one in wanted for key in (one.message_id, *one.references)}
    # What was written here has no key of its own yet.
    rows = dict(MailMessage.objects.filter(message_id__in=keys).values_list("message_id", "thread_id"))
    rows |= dict(ThreadKey.objects.filter(message_id__in=keys).values_list("message_id", "thread_id"))
    lost = [one for one in wanted if not any(key in rows for key in (one.message_id, *one.references))]
    similar = _similar([one for one in lost if one.subject_key and one.by_subject])
    threads = Thread.objects.in_bulk({*rows.values(), *(thread.pk for thread in similar)})
    by_subject: dict[str, list[Thread]] = {}
    for thread in similar:
        by_subject.setdefault(thread.subject_key, []).append(threads[thread.pk])
    ids = iter(reserve_ids({Thread: len(lost)})[Thread])
    return _Search({key: threads[pk] for key, pk in rows.items()}, by_subject, _people(similar), ids)


def _similar(lost: Sequence[Wanted]) -> list[Thread]:
    """Threads of these subjects, the newest first."""
    if not lost:
        return []
    first, last = min(one.at for one in lost) - _APART, max(one.at for one in lost) + _APART
    found = Thread.objects.filter(subject_key__in={one.subject_key for one in lost}, last_at__range=(first, last))
    return list(found.order_by("-last_at", "-pk")[:_CANDIDATES])


def _people(threads: Sequence[Thread]) -> dict[int, set[str]]:
    people: dict[int, set[str]] = {thread.pk: set() for thread in threads}
    if threads:
        rows = MailAddress.objects.filter(message__thread__in=people).values_list("message__thread", "address")
        for pk, address in rows.distinct():
            people[pk].add(address)
    return people


def _remember(wanted: Sequence[Wanted], found: Mapping[int, Thread]) -> None:
    keys = {key: found[place] for place, one in enumerate(wanted) for key in (*one.references, one.message_id)}
    rows = [
        ThreadKey(message_id=key, thread_id=thread.pk) for key, thread in sorted(keys.items(), key=lambda row: row[0])
    ]
    insert_rows(rows, ignore_conflicts=True)
