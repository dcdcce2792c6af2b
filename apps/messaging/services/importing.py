"""Mail brought in from files: .eml, mbox, Maildir, and folders of these."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from apps.accounts.models import User
from apps.messaging.mime.boxes import iter_messages
from apps.messaging.models import MailAccount, MailFolder
from apps.messaging.services.storing import Incoming, store

FOLDER = "Import"
_PORTION, _PORTION_BYTES = 200, 16 << 20
# The letters of a Maildir name after ":2,".
_MAILDIR_FLAGS = {"S": "\\Seen", "R": "\\Answered", "F": "\\Flagged"}


@dataclass(slots=True)
class Report:
    """`read` = `stored` + `duplicates`; `broken` are those of `stored` that are kept raw."""

    account: str
    read: int = 0
    stored: int = 0
    duplicates: int = 0
    broken: int = 0
    unreadable: list[tuple[str, str]] = field(default_factory=list)  # paths of which nothing could be read, and why

    def as_json(self) -> dict[str, Any]:
        told = [{"path": path, "reason": reason} for path, reason in self.unreadable]
        return asdict(self) | {"unreadable": told}


def receiving_account(*, address: str, now: datetime) -> MailAccount:
    """The mailbox of this address; one that only receives is made where there is none: of the user who has the
    address, else a shared one without members.
    """
    address = address.strip().lower()
    owner = User.objects.filter(email=address, is_active=True).first()
    return MailAccount.objects.get_or_create(
        address=address, defaults={"owner": owner, "created_at": now, "is_watched": False}
    )[0]


def import_mail(
    *, account: MailAccount, paths: Iterable[str], now: datetime, on_portion: Callable[[Report], None] | None = None
) -> Report:
    """Store every message below these paths in `account`; what it holds already is counted, and left as it is.

    Brought in it counts as read, unless a Maildir says otherwise.
    """
    report = Report(account.address)
    folder, _made = MailFolder.objects.get_or_create(account=account, name=FOLDER, defaults={"is_synced": False})
    for portion in _portions(_items(paths, folder, report)):
        for each in store(account, portion, now=now):
            report.read += 1
            report.stored += each.is_new
            report.duplicates += not each.is_new
            report.broken += each.is_new and each.message.is_broken
        if on_portion is not None:
            on_portion(report)
    return report


def _items(paths: Iterable[str], folder: MailFolder, report: Report) -> Iterator[Incoming]:
    for path in paths:
        try:
            for name, raw in iter_messages(Path(path)):
                yield Incoming(raw, folder, flags=_flags(name))
        except OSError as error:
            report.unreadable.append((path, error.strerror or str(error)))


def _flags(name: str) -> frozenset[str]:
    path = Path(name)
    if path.parent.name not in ("cur", "new"):
        return frozenset({"\\Seen"})
    letters = path.name.rpartition(":2,")[2] if ":2," in path.name else ""
    return frozenset(flag for letter, flag in _MAILDIR_FLAGS.items() if letter in letters)


def _portions(items: Iterator[Incoming]) -> Iterator[list[Incoming]]:
    """Many small ones, or few large ones."""
    portion: list[Incoming] = []
    size = 0
    for item in items:
        portion.append(item)
        size += len(item.raw)
        if len(portion) >= _PORTION or size >= _PORTION_BYTES:
            yield portion
            portion, size = [], 0
    if portion:
        yield portion
