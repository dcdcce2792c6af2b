from __future__ import annotations

import io
import json
import socket
import threading
import time
from datetime import timedelta
from email import message_from_bytes, policy

import pytest
from django.core.mail import EmailMessage, get_connection, send_mail
from django.core.management import call_command
from django.db import connection, transaction

from apps.core import clock
from apps.core.models import OutgoingMail
from apps.core.services import outbox
from tests.core.smtp_servers import dying_server, sink

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _outbox(settings):
    settings.EMAIL_BACKEND = "apps.core.mail.OutboxBackend"  # pytest-django puts its own in place


@pytest.fixture
def now():
    """Mail that is due is due by the real clock, since sending goes on while time passes."""
    return clock.now()


def queue(now, to="anna@example.com", key="greeting:1", **options) -> OutgoingMail:
    return outbox.queue_mail(to=to, subject="Привіт", body="Добрий день\n.\n", dedupe_key=key, now=now, **options)


def test_a_mail_is_accepted_once(settings, now):
    queued = queue(now, html="<p>Добрий день</p>")
    assert queue(now).pk == queued.pk

    with sink(settings) as server:
        assert outbox.send_due(now=now) == 1
        assert outbox.send_due(now=now) == 0
        assert outbox.sweep(now=now + timedelta(days=1)) == 0

    (envelope,) = server.envelopes
    mail = message_from_bytes(envelope.content, policy=policy.default)
    queued.refresh_from_db()
    assert (queued.state, queued.attempts) == ("accepted", 1)
    assert (envelope.mail_from, envelope.rcpt_tos) == ("rapport@localhost", ["anna@example.com"])
    assert (mail["Subject"], mail["Message-ID"]) == ("Привіт", queued.message_id)
    plain, html = (part.get_content() for part in mail.iter_parts())
    assert plain.splitlines() == ["Добрий день", "."]
    assert "<p>Добрий день</p>" in html


def test_djangos_own_mail_goes_through_the_outbox(settings):
    send_mail("Subject", "Body", None, ["Анна <anna@example.com>"])
    with_copies = EmailMessage("Copies", "Body", to=["a@example.com"], bcc=["b@example.com"])
    assert get_connection().send_messages([with_copies, EmailMessage("Nobody", "Body")]) == 1

    plain, copied = OutgoingMail.objects.order_by("pk")
    assert plain.recipients == ["anna@example.com"]
    assert copied.recipients == ["a@example.com", "b@example.com"]
    assert b"b@example.com" not in bytes(copied.raw)


def test_what_was_rolled_back_is_never_sent(now):
    with transaction.atomic():
        queue(now)
        transaction.set_rollback(True)

    assert not OutgoingMail.objects.exists()


def test_a_refused_recipient_is_a_failure(settings, now):
    queued = queue(now)

    with sink(settings) as server:
        server.recipient_answers["anna@example.com"] = "550 5.1.1 No such user"
        outbox.send_due(now=now)
        outbox.send_due(now=now + timedelta(days=1))

    queued.refresh_from_db()
    assert (queued.state, queued.attempts, server.envelopes) == ("failed", 1, [])
    assert "No such user" in queued.last_error


def test_a_refused_text_is_a_failure_and_a_postponed_one_is_tried_again(settings, now):
    queued = queue(now)

    with sink(settings) as server:
        server.data_answer = "451 4.3.0 Try again"
        outbox.send_due(now=now)
        queued.refresh_from_db()
        assert (queued.state, queued.attempts) == ("queued", 1)
        assert outbox.send_due(now=queued.not_before - timedelta(seconds=1)) == 0
        server.data_answer = "554 5.7.1 Spam"
        assert outbox.send_due(now=queued.not_before) == 1

    queued.refresh_from_db()
    assert (queued.state, queued.attempts) == ("failed", 2)


@pytest.mark.parametrize("pipelines", [False, True])
def test_nobody_gets_it_twice_while_one_recipient_is_refused_for_the_moment(settings, now, pipelines):
    queued = queue(now, to=["anna@example.com", "slow@example.com"])

    with sink(settings) as server:
        server.pipelines = pipelines
        server.recipient_answers["slow@example.com"] = "450 4.2.0 Greylisted"
        outbox.send_due(now=now)
        assert server.envelopes == []
        server.recipient_answers = {}
        queued.refresh_from_db()
        outbox.send_due(now=queued.not_before)

    assert [envelope.rcpt_tos for envelope in server.envelopes] == [["anna@example.com", "slow@example.com"]]


def test_many_recipients_named_in_one_go_hear_each_its_own_answer(settings, now):
    people = [f"n{number}@example.com" for number in range(120)]
    first, second = queue(now, to=people, key="first"), queue(now, key="second")

    with sink(settings) as server:
        server.pipelines = True
        server.recipient_answers = {"n0@example.com": "550 5.1.1 Nobody here", "n77@example.com": "550 5.1.1 Gone"}
        outbox.send_due(now=now)

    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state) == ("accepted", "accepted")
    assert first.last_error == "250 OK; 550 5.1.1 Nobody here; 550 5.1.1 Gone"
    assert server.envelopes[0].rcpt_tos == [each for each in people if each not in server.recipient_answers]


def test_without_a_server_the_pauses_grow_and_then_it_is_given_up(settings, now):
    with socket.create_server(("127.0.0.1", 0)) as free:
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free.getsockname()[1]
    queued = queue(now)
    pauses = []

    while queued.state == "queued":
        before = clock.now()
        outbox.send_due(now=queued.not_before)
        queued.refresh_from_db()
        pauses.append((queued.not_before - before).total_seconds() / 60)

    assert pauses[:-1] == [pytest.approx(minutes, rel=0.25) for minutes in (1, 2, 4, 8, 16, 32, 60)]
    assert (queued.state, queued.attempts) == ("failed", 8)


def test_a_server_that_dies_after_the_text_leaves_it_uncertain_and_it_is_never_sent_again(settings, now):
    queued = queue(now)

    with dying_server(settings) as seen:
        outbox.send_due(now=now)
        outbox.sweep(now=now + timedelta(days=1))
        outbox.send_due(now=now + timedelta(days=1))

    queued.refresh_from_db()
    assert (queued.state, len(seen)) == ("uncertain", 1)


def test_a_mail_whose_worker_died_is_listed_as_uncertain(settings, now):
    queued = queue(now)
    OutgoingMail.objects.update(state="sending", claimed_at=now, attempts=1)

    outbox.sweep(now=now + timedelta(minutes=9))
    assert OutgoingMail.objects.get().state == "sending"
    outbox.sweep(now=now + timedelta(minutes=11))
    with sink(settings) as server:
        outbox.send_due(now=now + timedelta(minutes=11))

    queued.refresh_from_db()
    assert (queued.state, server.envelopes) == ("uncertain", [])


def test_a_mail_may_wait_for_its_time(settings, now):
    queue(now, not_before=now + timedelta(seconds=10))

    with sink(settings) as server:
        assert outbox.send_due(now=now) == 0
        assert outbox.send_due(now=now + timedelta(seconds=10)) == 1

    assert len(server.envelopes) == 1


@pytest.mark.django_db(transaction=True)
def test_two_workers_send_each_mail_once(settings, now):
    for number in range(40):
        queue(now, to=f"to{number}@example.com", key=f"greeting:{number}")
    tried: list[int] = []

    def work() -> None:
        try:
            tried.append(outbox.send_due(now=clock.now()))
        finally:
            connection.close()

    with sink(settings) as server:
        began = time.monotonic()
        workers = [threading.Thread(target=work) for _ in range(3)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join(20)
        assert time.monotonic() - began < 10

    assert sum(tried) == 40
    assert sorted(envelope.rcpt_tos[0] for envelope in server.envelopes) == sorted(
        f"to{number}@example.com" for number in range(40)
    )
    assert set(OutgoingMail.objects.values_list("state", flat=True)) == {"accepted"}


def test_the_command_sends_what_is_due_and_says_how_much(settings, now):
    queue(now)
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    told = io.StringIO()

    call_command("send_mail", "--json", stdout=told)

    assert json.loads(told.getvalue()) == {"tried": 1, "queued": 1}
