"""Letters in the demo's mailboxes: answers, questions, strangers, a newsletter, a bounce, and one that means harm."""

from __future__ import annotations

import hashlib
import mailbox
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime, formataddr

from apps.accounts.models import User
from apps.contacts.models import Entity
from apps.messaging.demo.words import BOUNCE, CONVERSATIONS, HOSTILE, NEWSLETTER, STRANGERS
from apps.messaging.models import MailAccount

_CONVERSATIONS = 14


@dataclass(frozen=True, slots=True)
class Letter:
    message: EmailMessage | bytes
    at: datetime
    is_sent: bool = False
    is_seen: bool = True

    def as_maildir(self) -> mailbox.MaildirMessage:
        """With its flags and the day it came."""
        kept = mailbox.MaildirMessage(self.message)
        kept.set_date(self.at.timestamp())
        if self.is_seen:
            kept.add_flag("S")
        return kept


def letters_for(account: MailAccount, reader: User, *, now: datetime) -> Iterator[Letter]:
    """What lies in this mailbox: the same for the same address and people."""
    dice = random.Random(account.address)  # noqa: S311  the demo is the same at every start
    us = (account.display_name, account.address)
    people = Entity.objects.visible_to(reader).live().people().exclude(primary_email="").order_by("pk")[:200]
    for number, person in enumerate(dice.sample(list(people), min(_CONVERSATIONS, len(people)))):
        begun = now - timedelta(days=number * 3, hours=dice.randint(1, 9), minutes=dice.randint(0, 59))
        yield from _conversation(dice, us, (person.display_name, person.primary_email), begun, is_fresh=number < 4)
    for number, (name, address, subject, text) in enumerate(STRANGERS if account.is_shared else ()):
        at = now - timedelta(hours=5 + number * 20)
        yield Letter(_message((name, address), us, subject, text, at), at, is_seen=False)
    at = now - timedelta(days=2)
    yield Letter(_newsletter(us, at), at, is_seen=False)
    yield Letter(_hostile(us, at - timedelta(hours=3)), at - timedelta(hours=3), is_seen=False)
    yield Letter(_bounce(us, at - timedelta(days=1)), at - timedelta(days=1))


def _conversation(
    dice: random.Random, us: tuple[str, str], them: tuple[str, str], begun: datetime, *, is_fresh: bool
) -> Iterator[Letter]:
    subject, lines = dice.choice(CONVERSATIONS)
    lines = lines[: dice.randint(1, len(lines))]
    earlier: list[str] = []
    for number, line in enumerate(lines):
        ours = number % 2 == 1
        at = begun + timedelta(hours=number * 2, minutes=dice.randint(3, 50))
        sender, recipient = (us, them) if ours else (them, us)
        text = f"{line}\n\n{sender[0]}"
        message = _message(sender, recipient, subject if not number else f"Re: {subject}", text, at)
        if earlier:
            message["In-Reply-To"], message["References"] = earlier[-1], " ".join(earlier)
        earlier.append(message["Message-ID"])
        yield Letter(message, at, is_sent=ours, is_seen=ours or not (is_fresh and number == len(lines) - 1))


def _message(
    sender: tuple[str, str], recipient: tuple[str, str], subject: str, text: str, at: datetime
) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"] = formataddr(sender), formataddr(recipient)
    message["Subject"], message["Date"] = subject, format_datetime(at)
    name = hashlib.sha256(repr((sender, recipient, subject, at)).encode()).hexdigest()[:20]
    message["Message-ID"] = f"<{name}@{sender[1].rpartition('@')[2]}>"
    message.set_content(text)
    return message


def _newsletter(us: tuple[str, str], at: datetime) -> EmailMessage:
    message = _message(("Window Week", "news@windowweek.example"), us, "This week in glass", NEWSLETTER[0], at)
    message["List-Id"], message["List-Unsubscribe"] = "<news.windowweek.example>", "<https://windowweek.example/leave>"
    message.add_alternative(NEWSLETTER[1], subtype="html")
    return message


def _hostile(us: tuple[str, str], at: datetime) -> EmailMessage:
    message = _message(("Payroll", "payroll@bank-login.example"), us, "Your invoice is overdue", "Open the form.", at)
    message.add_alternative(HOSTILE, subtype="html")
    return message


def _bounce(us: tuple[str, str], at: datetime) -> bytes:
    """As RFC 3464 has it; written out, since the standard package can't set such a report."""
    sender = formataddr(("Mail Delivery System", "mailer-daemon@mx.example"))
    words = {"sender": sender, "to": formataddr(us), "date": format_datetime(at), "id": f"bounce.{us[1]}"}
    return BOUNCE.format(**words).encode()
