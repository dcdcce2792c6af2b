"""Signing in with Google: from the button through the consent to a mail sent and fetched."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from django.urls import reverse

from apps.core import clock, secrets
from apps.messaging.models import MailAccount, MailMessage
from apps.messaging.services.syncing import sync_account
from tests.messaging.oauth_server import GOOD, mailbox, on_servers, send_and_count

pytestmark = pytest.mark.django_db


def consent(client, account, *, answer="Allow"):
    """Press the button, answer at the provider, and come back; return what the site says then."""
    there = client.get(reverse("messaging:account_sign_in", args=[account.pk]))
    page = requests.get(there["Location"], timeout=5).text
    back = page.partition(f'">{answer}')[0].rpartition('href="')[2].replace("&amp;", "&")
    return client.get(back.removeprefix("http://testserver"), follow=True)


def test_from_the_button_to_a_mail_sent_and_fetched_also_after_the_token_ran_out(
    client, bob, provider, token_dovecot, token_sink
):
    account = mailbox(bob, **on_servers(token_dovecot, token_sink))
    token_dovecot.write("ann@example.com", GOOD)
    client.force_login(bob)

    answer = consent(client, account)

    assert "Signed in." in answer.content.decode()
    account.refresh_from_db()
    assert account.login == "ann@example.com"
    assert send_and_count(account, token_sink) == 1
    sync_account(account, now=clock.now())
    assert MailMessage.objects.get().subject == "Offer"
    # An hour later the token is worth nothing, here and there.
    provider.access.clear()
    MailAccount.objects.update(access_token_expires_at=clock.now() - timedelta(minutes=1))
    account.refresh_from_db()
    token_dovecot.write("ann@example.com", GOOD.replace(b"<1@", b"<2@"))
    assert send_and_count(account, token_sink) == 2
    sync_account(account, now=clock.now())
    assert MailMessage.objects.count() == 2
    assert len(token_sink.envelopes) == 2
    assert len(provider.renewals) == 1


def test_the_tokens_are_kept_encrypted(client, bob, provider):
    account = mailbox(bob)
    client.force_login(bob)

    consent(client, account)

    account.refresh_from_db()
    [access], [refresh] = provider.access, provider.refresh
    assert access not in account.access_token
    assert secrets.decrypt(account.access_token) == access
    assert secrets.decrypt(account.refresh_token) == refresh


def test_a_refused_consent_says_so_and_keeps_nothing(client, bob, provider):
    account = mailbox(bob)
    client.force_login(bob)

    answer = consent(client, account, answer="Deny")

    assert "The access was not given." in answer.content.decode()
    account.refresh_from_db()
    assert not account.refresh_token


def test_consent_without_mail_is_not_enough(client, bob, provider):
    account = mailbox(bob)
    provider.scope = "openid email"
    client.force_login(bob)

    answer = consent(client, account)

    assert "tick the box of mail" in answer.content.decode()
    account.refresh_from_db()
    assert not account.refresh_token


def test_a_state_counts_once_and_only_in_the_session_that_began_it(client, bob, charlie, provider):
    account = mailbox(bob)
    client.force_login(bob)
    there = client.get(reverse("messaging:account_sign_in", args=[account.pk]))["Location"]
    state = parse_qs(urlsplit(there).query)["state"][0]
    back = f"{reverse('messaging:account_signed_in')}?code=stolen&state={state}"

    client.force_login(charlie)
    foreign = client.get(back, follow=True)

    assert "begun here" in foreign.content.decode()
    account.refresh_from_db()
    assert not account.refresh_token


def test_an_outsider_begins_no_sign_in_of_another_ones_mailbox(client, bob, charlie, ada, provider):
    account = mailbox(bob)
    for outsider in (charlie, ada):
        client.force_login(outsider)

        assert client.get(reverse("messaging:account_sign_in", args=[account.pk])).status_code == 404
