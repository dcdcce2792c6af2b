"""A mailbox on its server: one connection, in the few words that the sync and the meter need."""

from __future__ import annotations

import imaplib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

import imapclient
from django.utils.translation import gettext as _
from imapclient.response_parser import parse_fetch_response

from apps.messaging.models import MailAccount
from apps.messaging.services.connections import Say, explained, open_imap
from apps.messaging.services.problems import ServerConfused

_LARGEST_UID = 2**32 - 1  # RFC 3501, 2.3.1.1
Fetched = dict[int, dict[bytes, Any]]


@dataclass(frozen=True, slots=True)
class Selected:
    """What the server says of a folder. Its UIDNEXT is left out: a wrong one would hide mail."""

    uidvalidity: int
    exists: int
    modseq: int | None  # None: the server counts no changes (RFC 7162)


class ServerMailbox:
    """Connected while entered. Every method raises MailServerProblem and nothing else of the server's making."""

    client: imapclient.IMAPClient

    def __init__(self, account: MailAccount, *, say: Say | None = None) -> None:
        self.account, self._say = account, say
        self._selected: tuple[str, bool] | None = None

    def __enter__(self) -> Self:
        self.client = open_imap(self.account, say=self._say)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close(politely=error is None)

    def renew(self) -> None:
        """Connect again, to the folder that was selected: after an answer that broke the connection."""
        self._close(politely=False)
        self.client = open_imap(self.account, say=self._say)
        if self._selected is not None:
            self.select(*self._selected)

    def has(self, capability: str) -> bool:
        return bool(self._ask(lambda: self.client.has_capability(capability)))

    def folders(self) -> list[tuple[frozenset[str], str]]:
        """(flags in lower case, name) of each folder on the server."""
        rows = self._ask(self.client.list_folders)
        return [(frozenset(_text(flag).lower() for flag in flags), _text(name)) for flags, _sign, name in rows]

    def select(self, name: str, readonly: bool = False) -> Selected:
        told = self._ask(lambda: self.client.select_folder(name, readonly=readonly))
        self._selected = (name, readonly)
        modseq = told.get(b"HIGHESTMODSEQ")
        return Selected(
            uidvalidity=_number(told.get(b"UIDVALIDITY")),
            exists=_number(told.get(b"EXISTS")),
            modseq=_number(modseq) or None if modseq and self.has("CONDSTORE") else None,
        )

    def uids(self, *criteria: str) -> list[int]:
        """What is there, or of it what fits `criteria`; in ascending order."""
        found = self._ask(lambda: self.client.search(list(criteria) or "ALL"))
        return sorted({uid for uid in found if 0 < uid <= _LARGEST_UID})

    def fetch(self, uids: Iterable[int] | str, *what: str, changed_since: int | None = None) -> Fetched:
        """`what` of each message by UID; those that are gone are left out. `uids` may be a set like "1:*"."""
        wanted = uids if isinstance(uids, str) else uid_set(uids)
        if not wanted:
            return {}
        since = () if changed_since is None else (f"(CHANGEDSINCE {changed_since})",)

        def ask() -> Fetched:
            kind, rows = self.client._imap.uid("FETCH", wanted, f"({' '.join(what)})", *since)
            if kind != "OK":
                raise imaplib.IMAP4.error(_text(rows[0] if rows else b""))
            return dict(parse_fetch_response([row for row in rows if row], False, True))

        return dict(self._ask(ask))

    def flag(self, uids: Sequence[int], flag: str, *, is_set: bool) -> None:
        sign = "+" if is_set else "-"
        self.command("STORE", uid_set(uids), f"{sign}FLAGS.SILENT", f"({flag})")

    def command(self, name: str, *arguments: str) -> None:
        """A UID command whose answer says only that it was done."""

        def ask() -> None:
            kind, rows = self.client._imap.uid(name, *arguments)
            if kind != "OK":
                raise imaplib.IMAP4.error(_text(rows[0] if rows else b""))

        self._ask(ask)

    def code(self, name: str) -> str:
        """The response code of this name that the last commands brought ("COPYUID"), or "" (RFC 4315)."""
        rows = self.client._imap.response(name)[1]
        return _text(rows[-1]) if rows and rows[-1] else ""

    def do(self, deed: Callable[[imapclient.IMAPClient], Any]) -> Any:
        """Anything else that imapclient can do."""
        return self._ask(lambda: deed(self.client))

    def _ask(self, deed: Callable[[], Any]) -> Any:
        with explained(self.account.imap_host, self.account.imap_port):
            try:
                return deed()
            except (ValueError, IndexError, KeyError, TypeError, AttributeError) as error:
                # The client trips over answers that no standard knows.
                raise ServerConfused(
                    _("%(host)s answered what makes no sense.") % {"host": self.account.imap_host}
                ) from error

    def _close(self, *, politely: bool) -> None:
        try:
            if politely:
                self.client.logout()
            else:
                self.client.shutdown()
        except (imaplib.IMAP4.error, OSError):
            return  # it was closed already


def uid_set(uids: Iterable[int]) -> str:
    """The shortest set that names them: "1:3,7"."""
    ranges: list[list[int]] = []
    for uid in sorted(set(uids)):
        if ranges and uid == ranges[-1][1] + 1:
            ranges[-1][1] = uid
        else:
            ranges.append([uid, uid])
    return ",".join(str(first) if first == last else f"{first}:{last}" for first, last in ranges)


def members(uids: str) -> list[int]:
    """The UIDs that a set of a response code names, in its order (RFC 4315, 4); [] where it makes no sense."""
    found: list[int] = []
    for part in uids.split(","):
        first, _colon, last = part.partition(":")
        if not first.isdecimal() or not (last or first).isdecimal():
            return []
        low, high = sorted((int(first), int(last or first)))
        if high - low > 100_000:
            return []
        found.extend(range(low, high + 1))
    return found


def _number(value: Any) -> int:
    if isinstance(value, list | tuple):
        value = value[0] if value else 0
    try:
        return max(0, int(value))
    except (TypeError, ValueError):
        return 0


def _text(value: Any) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
