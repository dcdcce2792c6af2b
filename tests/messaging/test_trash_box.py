"""What was thrown away: listed mail by mail, put back by its people alone."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.core import clock
from apps.core.models import Operation
from apps.messaging.models import MailCopy, ThreadState
from apps.messaging.services.copies import put_back, trash_threads
from tests.messaging.factories import mail_in, mailbox_of

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def box(bob):
    return mailbox_of(bob)


def page(client, query: str) -> str:
    return str(client.get(f"/mail/?{query}").content.decode())


def throw_away(user, *subjects: str) -> None:
    now = clock.now()
    for seconds, subject in enumerate(subjects):
        states = ThreadState.objects.filter(thread__messages__subject=subject)
        trash_threads(actor=user, states=states, now=now + timedelta(seconds=seconds))


def test_what_was_thrown_away_is_listed_the_latest_first_and_put_back(client, bob, box):
    for subject in ("Oak", "Pine", "Ash"):
        mail_in(box, subject=subject, at=clock.now())
    throw_away(bob, "Pine", "Oak")
    client.force_login(bob)
    shown = page(client, "box=trash")
    assert shown.find("Oak") < shown.find("Pine")
    assert "Ash" not in shown

    oak = MailCopy.objects.get(message__subject="Oak")
    answer = client.post("/mail/bulk/put-back/", {"ids": [oak.pk]}, headers=HTMX)

    assert answer.status_code == 204
    assert "1 mail was put back." in answer["HX-Trigger"]
    oak.refresh_from_db()
    assert (oak.deleted_at, oak.is_dirty) == (None, True)
    assert "Oak" not in page(client, "box=trash")
    assert "Oak" in page(client, "box=inbox")

    client.post(f"/operations/{Operation.objects.get(verb='mail.put_back').pk}/undo/")
    assert "Oak" in page(client, "box=trash")
    assert "Oak" not in page(client, "box=inbox")


def test_what_others_threw_away_is_neither_seen_nor_put_back(client, bob, alice):
    mail_in(mailbox_of(alice), subject="Her secret", at=clock.now())
    throw_away(alice, "Her secret")
    copy = MailCopy.objects.get()
    client.force_login(bob)

    client.post("/mail/bulk/put-back/", {"ids": [copy.pk]})

    copy.refresh_from_db()
    assert copy.deleted_at is not None
    assert "Her secret" not in page(client, "box=trash")
    assert put_back(actor=bob, copy_ids=[copy.pk], now=clock.now()) == (0, None)


def test_the_box_has_pages_and_asks_the_same_number_of_times(client, bob, box):
    for number in range(55):
        mail_in(box, subject=f"Letter {number:02}", at=clock.now())
    trash_threads(actor=bob, states=ThreadState.objects.all(), now=clock.now())
    client.force_login(bob)
    page(client, "box=trash")

    with CaptureQueriesContext(
        connection,
    ) as asked:
        first = page(client, "box=trash")

    assert first.count('name="ids"') == 50
    after = first.split("after=")[1].split('"')[0].replace("&amp;", "&")
    assert page(client, f"box=trash&after={after}").count('name="ids"') == 5
    assert len(asked) <= 12
