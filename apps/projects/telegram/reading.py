"""Telegram Desktop's export (`result.json`): of one chat, or of a whole account. Nothing in it is trusted.

The format has no schema; its fields are those that the program writes (its source, `export_output_json.cpp`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from mmap import mmap
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from django.utils.translation import gettext as _

from apps.projects.telegram.texts import media_words, plain_text

_EARLIEST, _LATEST = datetime(2013, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
_NAME_LENGTH = 200
_ABSENT = re.compile(r"^\(File (not included|unavailable|exceeds)")  # what stands instead of a path
_PATHS = ("photo", "file")


class NotAnExport(Exception):
    """The file can't be read at all; says why in the reader's words."""


class NotAMessage(Exception):
    """One entry can't be read; says why in the reader's words."""


@dataclass(frozen=True, slots=True)
class ExportedChat:
    """`messages` are read one by one, so that a bad one spoils no other."""

    name: str
    messages: Sequence[msgspec.Raw]


@dataclass(frozen=True, slots=True)
class Said:
    """`key` is the exporter's id of the message (0: it has none), `path` that of its file below the export's folder.

    `path` is "" where the export lacks the file, and `file_name` then says which one is missing.
    """

    key: int
    sender: str
    sender_id: str
    sent_at: datetime
    text: str
    reply_to: int = 0
    edited_at: datetime | None = None
    path: str = ""
    file_name: str = ""
    kind: str = ""  # Telegram's own word: "voice_message", "sticker"
    seconds: int = 0


@dataclass(frozen=True, slots=True)
class Service:
    """Somebody came, left, renamed the chat: told by the number of them alone."""

    names: Sequence[str] = field(default_factory=tuple)


def read_chats(data: bytes | mmap) -> list[ExportedChat]:
    """The chats of an export; they are views into `data`. Raises NotAnExport."""
    try:
        top = msgspec.json.decode(data, type=dict[str, msgspec.Raw])
        if "messages" in top:
            return [_chat(top)]
        found = []
        for part in ("chats", "left_chats"):
            listed: Any = msgspec.json.decode(top[part], type=dict[str, msgspec.Raw]) if part in top else {}
            if "list" in listed:
                chats = msgspec.json.decode(listed["list"], type=list[dict[str, msgspec.Raw]])
                found += [_chat(each) for each in chats if "messages" in each]
    except (msgspec.DecodeError, RecursionError, UnicodeError) as error:
        raise NotAnExport(_("This is no whole JSON file: %(why)s") % {"why": str(error)[:200]}) from error
    if not found:
        raise NotAnExport(_("There are no chats in this file. Export the chat as “Machine-readable JSON”."))
    return found


def read_entry(raw: msgspec.Raw, zone: ZoneInfo) -> Said | Service:
    """What an entry of a chat is; moments without a zone are those of `zone`. Raises NotAMessage."""
    try:
        row = msgspec.json.decode(raw)
    except (msgspec.DecodeError, RecursionError, UnicodeError) as error:
        raise NotAMessage(_("It can't be read.")) from error
    if not isinstance(row, dict):
        raise NotAMessage(_("It is no message."))
    kind = row.get("type", "message")
    if kind == "service":
        return Service()
    if kind != "message":
        raise NotAMessage(_("Telegram itself could not export it (“%(kind)s”).") % {"kind": str(kind)[:40]})
    path, file_name = _file(row)
    text = "\n".join(each for each in (_forwarded(row), plain_text(row.get("text")), media_words(row)) if each)
    return Said(
        key=_number(row.get("id")),
        sender=_name(row.get("from")) or _("Deleted account"),
        sender_id=str(row.get("from_id") or row.get("from") or "").replace("\x00", "")[:100],
        sent_at=_moment(row, "date", zone),
        text=text.replace("\x00", ""),
        reply_to=_number(row.get("reply_to_message_id")),
        edited_at=_moment(row, "edited", zone) if row.get("edited") or row.get("edited_unixtime") else None,
        path=path,
        file_name=file_name,
        kind=str(row.get("media_type") or "")[:40],
        seconds=_number(row.get("duration_seconds")),
    )


def _chat(row: Mapping[str, msgspec.Raw]) -> ExportedChat:
    name = msgspec.json.decode(row["name"]) if "name" in row else None
    return ExportedChat(_name(name), msgspec.json.decode(row["messages"], type=list[msgspec.Raw]))


def _name(value: object) -> str:
    return " ".join(value.replace("\x00", "").split())[:_NAME_LENGTH] if isinstance(value, str) else ""


def _number(value: object) -> int:
    """Ids are numbers, sometimes as text; 0 where there is none."""
    try:
        number = int(value) if isinstance(value, int | str) else 0
    except ValueError:
        return 0
    return number if 0 < number < 2**53 else 0


def _moment(row: Mapping[str, Any], name: str, zone: ZoneInfo) -> datetime:
    seconds = _number(row.get(f"{name}_unixtime"))
    try:
        if seconds:
            found = datetime.fromtimestamp(seconds, UTC)
        else:
            found = datetime.fromisoformat(str(row.get(name)))
            found = found if found.tzinfo else found.replace(tzinfo=zone)
    except (ValueError, OverflowError, OSError) as error:
        raise NotAMessage(_("It doesn't say when it was written.")) from error
    if not _EARLIEST <= found <= _LATEST:
        raise NotAMessage(_("Its date can't be right: %(date)s") % {"date": f"{found:%Y-%m-%d}"})
    return found


def _file(row: Mapping[str, Any]) -> tuple[str, str]:
    path = next((value for key in _PATHS if isinstance(value := row.get(key), str) and value), "")
    if not path:
        return "", ""
    named = row.get("file_name")
    name = named if isinstance(named, str) and named else path.rpartition("/")[2]
    return ("", _name(named) or _("a file")) if _ABSENT.match(path) else (path, _name(name))


def _forwarded(row: Mapping[str, Any]) -> str:
    name = _name(row.get("forwarded_from"))
    return _("Forwarded from %(name)s:") % {"name": name} if name else ""
