"""What mail servers and mail programs report about a message we sent."""

from __future__ import annotations

import re
from dataclasses import dataclass

from .message import ParsedMessage
from .words import collapse, decode_words

_MAX = 1000  # recipients of one report
_STATUS = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
_ADDRESS = re.compile(r"<?([^\s<>;,:\"()]{1,255}@[^\s<>;,:\"()]{1,255}[^\s<>;,:\"().])>?")
_MESSAGE_ID = re.compile(rb"(?im)^message-id[ \t]*:\s*<([^<>\s]{1,998})>")
_CODE = re.compile(r"(?:^|[\s:(])([45]\d\d)[ -](?:#?([45]\.\d{1,3}\.\d{1,3}))?|#([45]\.\d{1,3}\.\d{1,3})\b")
_SUBJECTS = re.compile(
    r"(?i)undeliver|delivery (?:status notification|failure|has failed|problem)|returned mail|failure notice"
    r"|mail delivery (?:failed|system)|could not be delivered|не доставлено|недоставлен|unzustellbar"
)
_TEXT_LIMIT = 20_000


@dataclass(frozen=True, slots=True)
class Bounce:
    recipient: str
    action: str  # failed, delayed, delivered, relayed, expanded (RFC 3464, 2.3.3)
    status: str  # such as 5.1.1 (RFC 3463), or ""
    diagnostic: str  # the server's own words, one line
    is_permanent: bool  # the address should not be tried again
    original_message_id: str  # of the mail that came back, or ""


def report_kind(message: ParsedMessage) -> str:
    """ "delivery" (RFC 3464), "disposition" (read receipt, RFC 8098), "feedback" (RFC 5965), or ""."""
    kinds = " ".join(report.content_type for report in message.reports) + " " + message.report_type
    for word, kind in (("delivery-status", "delivery"), ("disposition-notification", "disposition"),
                       ("feedback-report", "feedback")):  # fmt: skip
        if word in kinds:
            return kind
    return ""


def read_bounces(message: ParsedMessage) -> tuple[Bounce, ...]:
    """One `Bounce` for each recipient a report names; empty for what is no report of delivery.

    Servers without RFC 3464 are read by their words, but only where the null sender or a daemon's
    address says that a server wrote them. Never raises.
    """
    original = original_message_id(message)
    found: list[Bounce] = []
    for report in message.reports:
        if report.content_type.endswith("delivery-status"):
            for block in _blocks(report.content)[:_MAX]:
                bounce = _of_block(block, original)
                if bounce:
                    found.append(bounce)
    if found:
        return tuple(found)
    return _of_words(message, original) if _is_from_server(message) else ()


def original_message_id(message: ParsedMessage) -> str:
    """Of the message that a report is about: in the returned copy or header, else In-Reply-To."""
    for report in message.reports:
        for block in _blocks(report.content)[:_MAX]:
            if "original-message-id" in block:
                return block["original-message-id"].strip("<> ")
    for raw in (*message.enclosed, *(report.content for report in message.reports)):
        header = raw.lstrip()[:200_000]
        found = _MESSAGE_ID.search(header)
        if found:
            return found[1].decode("ascii", "replace")
    if report_kind(message) or _is_from_server(message):
        found = _MESSAGE_ID.search(message.text[:_TEXT_LIMIT].encode())
        return found[1].decode("ascii", "replace") if found else message.in_reply_to
    return ""


def _blocks(content: bytes) -> list[dict[str, str]]:
    """Groups of fields with blank lines between, names lower case."""
    text = content[:2_000_000].decode("utf-8", "replace").replace("\r\n", "\n").replace("\r", "\n")
    blocks = []
    for group in re.split(r"\n[ \t]*\n", text):
        fields: dict[str, str] = {}
        name = ""
        for line in group.split("\n"):
            if line[:1] in {" ", "\t"} and name:
                fields[name] = f"{fields[name]} {line.strip()}"[:4000]
            elif ":" in line:
                name, _, value = line.partition(":")
                name = name.strip().lower()
                fields.setdefault(name, value.strip()[:4000])
        if fields:
            blocks.append(fields)
    return blocks


def _of_block(block: dict[str, str], original: str) -> Bounce | None:
    recipient = block.get("original-recipient") or block.get("final-recipient", "")
    final = _value(block.get("final-recipient", ""))
    address = _value(recipient) if "@" in _value(recipient) else final
    if not address:
        return None
    action = block.get("action", "").split(" ")[0].lower()
    found = _STATUS.search(block.get("status", "")) or _STATUS.search(block.get("diagnostic-code", ""))
    status = found[1] if found else ""
    diagnostic = collapse(decode_words(_value(block.get("diagnostic-code", ""))))[:1000]
    is_permanent = action == "failed" and not status.startswith("4")
    return Bounce(address.strip("<> ")[:320], action, status, diagnostic, is_permanent, original)


def _value(field: str) -> str:
    """`rfc822; ann@x.example` without its type."""
    kind, separator, rest = field.partition(";")
    return rest.strip() if separator and "@" not in kind else field.strip()


def _is_from_server(message: ParsedMessage) -> bool:
    local = message.sender.address.partition("@")[0].lower()
    is_daemon = local in {"mailer-daemon", "postmaster", "mail-daemon", "mailerdaemon"} or message.return_path == ""
    return is_daemon and bool(
        _SUBJECTS.search(message.subject) or message.report_type == "delivery-status"
        or "x-failed-recipients" in message.traits
    )  # fmt: skip


def _of_words(message: ParsedMessage, original: str) -> tuple[Bounce, ...]:
    """A report in prose (qmail, Exim and their kin): each address that a code of failure follows."""
    text = message.text[:_TEXT_LIMIT]
    own = {box.address.lower() for box in (*message.to, message.sender)}
    found: dict[str, Bounce] = {}
    places = list(_ADDRESS.finditer(text))
    for here, after in zip(places, [*places[1:], None], strict=True):
        address = here[1].lower()
        words = text[here.end() : after.start() if after else len(text)][:2000]
        code = _CODE.search(words)
        if address in own or address in found or not code:
            continue
        status = code[2] or code[3] or ""
        found[address] = Bounce(
            here[1], "failed", status, collapse(words)[:1000], (code[1] or status).startswith("5"), original
        )  # fmt: skip
    return tuple(found.values())[:_MAX]
