"""Mailboxes in a real browser: added by their address, tested with a wrong and a right password, kept."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from apps.messaging.models import MailAccount, MailFolder
from apps.messaging.services import accounts as services
from apps.messaging.services.account_input import AccountInput
from apps.messaging.services.accounts import Sharers
from tests.messaging.oauth_server import provider, provider_server
from tests.messaging.servers import dovecot, dovecot_server

__all__ = ["dovecot", "dovecot_server", "provider", "provider_server"]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_bob_adds_a_mailbox_and_tests_it_with_a_wrong_and_a_right_password(page, live_server, sign_in, bob, dovecot):
    user = dovecot.add_user(password="right one")
    sign_in(page, bob)
    page.goto(f"{live_server.url}/mail/accounts/")

    page.get_by_role("link", name="Add a mailbox").first.click()
    page.get_by_label("E-mail address").fill(f"{user}@window.example")
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_label("Receives from (IMAP)")).to_have_value("mail.window.example")
    page.get_by_label("Receives from (IMAP)").fill("127.0.0.1")
    page.get_by_label("IMAP port").fill(str(dovecot.port))
    page.get_by_label("IMAP security").select_option("none")
    page.get_by_label("Sends through (SMTP)").fill("")
    page.get_by_label("Name to sign in with").fill(user)
    page.get_by_label("Password or app password").fill("wrong one")
    page.get_by_role("button", name="Test connection").click()
    expect(page.get_by_text("refused the sign-in")).to_be_visible()
    page.get_by_label("Password or app password").fill("right one")
    page.get_by_role("button", name="Test connection").click()
    expect(page.get_by_text("Signed in: 0 messages in the inbox.")).to_be_visible()
    with page.expect_navigation():
        page.get_by_role("button", name="Save").click()

    expect(page.get_by_role("heading", name=f"{user}@window.example")).to_be_visible()
    account = MailAccount.objects.get()
    assert (account.owner, account.imap_port) == (bob, dovecot.port)


def test_a_mailbox_is_closed_and_taken_back(page, live_server, sign_in, bob, now):
    account = services.add_account(actor=bob, data=mailbox("bob@house.example"), now=now)
    sign_in(page, bob)
    page.goto(f"{live_server.url}/mail/accounts/{account.pk}/")

    page.get_by_role("button", name="Close the mailbox").click()
    expect(page.get_by_text("Closed", exact=True)).to_be_visible()
    page.get_by_role("button", name="Undo").click()

    expect(page.get_by_role("button", name="Close the mailbox")).to_be_visible()
    account.refresh_from_db()
    assert account.closed_at is None


@pytest.mark.parametrize("from_the_sheet", [True, False])
def test_the_way_to_the_provider_and_back(page, live_server, sign_in, bob, provider, from_the_sheet):
    sign_in(page, bob)
    page.goto(f"{live_server.url}/mail/accounts/{'' if from_the_sheet else 'add/'}")

    if from_the_sheet:
        page.get_by_role("link", name="Add a mailbox").first.click()
    page.get_by_label("E-mail address").fill("ann@gmail.com")
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_label("Signs in with")).to_have_value("google")
    expect(page.get_by_label("Password or app password")).to_be_hidden()
    page.get_by_role("button", name="Save").click()
    if not from_the_sheet:
        page.get_by_role("link", name="Sign in with Google").click()
    page.get_by_role("link", name="Allow").click()

    expect(page.get_by_text("Signed in. Mail can be fetched and sent.")).to_be_visible()
    assert MailAccount.objects.get().refresh_token


@pytest.mark.parametrize("width", [360, 1440])
def test_the_pages_keep_the_rules_of_accessibility(page, live_server, sign_in, alice, bob, axe, now, width):
    data = mailbox("a-very-long-name-of-a-mailbox.of-the-eastern-branch@window-factory.example")
    account = services.add_account(actor=alice, data=data, shared_by=Sharers([bob, alice]), now=now)
    MailFolder.objects.create(account=account, name="INBOX", role="inbox", total=120, meter_total=120, metered_at=now)
    MailFolder.objects.create(account=account, name="Архів замовлень і рекламацій", is_synced=False)
    MailAccount.objects.update(failing_since=now, last_error="mail.house.example refused the sign-in: no.")
    services.add_account(actor=alice, data=mailbox("alice@house.example"), now=now)
    sign_in(page, alice)
    page.set_viewport_size({"width": width, "height": 800})

    for address in ("", "add/", f"{account.pk}/", f"{account.pk}/edit/"):
        page.goto(f"{live_server.url}/mail/accounts/{address}")

        assert axe(page) == [], address
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), address


def mailbox(address: str) -> AccountInput:
    return AccountInput(address=address, password="pw", imap_host="mail.house.example", smtp_host="smtp.house.example")
