"""What a table without a plan leaves open: who is a person, and which of his names is which."""

from __future__ import annotations

import base64
import binascii
import re

from .records import Card, Photo

_PATRONYMIC = re.compile(
    r".{2,}(?:ович|евич|ич|овна|евна|ична|инична|івна|ївна|йович|ьович|оглы|кызы)\Z", re.IGNORECASE
)
_DATA_ADDRESS = re.compile(r"data:(?P<mime>[\w.+-]+/[\w.+-]+)?(?:;[\w.=+-]+)*;base64,", re.IGNORECASE)
_MAGIC = ((b"\xff\xd8\xff", "image/jpeg"), (b"\x89PNG", "image/png"), (b"GIF8", "image/gif"), (b"RIFF", "image/webp"))


def settle(card: Card, *, split: bool) -> None:
    """Decide whether a card is an organisation, and split a name that came whole (where `split` says so).

    A card with an organisation and no person's name is the organisation itself, so is one that bears the
    organisation's name as its own.
    """
    employer = card.jobs[0].organisation if card.jobs else ""
    has_person = bool(card.first_name or card.last_name or card.middle_name)
    same = bool(employer) and card.full_name.casefold() == employer.casefold()
    if card.kind == "person" and not has_person and (card.name or (employer and (same or not card.full_name))):
        card.kind = "organisation"
    if card.kind == "organisation":
        card.name = card.name or card.full_name or employer
        if card.jobs and employer in ("", card.name) and not (card.jobs[0].title or card.jobs[0].departments):
            del card.jobs[0]
        return
    if split and card.full_name and not has_person:
        card.first_name, card.middle_name, card.last_name = split_name(card.full_name)


def split_name(text: str) -> tuple[str, str, str]:
    """First, middle and last name: `Ann Lee`, `Lee, Ann`, `Иванов Иван Петрович`, `Иван Петрович Иванов`."""
    if "," in text:
        last, _, rest = text.partition(",")
        first, _, middle = rest.strip().partition(" ")
        return first, middle.strip(), last.strip()
    words = text.split()
    if len(words) < 2:
        return text, "", ""
    if len(words) == 3 and _PATRONYMIC.match(words[2]):
        return words[1], words[2], words[0]
    if len(words) == 3 and _PATRONYMIC.match(words[1]):
        return words[0], words[1], words[2]
    return words[0], " ".join(words[1:-1]), words[-1]


def photo_of(cell: str) -> Photo | None:
    """A picture in a cell: base64, a `data:` address, or the address it may be had from (never fetched here)."""
    text = cell.strip()
    mime = ""
    if text[:5].lower() == "data:":
        if not (found := _DATA_ADDRESS.match(text)):
            return None
        mime, text = found["mime"] or "", text[found.end() :]
    elif re.match(r"https?://", text, re.IGNORECASE):
        return Photo(url=text)
    try:
        data = base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        return None
    return Photo(data, mime or mime_of(data)) if data else None


def mime_of(data: bytes) -> str:
    """The type of a picture by its first bytes, or an empty text."""
    return next((mime for magic, mime in _MAGIC if data.startswith(magic)), "")
