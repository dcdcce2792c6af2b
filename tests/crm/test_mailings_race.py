"""Who leaves while mailings go out: whoever was first, no mailing leaves after the answer that it is over."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client

from apps.core import clock
from apps.core.models import OutgoingMail, Suppression
from apps.core.services import outbox
from apps.core.services.suppression import suppress
from apps.crm.models import MailingTopic
from apps.crm.services.mailings import mailing_headers
from apps.crm.services.mailings.tokens import Letter, seal
from tests.core.smtp_servers import sink

pytestmark = pytest.mark.django_db(transaction=True)
READERS = [f"reader{number:02}@example.com" for number in range(24)]


def queue(address: str, topic: MailingTopic, **moments) -> OutgoingMail:
    headers = mailing_headers(address=address, topic=topic, origin="campaign:7")
    head = "".join(f"{name}: {value}\r\n" for name, value in {"From": "n@rapport.example", **headers}.items())
    envelope = outbox.Envelope(
        sender="n@rapport.example",
        recipients=[address],
        message_id=f"<{address}>",
        raw=f"{head}\r\nHello\r\n".encode(),
        scope=topic.scope,
    )
    return outbox.queue_envelope(envelope, now=clock.now(), **moments)


@pytest.fixture
def news(settings):
    settings.RAPPORT_SITE_URL = "https://rapport.example/"
    return MailingTopic.objects.create(key="news", title="News")


def test_who_left_one_second_before_the_mail_was_due_gets_none(settings, news):
    due = clock.now()
    for address in READERS[:2]:
        queue(address, news, not_before=due)
    Client().post(f"/unsubscribe/{seal(Letter(READERS[0], news.scope))}/", {"List-Unsubscribe": "One-Click"})

    with sink(settings) as server:
        outbox.send_due(now=due + timedelta(seconds=1))

    assert [each.rcpt_tos for each in server.envelopes] == [[READERS[1]]]
    received = server.envelopes[0].original_content
    assert b"List-Unsubscribe: <https://rapport.example/unsubscribe/" in received
    assert b"List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" in received
    assert b'List-Id: "News" <news.mailings.rapport.example>\r\n' in received


def test_who_leaves_while_the_worker_sends_gets_it_before_the_answer_or_never(settings, news):
    for address in READERS:
        queue(address, news)
    left: dict[str, int] = {}
    ready = threading.Barrier(2)

    def leave(server) -> None:
        ready.wait()
        try:
            for address in reversed(READERS):
                suppress(addresses=[address], scope=news.scope, reason=Suppression.Reason.UNSUBSCRIBED, now=clock.now())
                left[address] = len(server.envelopes)
        finally:
            connection.close()

    with sink(settings) as server:
        leaver = threading.Thread(target=leave, args=(server,))
        leaver.start()
        ready.wait()
        outbox.send_due(now=clock.now())
        leaver.join()

    order = [each.rcpt_tos[0] for each in server.envelopes]
    assert len(order) == len(set(order))
    # The one mail that is on its way to the server as its reader leaves can't be called back.
    late = [address for place, address in enumerate(order) if address in left and place > left[address]]
    assert late == []
    states = dict(OutgoingMail.objects.values_list("addressee", "state"))
    assert {address for address, state in states.items() if state == "accepted"} == set(order)
    assert set(states.values()) <= {"accepted", "withheld"}
    assert set(order) | {address for address, state in states.items() if state == "withheld"} == set(READERS)
