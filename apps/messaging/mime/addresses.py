"""Address headers (RFC 5322, 3.4) as people and broken mailers write them.

The standard library refuses a whole header for one odd address and is slow at thousands of them;
here each address stands for itself.
"""

from __future__ import annotations

import re

from .message import Mailbox
from .words import collapse, decode_words

_PIECE_LIMIT = 5000  # characters of one address with its name
LIMIT = 20_000  # addresses of one header
_SIGN = re.compile(r"[^\",;:<>()\\]+|\\.?|[\",;:<>()]", re.DOTALL)
_ROUTE = re.compile(r"\A@[^:]*:")  # <@relay.example:ann@x.example>, obsolete source route
_LINK = re.compile(r"(?i)\A(?:mailto|smtp):")  # as copied out of a page, or by Outlook
_BRACKETS = re.compile(r"(?i)\[mailto:([^\]\s<>]{1,255})\]")
_ADDRESS = re.compile(r"[^\s@<>,;:()\"\[\]]{1,255}@[^\s@<>,;:()\"]{1,255}")


def read_mailboxes(value: str) -> tuple[Mailbox, ...]:
    """All mailboxes of a header value, in order, groups dissolved. Never raises."""
    found = []
    if "[" in value:
        value = _BRACKETS.sub(r"<\1>", value)
    for piece in _split(value):
        mailbox = _read_one(piece)
        if mailbox is not None:
            found.append(mailbox)
            if len(found) == LIMIT:
                break
    return tuple(found)


def _split(value: str) -> list[str]:
    """Cut at the commas that part addresses: not those in quotes, comments or angle brackets."""
    pieces: list[str] = []
    current: list[str] = []
    depth, quoted, angled, has_at = 0, False, False, False
    for sign in _SIGN.findall(value):
        if sign == '"' and not depth:
            quoted = not quoted
        elif quoted:
            pass
        elif sign in "()":
            depth = max(0, depth + (1 if sign == "(" else -1))
        elif depth:
            pass
        elif sign in "<>":
            angled = sign == "<"
        elif sign in ",;" and not (angled and sign == ","):
            pieces.append("".join(current))
            current, angled, has_at = [], False, False
            continue
        elif sign == ":" and not angled and not has_at:
            current = []  # the name of a group
            continue
        has_at = has_at or "@" in sign
        current.append(sign)
    pieces.append("".join(current))
    if quoted and len(pieces) == 1 and value.count(",") and '"' in value:
        return value.replace('"', "").split(",")  # a quote that never closes swallowed the rest
    return pieces


def _read_one(piece: str) -> Mailbox | None:
    name, address, comments = _parts(piece[:_PIECE_LIMIT])
    if not address:
        bare = _ADDRESS.search(name)
        if bare is None:
            return None
        address, name = bare[0], (name[: bare.start()] + name[bare.end() :])
    address = decode_words(re.sub(r"\s+", "", address)).strip("'\"")
    address = _LINK.sub("", address) if ":" in address else address
    name = _clean_name(name) or collapse(decode_words(" ".join(comments)))
    return Mailbox(name[:500], address[:500]) if address else None


def _parts(piece: str) -> tuple[str, str, list[str]]:
    """Name, what stands in angle brackets (the first that hold something), and comments."""
    name: list[str] = []
    inside: list[str] = []
    comments: list[str] = []
    address, state, depth = "", "", 0
    for sign in _SIGN.findall(piece):
        if depth:
            depth += {"(": 1, ")": -1}.get(sign, 0)
            if depth:
                comments.append(sign)
        elif sign == '"':
            state = "" if state == "quoted" else "quoted"
            (inside if inside else name).append(sign)
        elif state == "quoted":
            (inside if inside else name).append(sign)
        elif sign == "(":
            depth = 1
        elif sign == "<":
            inside = [sign]
        elif sign == ">":
            # Two addresses without a comma between them: the first is the one meant.
            address, inside = _ROUTE.sub("", "".join(inside[1:])).strip(), []
            if address and "".join(name).strip():
                break
        else:
            (inside if inside else name).append(sign)
    if inside and not address:
        address = "".join(inside[1:])  # the closing bracket is missing
    return "".join(name), address, comments


def _clean_name(name: str) -> str:
    name = name.strip()
    if '"' in name or "\\" in name:
        name = re.sub(r"\\(.)", r"\1", name.replace('\\"', "\0").replace('"', "")).replace("\0", '"')
    name = collapse(decode_words(name))
    return name[1:-1] if len(name) > 1 and name[0] == name[-1] == "'" else name
