"""The demo's mailboxes: made once, and told at each start where this start's servers listen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from apps.accounts.models import User
from apps.activities.demo.loading import DOMAIN
from apps.core import secrets
from apps.core.embedded.mailboxes import make_mailbox
from apps.messaging.demo.letters import letters_for
from apps.messaging.models import MailAccount

SHARED = ("office", "Rapport Fenster office")
WITH_MAIL = ("admin", "manager", "sales", "claims", "content", "finance", "project")


@dataclass(frozen=True, slots=True)
class Servers:
    """Where the demo's SMTP and IMAP servers listen, and where their Maildirs lie."""

    smtp_port: int
    imap_port: int
    folder: Path
    password: str


def open_mailboxes(servers: Servers, *, now: datetime) -> None:
    """Give each colleague a mailbox with letters, and the office a shared one; at a later start only the ports."""
    for login in WITH_MAIL:
        owner = User.objects.get(email=f"{login}@{DOMAIN}")
        account, is_new = _account(servers, address=owner.email, name=str(owner), owner=owner, now=now)
        if is_new:
            _fill(servers, account, owner, now)
    account, is_new = _account(servers, address=f"{SHARED[0]}@{DOMAIN}", name=SHARED[1], owner=None, now=now)
    if is_new:
        members = User.objects.filter(email__in=[f"{login}@{DOMAIN}" for login in ("manager", "sales", "claims")])
        account.members.set(members)
        _fill(servers, account, members[0], now)
    here = MailAccount.objects.filter(address__endswith=f"@{DOMAIN}")
    here.update(smtp_port=servers.smtp_port, imap_port=servers.imap_port)


def _account(
    servers: Servers, *, address: str, name: str, owner: User | None, now: datetime
) -> tuple[MailAccount, bool]:
    place = {"smtp_host": "127.0.0.1", "smtp_port": servers.smtp_port, "smtp_security": "none"} | {
        "imap_host": "127.0.0.1",
        "imap_port": servers.imap_port,
        "imap_security": "none",
    }
    given = {
        "owner": owner,
        "display_name": name,
        "login": address,
        "password": secrets.encrypt(servers.password),
        "signature": f"<p>{name}<br>Rapport Fenster<br>+49 30 901820-0</p>",
        "sharing": MailAccount.Sharing.TEAM,
        "created_at": now,
    }
    return MailAccount.objects.get_or_create(address=address, defaults=given | place)


def _fill(servers: Servers, account: MailAccount, reader: User, now: datetime) -> None:
    box = make_mailbox(servers.folder, account.address, servers.password)
    sent = box.get_folder("Sent")
    for letter in letters_for(account, reader, now=now):
        (sent if letter.is_sent else box).add(letter.as_maildir())
