"""Tokens of a provider: renewed in time and once, and what is said when the consent has ended."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connection

from apps.core import clock
from apps.messaging.models import MailAccount
from apps.messaging.services import oauth
from apps.messaging.services.connections import open_imap
from apps.messaging.services.problems import MailServerProblem, SignInRefused
from tests.messaging.oauth_server import on_servers, send_and_count, signed_in

pytestmark = pytest.mark.django_db


def test_a_token_that_the_servers_take_no_longer_is_fetched_anew_before_its_time(
    bob, provider, token_dovecot, token_sink
):
    account = signed_in(bob, provider, **on_servers(token_dovecot, token_sink))
    provider.access.clear()

    assert send_and_count(account, token_sink) == 0

    assert len(provider.renewals) == 1
    assert len(token_sink.envelopes) == 1


def test_access_to_another_mailbox_than_this_is_told_in_words(bob, provider, token_dovecot, token_sink):
    account = signed_in(bob, provider, **on_servers(token_dovecot, token_sink), login="office@example.com")

    with pytest.raises(SignInRefused, match=r"office@example\.com .*Sign in again"):
        open_imap(account)


def test_an_ended_consent_is_told_in_words_and_asked_of_once(bob, provider):
    account = signed_in(bob, provider)
    provider.refresh.clear()
    later = clock.now() + timedelta(hours=2)

    for _attempt in range(2):
        with pytest.raises(oauth.SignInNeeded) as told:
            oauth.access_token(MailAccount.objects.get(pk=account.pk), now=later)
        assert "ann@example.com" in told.value.words
        assert told.value.is_permanent

    assert len(provider.renewals) == 1


@pytest.mark.parametrize("status", [500, 503])
def test_a_provider_out_of_order_is_no_end_of_the_consent(bob, provider, status):
    account = signed_in(bob, provider)
    provider.status = status

    with pytest.raises(MailServerProblem) as told:
        oauth.access_token(account, now=clock.now() + timedelta(hours=2))

    assert not told.value.is_permanent
    provider.status = 200
    assert oauth.access_token(account, now=clock.now() + timedelta(hours=2)) in provider.access


@pytest.mark.django_db(transaction=True)
def test_two_workers_renew_a_token_once(bob, provider):
    account = signed_in(bob, provider)
    provider.seconds = 0.3
    later, got = clock.now() + timedelta(hours=2), []

    def work():
        try:
            got.append(oauth.access_token(MailAccount.objects.get(pk=account.pk), now=later))
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(20)

    assert len(provider.renewals) == 1
    assert len(got) == 2
    assert len(set(got)) == 1


def test_without_a_client_id_no_provider_is_offered(settings):
    settings.RAPPORT_GOOGLE_CLIENT_ID = settings.RAPPORT_MICROSOFT_CLIENT_ID = ""

    assert oauth.providers() == []
