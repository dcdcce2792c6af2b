"""Mailboxes and raw messages for tests, with the values that matter spelt out by each."""

from __future__ import annotations

from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Any

from apps.messaging.models import MailAccount, MailFolder
from apps.messaging.services.storing import Incoming, Stored, store
from tests.conftest import NOW


def make_account(owner=None, address="bob@rapport.example", **fields: Any) -> MailAccount:
    return MailAccount.objects.create(
        owner=owner, address=address, display_name=fields.pop("display_name", ""), created_at=NOW, **fields
    )


def make_folder(account: MailAccount, role: str = "inbox") -> MailFolder:
    return MailFolder.objects.get_or_create(account=account, name=role.upper(), defaults={"role": role})[0]


def raw_mail(
    text: str = "Good morning",
    *,
    sender: str = "Olena Koval <olena@vikna.example>",
    to: str = "bob@rapport.example",
    subject: str = "Windows",
    id: str = "one@vikna.example",
    at: datetime = NOW - timedelta(hours=1),
    headers: dict[str, str] | None = None,
) -> bytes:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, to, subject
    mail["Date"], mail["Message-ID"] = format_datetime(at), f"<{id}>"
    for name, value in (headers or {}).items():
        mail[name] = value
    mail.set_content(text)
    return mail.as_bytes()


def arrive(
    account: MailAccount, *raws: bytes, role: str = "inbox", now: datetime = NOW, uid: int | None = None, **fields: Any
) -> list[Stored]:
    """These come into a folder of the mailbox, one after the other."""
    folder = make_folder(account, role)
    first = uid or folder.copies.count() + 1
    items = [
        Incoming(raw, folder, uid=first + number, uidvalidity=7, received_at=fields.get("received_at"))
        for number, raw in enumerate(raws)
    ]
    return store(account, items, now=now)
