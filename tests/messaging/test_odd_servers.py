"""Servers that hang or lie: a clear error or a whole sync, never a wait without end, never mail lost."""

from __future__ import annotations

import time

import pytest

from apps.messaging.models import MailMessage
from apps.messaging.services.problems import MailServerProblem, ServerSilent
from apps.messaging.services.syncing import sync_account
from tests.conftest import NOW
from tests.messaging.letters import letter
from tests.messaging.odd_servers import OddServer
from tests.messaging.servers import account_on

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _short(settings):
    settings.RAPPORT_MAIL_TIMEOUT = 0.5
    settings.RAPPORT_PRIVATE_NETWORKS = ["127.0.0.0/8"]


def subjects(account) -> list[str]:
    return sorted(account.copies.values_list("message__subject", flat=True))


@pytest.mark.parametrize("commands", [0, 2, 4, 6, 8])
def test_a_server_that_falls_silent_is_given_up_in_words(alice, commands):
    with OddServer({1: letter(1)}, silent_after=commands) as server:
        account = account_on(server, "kim", owner=alice)
        began = time.monotonic()

        with pytest.raises(ServerSilent, match="doesn't answer"):
            sync_account(account, now=NOW)

        assert time.monotonic() - began < 8
    account.refresh_from_db()
    assert "doesn't answer" in account.last_error


def test_a_wrong_uidnext_hides_no_mail(alice):
    with OddServer({1: letter(1)}, uidnext=4_000_000_000) as server:
        account = account_on(server, "kim", owner=alice)
        sync_account(account, now=NOW)
        server.messages[2] = letter(2)
        server.uidnext = 1
        sync_account(account, now=NOW)

    assert subjects(account) == ["Question 1", "Question 2"]


def test_uids_that_are_found_and_never_there_hide_no_mail(alice):
    with OddServer({1: letter(1)}, extra_uids=[4_294_967_295, 0, 99_999_999_999]) as server:
        account = account_on(server, "kim", owner=alice)
        sync_account(account, now=NOW)
        server.messages[2] = letter(2)
        sync_account(account, now=NOW)

    assert subjects(account) == ["Question 1", "Question 2"]


def test_of_a_mail_said_to_have_two_gigabytes_the_header_is_kept(alice):
    with OddServer({1: letter(1), 2: letter(2)}, sizes={1: 2**31}) as server:
        account = account_on(server, "kim", owner=alice)
        sync_account(account, now=NOW)

    assert subjects(account) == ["Question 1", "Question 2"]
    assert "2,147 MB" in MailMessage.objects.get(subject="Question 1").text


def test_a_literal_larger_than_agreed_is_not_read_and_stops_nothing(alice):
    with OddServer({1: letter(1), 2: letter(2), 3: letter(3)}, literals={2: 2**31}) as server:
        account = account_on(server, "kim", owner=alice)
        counts = sync_account(account, now=NOW)

    assert counts.is_complete
    assert subjects(account) == ["Question 1", "Question 3"]


def test_nonsense_instead_of_a_mail_stops_nothing(alice):
    nonsense = {1: b"BODY[] NIL", 2: b'BODY[] ("x" (', 4: b"BODY[] 7"}
    with OddServer({number: letter(number) for number in range(1, 6)}, nonsense=nonsense) as server:
        account = account_on(server, "kim", owner=alice)
        sync_account(account, now=NOW)

    assert subjects(account) == ["Question 3", "Question 5"]


def test_a_server_that_denies_its_mail_takes_none_away(alice):
    with OddServer({number: letter(number) for number in range(1, 4)}) as server:
        account = account_on(server, "kim", owner=alice)
        sync_account(account, now=NOW)
        kept, server.messages = server.messages, {}
        server.exists = 3
        sync_account(account, now=NOW)
        assert len(subjects(account)) == 3

        server.messages, server.exists = dict(list(kept.items())[:1]), None
        sync_account(account, now=NOW)
        assert subjects(account) == ["Question 1"]


def test_a_server_that_dies_amid_an_answer_is_an_error_in_words(alice):
    with OddServer({1: letter(1)}, literals={1: 5000}, silent_after=99) as server:
        account = account_on(server, "kim", owner=alice)
        counts = sync_account(account, now=NOW)

    assert counts.stored == 0
    with pytest.raises(MailServerProblem):
        sync_account(account, now=NOW)
