"""One envelope over one SMTP connection, with an answer that says what is certain.

RFC 5321, 4.2.5: until the server has answered the end of the data, nobody knows whether it took the message.
"""

from __future__ import annotations

import enum
import re
import smtplib
from collections.abc import Sequence
from dataclasses import dataclass

# Commands that are said before their answers are heard, where the server lets us: what both sides hold unread stays
# far below what sockets hold, so that neither waits for the other. DATA waits for them all: it can't be taken back.
_TOGETHER = 50


class Outcome(enum.Enum):
    ACCEPTED = "accepted"
    REFUSED = "refused"  # for good
    POSTPONED = "postponed"  # certainly not taken; may be tried again
    UNCERTAIN = "uncertain"  # the connection broke after the text began to go out


@dataclass(frozen=True, slots=True)
class Delivery:
    """How it went. `answer` is the server's own words, or the kind of error."""

    outcome: Outcome
    answer: str = ""
    connection_is_good: bool = True


def deliver(
    connection: smtplib.SMTP, *, sender: str, recipients: Sequence[str], raw: bytes, last_try: bool = False
) -> Delivery:
    """Send `raw` (CRLF line ends) in one transaction.

    While some recipients are refused for the moment nobody gets it, since the rest would get it twice; on the last
    try it goes to those that are accepted.
    """
    try:
        refused = _envelope(connection, sender, recipients, raw)
        for_now = [answer for answer in refused if 400 <= answer.code < 500]
        if len(refused) == len(recipients) or (for_now and not last_try):
            connection.rset()
            outcome = Outcome.POSTPONED if for_now else Outcome.REFUSED
            return Delivery(outcome, _join(for_now or refused))
        code, words = connection.docmd("data")
        if code != 354:
            return _answered(_Answer(code, words), good=code != 421)
    except _Refused as refusal:
        return _answered(refusal.answer, good=refusal.answer.code != 421)
    except (smtplib.SMTPException, OSError) as error:
        return Delivery(Outcome.POSTPONED, _name(error), connection_is_good=False)
    try:
        connection.send(_stuffed(raw))
        code, words = connection.getreply()
    except (smtplib.SMTPException, OSError) as error:
        return Delivery(Outcome.UNCERTAIN, _name(error), connection_is_good=False)
    if 200 <= code < 300:
        return Delivery(Outcome.ACCEPTED, _join([_Answer(code, words), *refused]))
    return _answered(_Answer(code, words), good=code != 421)


@dataclass(frozen=True, slots=True)
class _Answer:
    code: int
    words: bytes

    def __str__(self) -> str:
        return f"{self.code} {self.words.decode('utf-8', 'replace')}"


class _Refused(Exception):
    def __init__(self, answer: _Answer) -> None:
        self.answer = answer


def _envelope(connection: smtplib.SMTP, sender: str, recipients: Sequence[str], raw: bytes) -> list[_Answer]:
    """Name sender and recipients; return the answers of those that were refused."""
    connection.ehlo_or_helo_if_needed()
    options = [f"size={len(raw)}"] if connection.has_extn("size") else []
    if not "".join([sender, *recipients]).isascii():
        if not connection.has_extn("smtputf8"):
            raise _Refused(_Answer(553, b"The server takes no addresses beyond ASCII."))
        options.append("SMTPUTF8")
        connection.command_encoding = "utf-8"
    if connection.has_extn("8bitmime"):
        options.append("BODY=8BITMIME")
    words = " ".join([f"MAIL FROM:{smtplib.quoteaddr(sender)}", *options])
    commands = [words, *(f"RCPT TO:{smtplib.quoteaddr(each)}" for each in recipients)]
    if any("\r" in each or "\n" in each for each in commands):
        raise _Refused(_Answer(553, b"An address has a line break."))
    together = _TOGETHER if connection.has_extn("pipelining") else 1
    answers: list[_Answer] = []
    for start in range(0, len(commands), together):
        answers += _answers(connection, commands[start : start + together])
        if answers[0].code != 250:
            raise _Refused(answers[0])
    return [each for each in answers[1:] if each.code not in (250, 251)]


def _answers(connection: smtplib.SMTP, commands: Sequence[str]) -> list[_Answer]:
    """Say `commands` in one go and hear the answer to each (RFC 2920); a server that closes answers no more."""
    connection.send("".join(f"{each}\r\n" for each in commands))
    answers = []
    for _command in commands:
        answer = _Answer(*connection.getreply())
        if answer.code == 421:
            raise _Refused(answer)
        answers.append(answer)
    return answers


def _answered(answer: _Answer, *, good: bool) -> Delivery:
    outcome = Outcome.REFUSED if 500 <= answer.code < 600 else Outcome.POSTPONED
    return Delivery(outcome, str(answer), connection_is_good=good)


def _stuffed(raw: bytes) -> bytes:
    """Lines that begin with a dot get another one, and the end gets its own line (RFC 5321, 4.5.2)."""
    text = re.sub(rb"(?m)^\.", b"..", raw)
    return text + (b"" if text.endswith(b"\r\n") else b"\r\n") + b".\r\n"


def _join(answers: Sequence[_Answer]) -> str:
    return "; ".join(map(str, answers))[:1000]


def _name(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:1000]
