"""The figures of sending: one worker, one account, a sink on the loopback; bare smtplib beside it."""

from __future__ import annotations

import smtplib
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from django.conf import settings

from apps.core import clock
from apps.core.models import OutgoingMail
from apps.core.services import outbox
from apps.core.smtp import deliver
from apps.messaging.models import Draft, MailAccount, MailCopy, MailMessage, Thread
from apps.messaging.services.outgoing import Outgoing, Piece, build_message, new_message_id
from bench.figures import Row
from bench.house import House

_KINDS = (("small mails sent by one worker", 2000, 0, 350), ("with 50 KB attached", 800, 50_000, 200))
_PROCESSOR = 2.0  # ms of this process for a mail


def measure(house: House) -> Iterator[Row]:
    settings.RAPPORT_PRIVATE_NETWORKS = ["127.0.0.0/8"]
    with sink() as port:
        account = _account(house, port)
        for name, count, size, budget in _KINDS:
            raws = _raws(account, count, size)
            _forget(account)
            _queue(account, house, raws, clock.now())
            began, used = time.perf_counter(), time.process_time()
            tried = outbox.send_due(now=clock.now())
            taken, used = time.perf_counter() - began, time.process_time() - used
            sent = MailMessage.objects.filter(sender_address=account.address, state="sent").count()
            if not tried == sent == count:
                raise RuntimeError(f"{tried} tried, {sent} sent of {count}")
            ideal, least = _bare(port, account.address, raws)
            yield Row(name, round(count / taken, 1), "mails/s", budget, round(count / ideal, 1), at_least=True)
            yield Row(f"{name}: processor's time a mail", _each(used, count), "ms", _PROCESSOR, _each(least, count))
        _forget(account)


def _each(seconds: float, count: int) -> float:
    return round(seconds * 1000 / count, 2)


def _bare(port: int, sender: str, raws: list[tuple[str, bytes]]) -> tuple[float, float]:
    """Seconds, and those of the processor, that the same mails take over one connection, with nothing written down."""
    connection = smtplib.SMTP("127.0.0.1", port)
    began, used = time.perf_counter(), time.process_time()
    for _key, raw in raws:
        deliver(connection, sender=sender, recipients=["anna@example.com"], raw=raw)
    taken = time.perf_counter() - began, time.process_time() - used
    connection.quit()
    return taken


def _account(house: House, port: int) -> MailAccount:
    values = {"smtp_host": "127.0.0.1", "smtp_port": port, "smtp_security": "none", "created_at": clock.now()}
    return MailAccount.objects.update_or_create(
        address=house.user.email, defaults={**values, "owner": house.user, "imap_host": "127.0.0.1"}
    )[0]


def _raws(account: MailAccount, count: int, size: int) -> list[tuple[str, bytes]]:
    piece = [Piece("plan.pdf", "application/pdf", b"%PDF-" + b"\x9c" * size)] if size else []
    raws = []
    for _number in range(count):
        key = new_message_id(account.address)
        mail = Outgoing(
            message_id=key,
            sender=("Bench", account.address),
            to=[("Anna", "anna@example.com")],
            pieces=piece,
            sent_at=clock.now(),
            subject="The offer",
            text="Dear Anna,\n\nhere it is.\n",
            html="<p>Dear Anna,</p>",
        )
        raws.append((key, build_message(mail)))
    return raws


def _queue(account: MailAccount, house: House, raws: list[tuple[str, bytes]], now: datetime) -> None:
    """The rows that sending a draft leaves, as far as a worker touches them; each mail begins a thread."""
    threads = Thread.objects.bulk_create([Thread(subject="Bench", last_at=now, created_at=now) for _raw in raws])
    envelopes = OutgoingMail.objects.bulk_create(
        [
            OutgoingMail(
                sender=account.address,
                recipients=["anna@example.com"],
                message_id=f"<{key}>",
                dedupe_key=f"<{key}>",
                raw=raw,
                transport="account",
                line=str(account.pk),
                created_at=now,
                not_before=now,
            )
            for key, raw in raws
        ]
    )
    messages = MailMessage.objects.bulk_create(
        [
            MailMessage(
                thread=thread,
                message_id=key,
                digest=key,
                state="queued",
                is_outgoing=True,
                sender_address=account.address,
                outgoing=envelope,
                happened_at=now,
                created_at=now,
            )
            for (key, _raw), envelope, thread in zip(raws, envelopes, threads, strict=True)
        ]
    )
    MailCopy.objects.bulk_create(
        [MailCopy(account=account, message=each, thread=each.thread, received_at=now) for each in messages]
    )
    Draft.objects.bulk_create(
        [Draft(author=house.user, account=account, sent=each, created_at=now, modified_at=now) for each in messages]
    )


def _forget(account: MailAccount) -> None:
    Draft.objects.filter(account=account).delete()
    MailMessage.objects.filter(sender_address=account.address).delete()
    Thread.objects.filter(subject="Bench", messages=None).delete()
    OutgoingMail.objects.filter(transport="account").delete()


@contextmanager
def sink(notes: Path | None = None) -> Iterator[int]:
    """The port of a server that takes all mail, and notes whose in the file `notes`."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    program = [sys.executable, "-m", "bench.smtp_sink", str(port), *([str(notes)] if notes else [])]
    server = subprocess.Popen(program, stdout=subprocess.PIPE, text=True)  # noqa: S603  our own
    try:
        if server.stdout is None or server.stdout.readline().strip() != "ready":
            raise RuntimeError("the sink didn't start")
        yield port
    finally:
        server.terminate()
        server.wait(10)
