"""Whatever dies while mails leave: none goes out twice, none is lost, and the one that nobody knows of is shown."""

from __future__ import annotations

import signal
import socket
import threading
import time
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import connection

from apps.core import clock
from apps.core.models import OutgoingMail
from apps.core.services import outbox
from apps.messaging.models import MailMessage
from apps.messaging.services.sending import send_draft
from apps.messaging.services.settling import send_again
from tests.conftest import make_user
from tests.core.processes import start
from tests.core.smtp_servers import sink
from tests.messaging.writers import letter, mailbox

pytestmark = pytest.mark.django_db(transaction=True)

LOOPBACK = {"RAPPORT_PRIVATE_NETWORKS": "127.0.0.0/8"}
TEN_MINUTES = timedelta(minutes=11)
_HOLDERS = """
SELECT count(*) FROM pg_stat_activity a WHERE a.datname = current_database() AND a.pid <> pg_backend_pid()
    AND EXISTS (SELECT FROM pg_locks l WHERE l.pid = a.pid)
"""


@pytest.fixture(autouse=True)
def _loopback(settings):
    settings.RAPPORT_PRIVATE_NETWORKS = ["127.0.0.0/8"]


@pytest.fixture
def bob(everyone_folder):
    return make_user("bob@example.com", "Bob Sales", "sales")


def queue(bob, count: int) -> list[MailMessage]:
    began = clock.now() - timedelta(minutes=1)
    return [
        send_draft(actor=bob, draft=letter(bob, to=f"n{n}@example.com", subject=f"n{n}"), now=began)
        for n in range(count)
    ]


def kill(worker) -> None:
    """And wait until Postgres has seen that it is gone, with its locks: a moment on a quiet machine."""
    worker.send_signal(signal.SIGKILL)
    worker.wait(10)
    for _turn in range(300):
        with connection.cursor() as cursor:
            cursor.execute(_HOLDERS)
            if not cursor.fetchone()[0]:
                return
        time.sleep(0.1)
    raise AssertionError("the killed worker's locks are still held")


@pytest.mark.parametrize(
    ("step", "arrived", "state"),
    [
        ("before-data", 0, "uncertain"),  # committed as "sending": nobody can tell how far it came
        ("after-data", 1, "uncertain"),
        ("before-row", 1, "uncertain"),
    ],
)
def test_a_worker_killed_at_a_step_sends_nothing_twice(settings, bob, step, arrived, state):
    with sink(settings) as server:
        mailbox(bob, settings)
        first, second = queue(bob, 2)
        worker = start("tests.messaging.worker", step, stdout=-1, variables=LOOPBACK)
        assert worker.stdout is not None
        assert worker.stdout.readline().strip() == step
        kill(worker)

        outbox.send_due(now=clock.now())
        outbox.sweep(now=clock.now() + TEN_MINUTES)
        outbox.send_due(now=clock.now() + TEN_MINUTES)

        first.refresh_from_db()
        second.refresh_from_db()
        assert (first.state, second.state) == (state, "sent")
        sent_to = [envelope.rcpt_tos[0] for envelope in server.envelopes]
        assert sent_to.count("n0@example.com") == arrived
        assert sent_to.count("n1@example.com") == 1

        # Only its author lets it go once more.
        send_again(actor=bob, message=first, now=clock.now())
        outbox.send_due(now=clock.now())
        first.refresh_from_db()
        assert first.state == "sent"


@pytest.mark.parametrize("step", ["greeting", "EHLO", "MAIL", "RCPT", "DATA"])
def test_a_connection_cut_before_the_text_is_tried_again(settings, bob, step):
    with cutting_server(settings, step):
        account = mailbox(bob, settings)
        (message,) = queue(bob, 1)
        outbox.send_due(now=clock.now())

    envelope = OutgoingMail.objects.get()
    assert (envelope.state, envelope.attempts) == ("queued", 1)
    with sink(settings) as server:
        account.smtp_port = settings.EMAIL_PORT
        account.save()
        outbox.send_due(now=envelope.not_before)
    message.refresh_from_db()
    assert (message.state, len(server.envelopes)) == ("sent", 1)


def test_a_connection_cut_after_the_text_is_uncertain(settings, bob):
    with cutting_server(settings, "text"):
        mailbox(bob, settings)
        (message,) = queue(bob, 1)
        outbox.send_due(now=clock.now())

    message.refresh_from_db()
    assert message.state == "uncertain"


def test_without_redis_mails_are_queued_and_the_sweep_finds_them(settings, bob):
    from config.celery import app

    kept = app.conf.broker_url
    app.conf.update(broker_url="redis://127.0.0.1:1/0")
    try:
        with sink(settings) as server:
            mailbox(bob, settings)
            queue(bob, 1)
            assert outbox.sweep(now=clock.now()) == 1
            assert outbox.send_due(now=clock.now()) == 1
    finally:
        app.conf.update(broker_url=kept)

    assert len(server.envelopes) == 1


def test_two_workers_send_each_mail_once(settings, bob):
    with sink(settings) as server:
        mailbox(bob, settings)
        queue(bob, 30)
        workers = [start("tests.messaging.worker", "", variables=LOOPBACK) for _ in range(2)]
        assert [worker.wait(60) for worker in workers] == [0, 0]

    assert sorted(envelope.rcpt_tos[0] for envelope in server.envelopes) == sorted(
        f"n{n}@example.com" for n in range(30)
    )
    assert set(MailMessage.objects.values_list("state", flat=True)) == {"sent"}


@contextmanager
def cutting_server(settings, step: str):
    """Goes away at `step`: instead of the answer to that command, or after the whole text."""
    listener = socket.create_server(("127.0.0.1", 0))
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", listener.getsockname()[1]

    def serve() -> None:
        while True:
            try:
                peer, _ = listener.accept()
            except OSError:
                return
            with peer, peer.makefile("rb") as lines:
                if step != "greeting":
                    _talk(peer, lines, step)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(5)


def _talk(peer, lines, step: str) -> None:
    peer.sendall(b"220 ready\r\n")
    for line in lines:
        if line[:4].upper() == step.encode():
            return
        if line[:4].upper() == b"DATA":
            peer.sendall(b"354 go on\r\n")
            text = b""
            while not text.endswith(b"\r\n.\r\n"):
                text += lines.readline()
            return
        peer.sendall(b"250 OK\r\n")


def test_of_many_a_killed_worker_leaves_ten_uncertain_at_the_most_and_none_twice(settings, bob):
    with sink(settings) as server:
        mailbox(bob, settings)
        messages = queue(bob, 60)
        worker = start("tests.messaging.worker", "after-data", stdout=-1, variables=LOOPBACK)
        assert worker.stdout is not None
        worker.stdout.readline()
        kill(worker)

        outbox.send_due(now=clock.now())
        outbox.sweep(now=clock.now() + TEN_MINUTES)

    states = list(MailMessage.objects.values_list("state", flat=True))
    sent_to = [envelope.rcpt_tos[0] for envelope in server.envelopes]
    assert len(sent_to) == len(set(sent_to))
    assert states.count("uncertain") == 10
    assert states.count("sent") == len(messages) - 10
