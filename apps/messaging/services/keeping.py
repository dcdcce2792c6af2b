"""Where a reader wants their mail to lie on its server: archived, among spam, in the inbox. The next sync moves it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Q
from django.db.models.expressions import Value
from django.db.models.functions import Coalesce, NullIf
from django.utils.translation import gettext as _

from apps.core.services.operations import Recorder, snapshot
from apps.messaging.models import MailAccount, MailCopy, MailFolder
from apps.messaging.models.copies import MailCopyQuerySet
from apps.messaging.services.sync_times import hasten

if TYPE_CHECKING:
    from apps.messaging.models import ThreadState

Role = MailFolder.Role


@dataclass(frozen=True, slots=True)
class Way:
    """Out of folders of these roles into the folder of that one."""

    out_of: frozenset[str]
    to: Role


ARCHIVE = Way(frozenset({Role.INBOX}), Role.ARCHIVE)
UNARCHIVE = Way(frozenset({Role.ARCHIVE}), Role.INBOX)
JUNK = Way(frozenset({Role.INBOX, Role.ARCHIVE, Role.OTHER}), Role.JUNK)
UNJUNK = Way(frozenset({Role.JUNK}), Role.INBOX)


def keep(states: Collection[ThreadState], way: Way, recorder: Recorder) -> None:
    """Let the mail of these threads go that way with the next sync, as far as its server has such a folder.

    Within a transaction, before the rows of the threads are locked: a sync takes them in this order too.
    """
    rows = list(_to_move(states, way).select_for_update(of=("self",)).order_by("pk"))
    for copy in rows:
        before = snapshot(copy)
        copy.kept_in, copy.is_dirty = way.to, True
        recorder.updated(copy, before)
    MailCopy.objects.bulk_update(rows, ["kept_in", "is_dirty"], batch_size=500)
    hasten({copy.account_id for copy in rows}, now=recorder.now)


def stays_there(states: Collection[ThreadState], way: Way) -> str:
    """In words for people: whose server has no folder for it; "" where all is well."""
    fetched = MailAccount.objects.filter(pk__in={state.account_id for state in states}).exclude(imap_host="")
    there = MailFolder.objects.filter(account=OuterRef("pk"), uidvalidity__isnull=False)
    lacking = fetched.filter(Exists(there), ~Exists(there.model.objects.filter(account=OuterRef("pk"), role=way.to)))
    addresses = ", ".join(lacking.order_by("address").values_list("address", flat=True)[:3])
    if not addresses:
        return ""
    if way.to == Role.JUNK:
        return _("The server of %(address)s has no spam folder: there it stays where it is.") % {"address": addresses}
    return _("The server of %(address)s has no archive folder: there it stays where it is.") % {"address": addresses}


def _to_move(states: Collection[ThreadState], way: Way) -> MailCopyQuerySet:
    """What one wrote oneself stays where it is, unless it came into the inbox. Where it lies already it stays too."""
    place = Coalesce(NullIf("kept_in", Value("")), "moved_from__role", "folder__role")
    by_account: dict[int, list[int]] = defaultdict(list)
    for state in states:
        by_account[state.account_id].append(state.thread_id)
    mine = Q(pk__in=[])
    for account, threads in by_account.items():
        mine |= Q(account=account, thread__in=threads)
    of_them = MailCopy.objects.present().filter(mine, uid__isnull=False).alias(place=place)
    elsewhere = of_them.filter(place=way.to, message=OuterRef("message"), account=OuterRef("account"))
    has_folder = MailFolder.objects.filter(account=OuterRef("account"), role=way.to)
    found = of_them.filter(Exists(has_folder), place__in=way.out_of)
    found = found.filter(Q(place=Role.INBOX) | Q(message__is_outgoing=False))
    return found if way is not UNARCHIVE else found.exclude(Exists(elsewhere))
