"""Sync tokens: what a phone has seen, as a place in the database's own order of transactions (RFC 6578)."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import connection

from apps.contacts.models.rights import rights_stamp
from apps.sync.selectors.cards import card_rows, changed_hrefs

if TYPE_CHECKING:
    from apps.accounts.models import User

_PREFIX = "http://radicale.org/ns/sync/"  # the only form that Radicale takes
_TOKEN = re.compile(re.escape(_PREFIX) + r"([0-9a-f]{16})-([0-9]{1,19})-([0-9]{1,6})")
GOOD_FOR = timedelta(days=55)  # shorter than changes are kept
_DAY = 86_400


class TokenTooOld(Exception):
    """Nobody knows what changed since: the phone compares everything."""


def changes_since(user: User, folder_id: int, token: str, *, now: datetime) -> tuple[str, Iterable[str]]:
    """A token for now, and the hrefs of what was changed or is gone since `token`; of all cards without one.

    Raises TokenTooOld for a token of another database, of other rights, or of too long ago.
    """
    epoch, snapshot = _where()
    stamp = hashlib.sha256(f"{epoch}-{user.pk}-{folder_id}-{rights_stamp(user)}".encode()).hexdigest()[:16]
    today = int(now.timestamp()) // _DAY
    fresh = f"{_PREFIX}{stamp}-{snapshot}-{today}"
    if not token:
        return fresh, _all(user, folder_id)
    match = _TOKEN.fullmatch(token)
    if match is None or match[1] != stamp or today - int(match[3]) > GOOD_FOR.days:
        raise TokenTooOld
    changed = changed_hrefs(user, folder_id, since=int(match[2]))
    if changed is None:
        raise TokenTooOld
    return fresh, changed


def _all(user: User, folder_id: int) -> Iterator[str]:
    """Read when the first is asked for: who asks for the token alone throws them away."""
    yield from (row.href for row in card_rows(user, folder_id))


def _where() -> tuple[str, int]:
    """Which database this is (another one after a restore), and before which transaction all is settled.

    The snapshot is read before the changes are: what commits in between has a higher number and is told next time.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT system_identifier, (SELECT timeline_id FROM pg_control_checkpoint()),"
            " (SELECT oid FROM pg_database WHERE datname = current_database()),"
            " pg_snapshot_xmin(pg_current_snapshot())::text FROM pg_control_system()"
        )
        system, timeline, database, snapshot = cursor.fetchone()
    return f"{system}-{timeline}-{database}", int(snapshot)
