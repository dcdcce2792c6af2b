"""What a program sends to an incoming webhook: JSON of ours or of Slack's kind, or plain words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

import msgspec

MOST_BYTES = 64 * 1024
_MOST_NAME, _MOST_ID = 80, 200
_SLACK_LINK = re.compile(r"<(https?://[^<>|\s]{1,1900})(?:\|([^<>|]{0,300}))?>")


class Unreadable(Exception):
    """This is nothing that can be said."""


@dataclass(frozen=True, slots=True)
class Words:
    """`name` is who says it, or ""; the same `key` is said once, "" has none."""

    text: str
    name: str
    key: str


class _Attachment(msgspec.Struct):
    fallback: str = ""
    title: str = ""
    text: str = ""


class _Payload(msgspec.Struct):
    text: str = ""
    name: str = ""
    username: str = ""  # Slack's
    id: str | int = ""
    attachments: list[_Attachment] = msgspec.field(default_factory=list)


def read_words(content_type: str, body: bytes) -> Words:
    """Raises Unreadable."""
    kind = content_type.partition(";")[0].strip().lower()
    try:
        if kind == "text/plain":
            return Words(body.decode(), "", "")
        if kind == "application/x-www-form-urlencoded":
            body = parse_qs(body.decode(), max_num_fields=20).get("payload", [""])[0].encode()
        payload: Any = msgspec.json.decode(body, type=_Payload)
    except (ValueError, RecursionError) as error:  # msgspec's errors are ValueErrors, so are those of Unicode
        raise Unreadable from error
    text = payload.text or "\n".join(filter(None, map(_in_words, payload.attachments)))
    name = " ".join((payload.name or payload.username).replace("\x00", "").split())[:_MOST_NAME]
    return Words(_SLACK_LINK.sub(_link, text), name, str(payload.id)[:_MOST_ID])


def _in_words(attachment: _Attachment) -> str:
    own = "\n".join(filter(None, (attachment.title, attachment.text)))
    return own or attachment.fallback


def _link(found: re.Match[str]) -> str:
    url, words = found[1], found[2]
    return f"{words} ({url})" if words and words != url else url
