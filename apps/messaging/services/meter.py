"""The completeness meter: what lies on the server against what lies in the store, identifier by identifier."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import structlog
from django.core.exceptions import PermissionDenied
from django.db.models import Max, Q
from django.utils.translation import gettext as _

from apps.core import clock
from apps.core.models import Operation
from apps.core.services import operations
from apps.core.services.operations import Progress
from apps.messaging.models import MailAccount, MailFolder
from apps.messaging.services.message_names import Name, names
from apps.messaging.services.server_mailbox import ServerMailbox
from apps.messaging.services.sync_locks import account_lock
from apps.messaging.services.sync_reading import fetch_uids
from apps.messaging.services.syncing import in_turn

if TYPE_CHECKING:
    from apps.accounts.models import User

log = structlog.get_logger(__name__)

MEASURED, MISSING_FETCHED = "mail.measured", "mail.missing_fetched"
_MOST_LISTED = 1000
_NIGHTLY = timedelta(hours=20)
_OWN_ID = "@no-id.invalid"  # what the store calls messages that bear no Message-ID, or none that it can read


@dataclass(frozen=True, slots=True)
class Measure:
    """How much of a folder is here. `missing` are UIDs, all of them."""

    folder: MailFolder
    total: int
    missing: list[int]

    @property
    def percent(self) -> float:
        """Rounded down: a hundred means all."""
        return percent(self.total, len(self.missing))


def percent(total: int, missing: int) -> float:
    return 100.0 if not total else (total - missing) * 1000 // total / 10


def measure(account: MailAccount, *, now: datetime, progress: Progress | None = None) -> list[Measure]:
    """Compare each synced folder with its server, and keep the figures on it.

    Deleted here counts as there. Raises MailServerProblem, and SyncUnderWay while somebody else is at the mailbox.
    """
    with account_lock(account.pk), ServerMailbox(account) as mailbox:
        return [_measure(mailbox, folder, now, progress) for folder in _synced(account)]


def fetch_missing(account: MailAccount, *, now: datetime, progress: Progress | None = None) -> list[Measure]:
    """Fetch what the meter misses, and measure again. Raises as `measure` does."""
    with account_lock(account.pk), ServerMailbox(account) as mailbox:
        return [_fill(mailbox, folder, now, progress) for folder in _synced(account)]


def due_for_measure(*, now: datetime) -> list[int]:
    """The accounts whose last measure is from another night."""
    accounts = MailAccount.objects.active().exclude(imap_host="").filter(synced_at__isnull=False)
    measured = accounts.annotate(last=Max("folders__metered_at", filter=Q(folders__is_synced=True)))
    return list(measured.filter(Q(last=None) | Q(last__lt=now - _NIGHTLY)).order_by("pk").values_list("pk", flat=True))


def measure_and_fill(account: MailAccount, *, now: datetime) -> list[Measure]:
    """The nightly round: after an outage the gap closes by itself."""
    found = measure(account, now=now)
    return fetch_missing(account, now=now) if any(each.missing for each in found) else found


def begin_measure(*, actor: User, account: MailAccount, now: datetime) -> Operation:
    """Measure in the background. Raises PermissionDenied unless `actor` reads the mailbox."""
    return _begin(actor, MEASURED, account, now)


def begin_fetch_missing(*, actor: User, account: MailAccount, now: datetime) -> Operation:
    """Fetch what is missing in the background. Raises PermissionDenied unless `actor` reads the mailbox."""
    return _begin(actor, MISSING_FETCHED, account, now)


def run_measure(operation: Operation, progress: Progress) -> dict[str, Any]:
    return _told(in_turn(operation, progress, lambda account: measure(account, now=clock.now(), progress=progress)))


def run_fetch_missing(operation: Operation, progress: Progress) -> dict[str, Any]:
    return _told(
        in_turn(operation, progress, lambda account: fetch_missing(account, now=clock.now(), progress=progress))
    )


def _begin(actor: User, verb: str, account: MailAccount, now: datetime) -> Operation:
    if not MailAccount.objects.visible_to(actor).active().filter(pk=account.pk).exists():
        raise PermissionDenied
    return operations.start(actor=actor, verb=verb, parameters={"account_id": account.pk}, now=now, undoable=False)


def _told(found: Iterable[Measure]) -> dict[str, Any]:
    return {"folders": [[each.folder.name, each.total, len(each.missing)] for each in found]}


def _synced(account: MailAccount) -> list[MailFolder]:
    return list(account.folders.filter(is_synced=True, uidvalidity__isnull=False).order_by("pk"))


def _measure(mailbox: ServerMailbox, folder: MailFolder, now: datetime, progress: Progress | None) -> Measure:
    selected = mailbox.select(folder.name, readonly=True)
    uids = mailbox.uids()
    missing: list[int] = []
    held = _held(folder, selected.uidvalidity)
    for portion in names(mailbox, uids):
        missing += _missing(folder, portion, held)
        if progress:
            words = _("Comparing %(folder)s") % {"folder": folder.name}
            progress.total((progress.whole or 0) + len(portion))
            progress.advance(len(portion), words)
            progress.check_cancelled()
    folder.meter_total, folder.meter_missing_count, folder.metered_at = len(uids), len(missing), now
    folder.meter_missing = sorted(missing)[-_MOST_LISTED:]
    folder.save(update_fields=["meter_total", "meter_missing", "meter_missing_count", "metered_at"])
    if missing:
        log.warning("mail.meter.missing", folder_id=folder.pk, count=len(missing), total=len(uids))
    return Measure(folder, len(uids), missing)


def _held(folder: MailFolder, uidvalidity: int) -> dict[int, str]:
    rows = folder.copies.filter(uidvalidity=uidvalidity, uid__isnull=False)
    return {uid: name for uid, name in rows.values_list("uid", "message__message_id").iterator(chunk_size=5000) if uid}


def _missing(folder: MailFolder, portion: dict[int, Name], held: dict[int, str]) -> Iterator[int]:
    strange = {uid: name.message_id for uid, name in portion.items() if not _same(held.get(uid), name.message_id)}
    # Deleted here, and its place not known: it is a tombstone of that name.
    buried = set(
        folder.account.copies.filter(
            message__message_id__in=[each for each in strange.values() if each], uid=None, deleted_at__isnull=False
        ).values_list("message__message_id", flat=True)
    )
    yield from (uid for uid, message_id in strange.items() if message_id not in buried)


def _same(held: str | None, there: str) -> bool:
    return held is not None and (held == there or not there or held.endswith(_OWN_ID))


def _fill(mailbox: ServerMailbox, folder: MailFolder, now: datetime, progress: Progress | None) -> Measure:
    found = _measure(mailbox, folder, now, None)
    if not found.missing:
        return found
    # Whoever stands at one of these places is another message.
    folder.copies.filter(uid__in=found.missing, deleted_at=None).update(folder=None, uidvalidity=None, uid=None)
    if progress:
        progress.total((progress.whole or 0) + len(found.missing))
    for stored in fetch_uids(mailbox, folder, sorted(found.missing, reverse=True), now=now):
        if progress:
            progress.advance(len(stored), _("Fetching what is missing"))
            progress.check_cancelled()
    return _measure(mailbox, folder, now, None)
