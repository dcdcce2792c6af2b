"""What a mailbox calls its messages: Message-ID and size by UID, without their text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from apps.messaging.mime.parsing import parse_message
from apps.messaging.services.intake import fit_id
from apps.messaging.services.portioning import in_portions
from apps.messaging.services.server_mailbox import ServerMailbox

_PORTION = 1000
_PLAIN = re.compile(rb"(?i)\A\s*message-id:\s*<([!-;=?-~]+)>\s*\Z")


class Name(NamedTuple):
    message_id: str  # "" where it bears none
    size: int


def names(mailbox: ServerMailbox, uids: Sequence[int]) -> Iterator[dict[int, Name]]:
    """By UID of the selected folder, a portion at a time; those that are gone are left out."""
    for portion in in_portions(uids, _PORTION):
        told = mailbox.fetch(portion, "UID", "RFC822.SIZE", "BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)]")
        found = {}
        for uid, row in told.items():
            field = next((value for key, value in row.items() if key.startswith(b"BODY[HEADER")), None)
            size = row.get(b"RFC822.SIZE")
            if isinstance(size, int):
                found[uid] = Name(_message_id(field or b""), size)
        yield found


def _message_id(field: bytes) -> str:
    if plain := _PLAIN.match(field):
        return fit_id(plain[1].decode("ascii"))
    return fit_id(parse_message(field).message_id) if field.strip() else ""
