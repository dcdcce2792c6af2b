"""Name, work and phones out of the lines under a mail."""

from __future__ import annotations

import re
from dataclasses import dataclass

import phonenumbers
from phonenumbers import Leniency, PhoneNumberFormat, PhoneNumberMatcher

from .quotes import split_reply

_MAX_LINES = 14
_MAX_WIDTH = 90
_LIMIT = 50_000
_DELIMITER = re.compile(r"^(?:-- ?|—{1,3}|–{2}|_{2,10}|-{3,10})[ \t]*$", re.MULTILINE)
_GREETING = re.compile(
    r"(?i)^[ \t]*(?:(?:with )?(?:best|kind|warm|many)?[ \t]*(?:regards|wishes|greetings)|sincerely|cheers|thanks"
    r"|thank you|yours(?: truly| faithfully)?|mit (?:freundlichen|besten) grüßen|freundliche grüße|viele grüße|mfg"
    r"|с уважением|с наилучшими пожеланиями|з повагою|з найкращими побажаннями|cordialement|pozdrawiam)"
    r"[ \t]*[,.!–-]*[ \t]*(?P<rest>[^\n]{0,60})$",
    re.MULTILINE,
)
_TITLES = re.compile(
    r"(?i)\b(?:manager|director|engineer|head|chief|officer|ceo|cto|cfo|sales|assistant|secretary|consultant|architect"
    r"|accountant|lawyer|buyer|purchas\w+|specialist|president|owner|founder|geschäftsführer\w*|leiter\w*|vertrieb"
    r"|einkauf|менеджер\w*|директор\w*|инженер\w*|інженер\w*|руководител\w+|керівник\w*|начальник\w*|бухгалтер\w*"
    r"|специалист\w*|спеціаліст\w*|секретар\w*|юрист\w*|представител\w+|представник\w*|снабжен\w+|закуп\w+)\b"
)
_FIRMS = re.compile(
    r"(?:\b(?:GmbH|AG|KG|Ltd\.?|LLC|Inc\.?|Corp\.?|Co\.|PLC|S\.?A\.?|B\.?V\.?|Sp\. z o\.o\.|s\.r\.o\.|Oy|AB"
    r"|Group|Company)(?!\w)|(?:^|\s)(?:ООО|ОАО|ЗАО|АО|ПАО|ТОВ|ФОП|ИП|ПП|ПрАТ|ТДВ|ТОО|компания|компанія)\s)"
)
_LINK = re.compile(r"(?i)\b(?:https?://|www\.)[^\s<>\"']{3,300}")
_MAIL = re.compile(r"[^\s<>,;:]{1,64}@[^\s<>,;:]{1,255}")
_SEPARATOR = re.compile(r"\s*(?:\||•|·|,(?!\s*(?:Inc|Ltd|LLC|Co)\b)|\s[-–—]\s)\s*")
_NAME = re.compile(r"[^\W\d_][\w.'’-]*(?: [^\W\d_][\w.'’-]*){1,3}\Z")
_SENT_FROM = re.compile(r"(?i)^(?:sent from|отправлено|надіслано|gesendet von|get outlook)")


@dataclass(frozen=True, slots=True)
class Signature:
    name: str = ""
    job_title: str = ""
    organisation: str = ""
    phones: tuple[str, ...] = ()  # E.164, in order
    links: tuple[str, ...] = ()


def read_signature(text: str, *, region: str) -> Signature:
    """What the last lines of a mail (not of what it quotes) tell of its writer; empty where in doubt.

    `region` (ISO 3166) is the country of numbers without one. Lines are taken after "-- ", after a
    closing such as "Best regards", or from the last short block if that holds a phone number.
    """
    answer, _ = split_reply(text[-_LIMIT:])
    lines, is_sure = _signature_lines(answer)
    phones = _phones("\n".join(lines), region)
    if not lines or not (is_sure or phones):
        return Signature()
    links = tuple(dict.fromkeys(found.rstrip(".,;)") for line in lines for found in _LINK.findall(line)))
    words = [_bare(line, region) for line in lines]
    name, title, firm = _who([word for word in words if word], is_sure=is_sure)
    return Signature(name, title, firm, phones, links)


def _signature_lines(answer: str) -> tuple[list[str], bool]:
    marks = [*_DELIMITER.finditer(answer), *_GREETING.finditer(answer)]
    for mark in sorted(marks, key=lambda each: each.start(), reverse=True):
        rest = mark.groupdict().get("rest") or ""
        lines = _short(f"{rest}\n{answer[mark.end() :]}")
        if lines and len(lines) <= _MAX_LINES:
            return lines, True
    block = re.split(r"\n[ \t]*\n", answer.strip())[-1]
    lines = _short(block)
    is_short = 2 <= len(lines) <= 7 and len(lines) == len(block.split("\n"))
    return (lines, False) if is_short else ([], False)


def _short(text: str) -> list[str]:
    lines = [line.strip(" \t|*•·,") for line in text.split("\n")]
    return [line for line in lines if line and len(line) <= _MAX_WIDTH and not _SENT_FROM.match(line)]


def _phones(text: str, region: str) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for match in PhoneNumberMatcher(text[:4000], region, leniency=Leniency.VALID, max_tries=200):
        found[phonenumbers.format_number(match.number, PhoneNumberFormat.E164)] = None
    return tuple(found)


def _bare(line: str, region: str) -> str:
    """The line without phones, addresses and links, and without their labels; "" if nothing is left."""
    if _MAIL.search(line) or _LINK.search(line):
        return ""
    for match in PhoneNumberMatcher(line, region, leniency=Leniency.POSSIBLE, max_tries=20):
        return line[: match.start].rpartition(",")[0].strip(" ,;|")
    return line


def _who(lines: list[str], *, is_sure: bool) -> tuple[str, str, str]:
    """Name, title and firm by what each piece looks like; the firm may also be what follows a name and a title."""
    name = title = firm = after = ""
    for piece in (piece for line in lines for piece in _SEPARATOR.split(line) if piece):
        if not firm and _FIRMS.search(f"{piece} "):
            firm = piece
        elif not title and _TITLES.search(piece):
            title = piece
        elif not name and _NAME.match(piece) and _is_capital(piece):
            name = piece
        elif name and title and not after and piece[0].isupper() and not re.search(r"\d", piece):
            after = piece
    return name[:200], title[:200], (firm or (after if is_sure else ""))[:200]


def _is_capital(name: str) -> bool:
    words = [word for word in name.split() if word.lower() not in {"von", "van", "de", "der", "la", "di"}]
    return all(word[0].isupper() for word in words)
