"""The figures of mail: a mailbox synced, stored and filed, from a real Dovecot on this machine."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

from apps.contacts.models import EmailAddress
from apps.core import clock
from apps.messaging.models import MailAccount
from bench.figures import Row, say
from bench.house import House

_MESSAGES = 10_000
_LARGE = 100_000
_MEMORY = 400  # MiB
_EMPTIED = ("messaging_thread", "messaging_mailmessage", "messaging_mailaccount")


def measure(house: House) -> Iterator[Row]:
    if not (shutil.which("dovecot") or Path("/usr/sbin/dovecot").exists()):
        say("mail: not measured, since dovecot is not installed (Debian: dovecot-imapd)")
        return
    from tests.messaging.servers import Dovecot  # needs what only developers have

    server = Dovecot()
    try:
        told = _sync(server, house, _MESSAGES)
        yield Row(
            f"sync of {_MESSAGES:,} messages", round(told["stored"] / told["seconds"]), "messages/s", 400, None, True
        )
        yield Row("sync of a mailbox without news", round(told["again_ms"]), "ms")
        yield Row(f"completeness of {_MESSAGES:,} messages measured", round(told["meter_seconds"], 2), "s")
        count = min(_LARGE, max(_MESSAGES, house.count // 10))
        if count > _MESSAGES:
            told = _sync(server, house, count)
        yield Row(f"memory while a mailbox of {count:,} is synced", round(told["peak_mib"]), "MiB", _MEMORY)
    finally:
        server.remove()
        _empty()


def _sync(server: Any, house: House, count: int) -> dict[str, float]:
    """Fill a mailbox by writing files, and let a process of its own sync it."""
    from tests.core.processes import environment

    user = server.add_user()
    began = time.monotonic()
    addresses = list(EmailAddress.objects.order_by("pk").values_list("address", flat=True)[:2000])
    for number in range(count):
        server.write(user, _letter(user, number, addresses), at=clock.now() - timedelta(minutes=count - number))
    say(f"{count:,} files written in {time.monotonic() - began:.0f} s")
    account = _account(server, user, house)
    media = tempfile.mkdtemp(prefix="rapport-bench-")
    try:
        answer = subprocess.run(  # noqa: S603  our own module
            [sys.executable, "-m", "bench.mail_sync", str(account.pk)],
            env={**environment(), "MEDIA_ROOT": media, "RAPPORT_PRIVATE_NETWORKS": "127.0.0.0/8"},
            cwd=settings.BASE_DIR,
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        )
    finally:
        shutil.rmtree(media, ignore_errors=True)
        shutil.rmtree(server.maildir(user), ignore_errors=True)
    told: dict[str, float] = json.loads(answer.stdout)
    say(f"{count:,} messages took {told['processor']:.0f} s of this process alone, {told['seconds']:.0f} s in all")
    if told["stored"] != count or told["missing"]:
        raise RuntimeError(f"of {count} messages {told['stored']} were stored, {told['missing']} are missing")
    return told


def _account(server: Any, user: str, house: House) -> MailAccount:
    from tests.messaging.servers import account_on

    never = MailAccount.UnknownSenders.NEVER  # else each run would add contacts to the house
    return account_on(server, user, owner=house.user, unknown_senders=never)


def _letter(user: str, number: int, addresses: list[str]) -> bytes:
    """Half of the mail is from contacts of the house; three in four answer another, and quote it."""
    sender = addresses[number % len(addresses)] if number % 2 and addresses else f"p{number}@elsewhere.example"
    head = [
        f"From: {sender}",
        "To: bench@example.com",
        f"Subject: {'Re: ' if number % 4 else ''}Windows for house {number // 4} of {user}",
        f"Date: {format_datetime(clock.now() - timedelta(minutes=number))}",
        f"Message-ID: <{number}.{user}@bench.example>",
        *([f"In-Reply-To: <{number - number % 4}.{user}@bench.example>"] if number % 4 else []),
        "MIME-Version: 1.0",
        "Content-Type: text/plain; charset=utf-8",
    ]
    words = [
        f"Letter {number} of {user}, about: the house at 12, Hauptstr.; see https://example.com/house/{number}",
        "Measures: 1,200 x 1,400 mm; colour: RAL 7016; to be there: Monday, 10:30.",
        *["How long does it take to make a window of this size?"] * 8,
    ]
    asked = ["On Mon, 2 Nov 2026 at 10:15, Anna <anna@example.com> wrote:", *(f"> {line}" for line in words)]
    text = ["Dear all,", "", *words, "", *(asked if number % 4 else []), "", "-- ", "Anna Berg", "Phone: +49 30 901820"]
    return "\r\n".join([*head, "", *text, ""]).encode()


def _empty() -> None:
    """Leave the measured house as it was."""
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
        cursor.execute(f"TRUNCATE {', '.join(_EMPTIED)} CASCADE")
        mails = "(SELECT id FROM activities_activity WHERE kind = 'mail')"
        cursor.execute(f"DELETE FROM activities_activityentity WHERE activity_id IN {mails}")
        cursor.execute("DELETE FROM activities_activity WHERE kind = 'mail'")
        cursor.execute("DELETE FROM core_file WHERE mime_type = 'message/rfc822'")
        cursor.execute(f"SET ROLE {settings.DATABASE_WEB_ROLE}")
