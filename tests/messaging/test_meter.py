"""The completeness meter: each identifier on the server is in the store, or on the list of the missing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied

from apps.core.models import Operation
from apps.core.services import operations
from apps.messaging.models import MailCopy
from apps.messaging.services.meter import (
    begin_fetch_missing,
    begin_measure,
    due_for_measure,
    fetch_missing,
    measure,
    percent,
)
from apps.messaging.services.rounds import begin_due_measures, measure_one
from apps.messaging.services.syncing import sync_account
from tests.conftest import NOW
from tests.messaging.letters import letter
from tests.messaging.servers import account_on

pytestmark = pytest.mark.django_db


@pytest.fixture
def account(dovecot, alice):
    user = dovecot.add_user()
    for number in range(1, 6):
        dovecot.write(user, letter(number))
    dovecot.write(user, b"No header, no name.\r\n")
    account = account_on(dovecot, user, owner=alice)
    sync_account(account, now=NOW)
    return account


def inbox(account):
    return account.folders.get(role="inbox")


def test_after_a_sync_nothing_is_missing(account):
    measure(account, now=NOW)

    folder = inbox(account)
    assert (folder.meter_total, folder.meter_missing_count, folder.metered_at) == (6, 0, NOW)


def test_a_mail_taken_out_of_the_store_by_hand_shows_and_comes_back(account):
    lost = account.copies.get(message__subject="Question 3")
    message = lost.message
    uid = lost.uid
    lost.delete()
    message.delete()

    (found,) = [each for each in measure(account, now=NOW) if each.total]
    assert (found.missing, found.percent) == ([uid], 83.3)
    assert inbox(account).meter_missing == [uid]
    sync_account(account, now=NOW)  # an ordinary one asks for what is new only
    fetch_missing(account, now=NOW)

    assert account.copies.get(message__subject="Question 3").uid == uid
    assert inbox(account).meter_missing_count == 0


def test_what_was_deleted_here_counts_as_there(account):
    copies = account.copies.filter(message__subject__in=["Question 1", "Question 2"])
    copies.update(deleted_at=NOW)
    copies.filter(message__subject="Question 2").update(folder=None, uid=None, uidvalidity=None)

    measure(account, now=NOW)

    assert inbox(account).meter_missing_count == 0


def test_another_mail_at_the_same_place_is_no_substitute(account):
    one, two = account.copies.filter(message__subject__in=["Question 1", "Question 2"]).order_by("uid")
    MailCopy.objects.filter(pk=one.pk).update(message=two.message, thread=two.thread)

    measure(account, now=NOW)
    assert inbox(account).meter_missing == [one.uid]
    fetch_missing(account, now=NOW)

    assert account.copies.get(uid=one.uid, folder=inbox(account)).message.subject == "Question 1"
    assert inbox(account).meter_missing_count == 0


def test_a_hundred_per_cent_means_all():
    assert percent(100_000, 1) == 99.9
    assert percent(0, 0) == percent(5, 0) == 100.0


def test_at_night_gaps_close_by_themselves(account):
    account.copies.get(message__subject="Question 4").delete()
    noon, night = (datetime(2026, 11, 3, hour, 30, tzinfo=UTC) for hour in (12, 1))

    assert begin_due_measures(now=noon) == 0
    assert begin_due_measures(now=night) == 1
    measure_one(account_id=account.pk, now=night)

    assert account.copies.filter(message__subject="Question 4").exists()
    assert due_for_measure(now=night + timedelta(hours=1)) == []


def test_readers_measure_on_demand_and_others_cannot(account, alice, bob):
    account.copies.get(message__subject="Question 5").delete()
    for begin, missing in ((begin_measure, 1), (begin_fetch_missing, 0)):
        operation = begin(actor=alice, account=account, now=NOW)
        operations.run(operation_id=operation.pk, now=NOW)
        operation.refresh_from_db()

        assert operation.state == Operation.State.DONE
        assert ["INBOX", 6, missing] in operation.result["folders"]
        with pytest.raises(PermissionDenied):
            begin(actor=bob, account=account, now=NOW)
