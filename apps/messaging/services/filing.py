"""Messages into the one history: an entry each, about the contacts whose addresses they bear."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Exists, OuterRef

from apps.activities.models import Activity, ActivityEntity, Watch
from apps.activities.services.recording import Context, Entry, record_many, set_entities
from apps.activities.services.telling_pages import tell_timelines_of
from apps.activities.services.watching import tell_of_entry
from apps.contacts.models import Entity
from apps.core.batch import update_rows
from apps.messaging.models import Draft, MailAccount, MailAddress, MailCopy, MailFolder, MailMessage
from apps.messaging.services.filing_contexts import contexts_of
from apps.messaging.services.filing_people import about, known_people, seen_by
from apps.messaging.services.stamping import stamp_messages

if TYPE_CHECKING:
    from apps.accounts.models import User

KIND = "mail"
# What a program sent to many, or a server said of our own mail, is no word between people.
_NOT_FILED = ("newsletter", "bounce")
_ENTITIES = "contacts.entity"
_NEWS = timedelta(days=1)


@transaction.atomic
def file_messages(messages: Sequence[MailMessage], *, now: datetime) -> None:
    """Write, or work out anew, the history's entry of each message; repeated, it changes nothing.

    Its addresses and copies are stored already. The entry stands on the timelines of the contacts whose addresses the
    message bears (as the mailboxes' people see them) and of their employers; its readers follow the mailboxes' sharing
    (`stamping`). A mail about nobody we know has none; nor has a newsletter, or what lies in Spam, Trash or Drafts.
    """
    wanted = [message for message in messages if message.automatic not in _NOT_FILED]
    holders = _holders(wanted)
    wanted = [message for message in wanted if message.pk in holders]
    if not wanted:
        return
    people = _people(wanted, holders)
    contexts = contexts_of(wanted)
    fresh = [one for one in wanted if one.activity_id is None and (people[one.pk] or one.pk in contexts)]
    authors = _authors(fresh, holders)
    entries = [(_entry(message, people[message.pk], contexts), authors.get(message.pk)) for message in fresh]
    for message, activity in zip(fresh, record_many(entries, now=now), strict=True):
        message.activity = activity
    update_rows(MailMessage, ["activity"], [(message.pk, message.activity_id) for message in fresh])
    new = {message.pk for message in fresh}
    _add_people([message for message in wanted if message.activity_id and message.pk not in new], people, now)
    stamp_messages([message.pk for message in wanted if message.activity_id], today=now.date())
    tell_timelines_of([message.activity_id for message in fresh if message.activity_id])
    _tell([message for message in fresh if now - message.happened_at < _NEWS], authors, now)


def _entry(message: MailMessage, people: Sequence[Entity], contexts: Mapping[int, Context]) -> Entry:
    return Entry(
        kind=KIND,
        verb="mail.sent" if message.is_outgoing else "mail.received",
        occurred_at=message.happened_at,
        entities=people,
        context=contexts.get(message.pk),
        facts={
            "message": message.pk,
            "thread": message.thread_id,
            "direction": "out" if message.is_outgoing else "in",
            "attachments": message.attachment_count,
        },
        visibility=Activity.Visibility.PRIVATE,  # until it is stamped
    )


def _tell(messages: Sequence[MailMessage], authors: Mapping[int, User], now: datetime) -> None:
    """Tell those who watch a contact of its new mail, as far as they may know of it; not of what is long past."""
    if not messages:
        return
    entries = {message.activity_id: message for message in messages if message.activity_id}
    watched = Watch.objects.filter(record_type=_ENTITIES, record_id=OuterRef("entity"))
    links = ActivityEntity.objects.filter(Exists(watched), activity__in=entries)
    for activity in Activity.objects.filter(pk__in=links.values("activity")).order_by("pk"):
        tell_of_entry(activity, actor=authors.get(entries[activity.pk].pk), now=now)


def _holders(messages: Sequence[MailMessage]) -> dict[int, list[MailAccount]]:
    """The mailboxes that hold each message somewhere else than aside; deleted there too: what was said was said."""
    rows = MailCopy.objects.filter(message__in=[message.pk for message in messages])
    rows = rows.exclude(folder__role__in=MailFolder.ASIDE).order_by("account")
    pairs = list(rows.values_list("message_id", "account_id").distinct())
    accounts = MailAccount.objects.select_related("owner").in_bulk({account_id for _, account_id in pairs})
    holders: dict[int, list[MailAccount]] = {}
    for message_id, account_id in pairs:
        holders.setdefault(message_id, []).append(accounts[account_id])
    return holders


def _people(messages: Sequence[MailMessage], holders: Mapping[int, Sequence[MailAccount]]) -> dict[int, list[Entity]]:
    named: dict[int, list[str]] = {message.pk: [] for message in messages}
    rows = MailAddress.objects.filter(message__in=named).exclude(role=MailAddress.Role.REPLY_TO)
    for message_id, address in rows.order_by("message", "position", "pk").values_list("message_id", "address"):
        named[message_id].append(address)
    known = known_people({address for addresses in named.values() for address in addresses})
    records = {one.context_id for one in messages if one.context_type == _ENTITIES and one.context_id}
    ids = {pk for pks in known.values() for pk in pks} | records
    seen = seen_by({account.pk: account for held in holders.values() for account in held}.values(), ids)
    people = {pk: about(addresses, known, holders[pk], seen) for pk, addresses in named.items()}
    for message in messages:  # sent from a contact's page to another address
        if message.context_type == _ENTITIES and message.context_id:
            from_there = [seen[one.pk].get(message.context_id) for one in holders[message.pk]]
            people[message.pk] += [each for each in from_there if each and each not in people[message.pk]][:1]
    return people


def _authors(messages: Sequence[MailMessage], holders: Mapping[int, Sequence[MailAccount]]) -> dict[int, User]:
    """Who wrote what we sent: the draft's author, else whose mailbox it is."""
    ours = [message for message in messages if message.is_outgoing]
    drafts = Draft.objects.filter(sent__in=[message.pk for message in ours]).select_related("author")
    authors = {draft.sent_id: draft.author for draft in drafts if draft.sent_id is not None}
    for message in ours:
        own = [account.owner for account in holders[message.pk] if account.address == message.sender_address]
        if own and own[0] is not None:
            authors.setdefault(message.pk, own[0])
    return authors


def _add_people(messages: Iterable[MailMessage], people: Mapping[int, Sequence[Entity]], now: datetime) -> None:
    """Another mailbox, or an address that has a contact now, may bring contacts to an entry; none is taken away."""
    by_activity = {message.activity_id: message for message in messages if message.activity_id is not None}
    if not by_activity:
        return
    activities = Activity.objects.filter(pk__in=list(by_activity), removed_at__isnull=True).prefetch_related(
        "participants__entity"
    )
    for activity in activities:
        there = [link.entity for link in activity.participants.all() if not link.via_employer]
        more = [entity for entity in people[by_activity[activity.pk].pk] if entity not in there]
        if more:
            set_entities(activity, [*there, *more], now=now)
