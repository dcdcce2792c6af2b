"""Mailings stay away from who wants none of them; what is written to a person goes out all the same."""

from __future__ import annotations

import smtplib
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from apps.contacts.services.bouncing import mark_bounced
from apps.core import clock
from apps.core.contributions import settled, transports
from apps.core.mail import site_connection
from apps.core.models import OutgoingMail, Suppression
from apps.core.services import outbox
from apps.core.services.suppression import allow_again, fold, is_suppressed, suppress
from tests.core.smtp_servers import Sink, sink

pytestmark = pytest.mark.django_db

UNSUBSCRIBED = Suppression.Reason.UNSUBSCRIBED


@pytest.fixture
def now():
    return clock.now()


def queue(now, address: str, scope: str = "") -> OutgoingMail:
    name = f"{scope}-{address}"
    envelope = outbox.Envelope(
        sender="news@rapport.example",
        recipients=[address],
        message_id=f"<{name}>",
        raw=b"Subject: News\r\n\r\nHello\r\n",
        scope=scope,
    )
    return outbox.queue_envelope(envelope, now=now)


def received(server: Sink) -> list[str]:
    return sorted(address for envelope in server.envelopes for address in envelope.rcpt_tos)


def states() -> dict[str, str]:
    return dict(OutgoingMail.objects.values_list("message_id", "state"))


def test_who_unsubscribed_after_the_mail_was_queued_gets_none(settings, now):
    for address in ("anna@example.com", "boris@example.com"):
        queue(now - timedelta(hours=1), address, "news")
    suppress(addresses=["Anna@Example.com"], reason=UNSUBSCRIBED, now=now - timedelta(seconds=1))

    with sink(settings) as server:
        assert outbox.send_due(now=now) == 1
        assert outbox.send_due(now=now) == 0

    assert received(server) == ["boris@example.com"]
    withheld = OutgoingMail.objects.get(recipients=["anna@example.com"])
    assert (withheld.state, withheld.finished_at) == ("withheld", now)
    assert withheld.last_error == "Withheld: this address gets no such mailings."
    assert not outbox.send_again(withheld, now=now)


def test_a_mail_written_to_the_person_is_not_a_mailing(settings, now):
    suppress(addresses=["anna@example.com"], reason=UNSUBSCRIBED, now=now)
    queue(now, "anna@example.com")

    with sink(settings) as server:
        outbox.send_due(now=now)

    assert received(server) == ["anna@example.com"]


def test_who_left_one_topic_gets_the_others(settings, now):
    suppress(addresses=["anna@example.com"], scope="events", reason=UNSUBSCRIBED, now=now)
    queue(now, "anna@example.com", "events")
    queue(now, "anna@example.com", "news")

    with sink(settings) as server:
        outbox.send_due(now=now)

    assert states() == {"<events-anna@example.com>": "withheld", "<news-anna@example.com>": "accepted"}
    assert len(server.envelopes) == 1


def test_who_unsubscribes_while_others_of_the_portion_are_sent_gets_none(settings, now):
    """Sixty are due, so ten are claimed together; the last of them unsubscribes as the first is about to go out."""

    def connect(mail: OutgoingMail) -> smtplib.SMTP:
        suppress(addresses=["reader09@example.com"], reason=UNSUBSCRIBED, now=now)
        return site_connection(mail)

    transports.register("weekly", connect)
    for number in range(60):
        queue(now, f"reader{number:02}@example.com", "news")
    OutgoingMail.objects.update(transport="weekly")

    with sink(settings) as server:
        assert outbox.send_due(now=now) == 59

    assert "reader09@example.com" not in received(server)
    assert len(received(server)) == 59
    withheld = OutgoingMail.objects.get(state="withheld")
    assert (withheld.addressee, withheld.attempts) == ("reader09@example.com", 1)


def test_many_unsubscribed_do_not_keep_the_rest_waiting(settings, now):
    for number in range(60):
        queue(now, f"reader{number:02}@example.com", "news")
    gone = [f"reader{number:02}@example.com" for number in range(55)]
    assert suppress(addresses=gone, reason=UNSUBSCRIBED, now=now) == 55

    with sink(settings) as server:
        assert outbox.send_due(now=now) == 5

    assert received(server) == [f"reader{number}@example.com" for number in range(55, 60)]
    assert OutgoingMail.objects.filter(state="withheld").count() == 55


def test_what_brought_the_mail_hears_that_it_was_withheld(now):
    heard: list[tuple[str, str]] = []
    settled.register("newsletters", lambda mails: heard.extend((mail.addressee, mail.state) for mail in mails))
    suppress(addresses=["anna@example.com"], reason=UNSUBSCRIBED, now=now)
    mail = queue(now, "anna@example.com", "news")
    OutgoingMail.objects.filter(pk=mail.pk).update(transport="newsletters")

    outbox.send_due(now=now)

    assert heard == [("anna@example.com", "withheld")]


def test_an_address_that_mail_came_back_from_gets_no_mailings(now):
    mark_bounced(addresses=["nobody@example.com"], now=now)

    assert Suppression.objects.get().reason == "bounced"
    assert is_suppressed(address="nobody@example.com", scope="news")


def test_the_first_reason_stays_and_allowing_again_ends_it(now):
    assert suppress(addresses=["anna@example.com"], reason=UNSUBSCRIBED, now=now) == 1
    assert suppress(addresses=["ANNA@example.com"], reason=Suppression.Reason.BY_HAND, now=now) == 0
    assert Suppression.objects.get().reason == "unsubscribed"

    assert allow_again(address="Anna@example.com")
    assert not allow_again(address="anna@example.com")
    assert not is_suppressed(address="anna@example.com", scope="news")


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        (" Anna@Example.COM ", "anna@example.com"),
        ("Олена@Вікна.укр", "олена@xn--80adym7j.xn--j1amh"),
        ("anna@xn--80adym7j.xn--j1amh", "anna@xn--80adym7j.xn--j1amh"),
        ("anna@..", "anna@.."),
        ("", ""),
    ],
)
def test_an_address_has_one_spelling(written, folded):
    assert fold(written) == folded


def test_a_mailing_has_one_recipient(now):
    envelope = outbox.Envelope(
        sender="news@rapport.example",
        recipients=["a@example.com", "b@example.com"],
        message_id="<1>",
        raw=b"",
        scope="x",
    )

    with pytest.raises(ValueError, match="one recipient"):
        outbox.queue_envelope(envelope, now=now)


def test_the_database_knows_an_address_once_per_scope(now):
    Suppression.objects.create(address="anna@example.com", reason="unsubscribed", created_at=now)

    with pytest.raises(IntegrityError), transaction.atomic():
        Suppression.objects.create(address="anna@example.com", reason="bounced", created_at=now)
