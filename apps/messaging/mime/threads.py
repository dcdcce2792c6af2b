"""Which messages belong together: ids first, then the subject without what answering adds to it."""

from __future__ import annotations

import re
import unicodedata

from .message import ParsedMessage
from .words import collapse

# What programs put before the subject of an answer or a forwarded mail, by language.
_ANSWER = (
    "re", "res", "ref", "fw", "fwd", "aw", "antw", "antwort", "wg", "sv", "vs", "vl", "vb", "rv", "enc", "tr", "rif",
    "r", "i", "odp", "pd", "ynt", "ilt", "doorst", "отв", "ответ", "на", "пересл", "перес", "вих", "вiдп", "відп",
    "відповідь", "вд", "нд", "пер", "переслано", "σχετ", "απ", "πρθ",
    "回复", "答复", "回覆", "转发", "轉寄", "返信", "转",
)  # fmt: skip
_PREFIX = re.compile(
    rf"\s*(?:{'|'.join(map(re.escape, _ANSWER))})\.?\s*(?:\[\d+\]|\(\d+\)|\^\d+|\d{{1,3}})?\s*[:：]\s*"
)
_TAG = re.compile(r"\s*\[[^\[\]]{1,80}\]\s*")
_FORWARDED = re.compile(r"\s*\((?:fwd|fw)\)\s*\Z")


def subject_key(subject: str) -> str:
    """The subject folded for comparison, without "Re:", "Fwd:" and their kin; tags of lists stay in front.

    "Re: [sales] AW: Offer 12" and "[Sales] offer 12" have one key; an empty one joins nothing.
    """
    rest = unicodedata.normalize("NFKC", collapse(subject[:2000])).casefold()
    tags: list[str] = []
    while True:
        prefix = _PREFIX.match(rest)
        if prefix:
            rest = rest[prefix.end() :]
            continue
        tag = _TAG.match(rest)
        if not tag or tag.end() == len(rest):
            break
        if tag[0].strip() not in tags:
            tags.append(tag[0].strip())
        rest = rest[tag.end() :]
    return collapse(" ".join([*tags, _FORWARDED.sub("", rest)]))


def thread_keys(message: ParsedMessage) -> tuple[str, ...]:
    """Ids of messages that this one may follow, nearest first: In-Reply-To, then References from the end."""
    ids = [message.in_reply_to, *reversed(message.references)]
    return tuple(dict.fromkeys(each for each in ids if each and each != message.message_id))


def is_answer(subject: str) -> bool:
    """Whether the subject says that it follows another; only such mails may be joined by subject alone."""
    rest = _TAG.sub("", unicodedata.normalize("NFKC", collapse(subject[:2000])).casefold(), count=1)
    return bool(_PREFIX.match(rest)) or bool(_FORWARDED.search(rest))
