"""What the recipients of one mail must not learn of each other, though it is stored once for all of them."""

from __future__ import annotations

import pytest

from apps.accounts.services.tokens import create_token
from apps.core import clock
from apps.core.models import OutgoingMail
from apps.messaging.models import Bounce, MailCopy, MailMessage
from tests.conftest import NOW
from tests.messaging.mails import arrive, make_account, raw_mail

pytestmark = pytest.mark.django_db

BOSS = "boss@rapport.example"


@pytest.fixture(autouse=True)
def _here(settings, tmp_path, monkeypatch, now):
    settings.MEDIA_ROOT = tmp_path
    monkeypatch.setattr(clock, "now", lambda: now)


@pytest.fixture
def hers(alice):
    return make_account(alice, "alice@rapport.example")


@pytest.fixture
def his(bob):
    return make_account(bob)


@pytest.fixture
def mail(hers, his):
    """Alice wrote to Bob, and to the boss in secret, with another program; both of their mailboxes hold it."""
    sender, secret = "Alice <alice@rapport.example>", {"Bcc": f"{'The boss ' * 9}<{BOSS}>"}
    arrive(hers, raw_mail(sender=sender, headers=secret), role="sent")
    arrive(his, raw_mail(sender=sender))
    return MailMessage.objects.get()


def page(client, path) -> str:
    answer = client.get(path)
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return f"{answer.status_code} {content.decode()}"


@pytest.mark.parametrize("way", ["raw", "download"])
def test_a_secret_recipient_stands_in_the_raw_mail_for_its_writer_alone(client, mail, alice, bob, way):
    client.force_login(bob)
    shown = page(client, f"/mail/messages/{mail.pk}/{way}/")
    assert "Subject: Windows" in shown
    assert "Good morning" in shown
    assert BOSS not in shown
    assert "Bcc" not in shown

    client.force_login(alice)
    assert BOSS in page(client, f"/mail/messages/{mail.pk}/{way}/")


def test_what_came_back_is_told_to_whom_it_was_sent_by(client, mail, alice, bob):
    envelope = OutgoingMail.objects.create(
        sender=mail.sender_address,
        recipients=["bob@rapport.example", BOSS],
        message_id=f"<{mail.message_id}>",
        dedupe_key="one",
        raw=b"",
        state="accepted",
        server="mx.example",
        last_error=f"250 for {BOSS}",
        created_at=NOW,
        not_before=NOW,
        finished_at=NOW,
    )
    MailMessage.objects.update(state="bounced", outgoing=envelope)
    Bounce.objects.create(message=mail, recipient=BOSS, is_permanent=True, status="5.1.1", happened_at=NOW)
    ways = (f"/mail/threads/{mail.thread_id}/", "/mail/report/", "/mail/report.csv")

    client.force_login(bob)
    assert [way for way in ways if BOSS in page(client, way)] == []
    _token, plain = create_token(actor=bob, user=bob, name="x", scopes=["messages:read"], expires_at=None, now=NOW)
    headers = {"Authorization": f"Bearer {plain}"}
    assert client.get(f"/api/v1/messages/{mail.pk}/proof", headers=headers).status_code == 404

    client.force_login(alice)
    assert [way for way in ways if BOSS in page(client, way)] == [ways[0], ways[2]]


def test_a_thread_that_began_among_others_tells_nothing_of_its_first_subject(client, hers, his, alice, bob):
    arrive(hers, raw_mail("All of it", subject="Bob must go", id="first@vikna.example"))
    later = {"In-Reply-To": "<first@vikna.example>"}
    arrive(his, raw_mail("Come along", subject="The party", id="second@vikna.example", headers=later))
    thread = MailCopy.objects.get(account=his).thread

    client.force_login(bob)
    for way in ("/mail/", "/mail/?box=all", f"/mail/threads/{thread.pk}/"):
        shown = page(client, way)
        assert "The party" in shown
        assert "Bob must go" not in shown

    client.force_login(alice)
    assert "Bob must go" in page(client, "/mail/")
