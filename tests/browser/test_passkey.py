"""Signing in without a password, and with a code after it, in a real browser."""

from __future__ import annotations

import re
import time

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value

from apps.accounts.models import AuditEvent
from tests.conftest import make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PASSWORD = "correct-horse-1"
# A passkey belongs to a name, not to an address: localhost is one that browsers trust without a certificate.
KEY = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def site(live_server) -> str:
    return re.sub(r"//[^:/]+", "//localhost", live_server.url)


@pytest.fixture
def bob(transactional_db):
    return make_user("bob@example.com", "Bob Sales", "sales")


def sign_in(page, site, email):
    page.goto(f"{site}/accounts/login/")
    page.locator("input[name=login]").fill(email)
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("input[name=password]").press("Enter")


def sign_in_again_if_asked(page):
    """Credentials are changed only by somebody who has just shown the password."""
    if "/reauthenticate/" in page.url:
        page.locator("input[name=password]").fill(PASSWORD)
        page.locator("input[name=password]").press("Enter")
        page.wait_for_url(lambda url: "/reauthenticate/" not in url)


def test_a_passkey_signs_in_without_address_or_password(page, site, bob):
    authority = page.context.new_cdp_session(page)
    authority.send("WebAuthn.enable")
    authority.send("WebAuthn.addVirtualAuthenticator", {"options": KEY})
    sign_in(page, site, bob.email)
    page.wait_for_url(f"{site}/")

    page.goto(f"{site}/accounts/security/")
    page.locator("a[href$='/2fa/webauthn/add/']").click()
    sign_in_again_if_asked(page)
    page.locator("input[name=name]").fill("Laptop")
    page.locator("input[name=passwordless]").check()
    page.locator("#mfa_webauthn_add").click()
    page.wait_for_url(lambda url: "/add/" not in url)

    page.context.clear_cookies()
    page.goto(f"{site}/accounts/login/")
    page.locator("#passkey_login").click()
    page.wait_for_url(f"{site}/")

    event = AuditEvent.objects.filter(verb="user.signed_in").order_by("pk").last()
    assert event
    assert (event.actor, event.details) == (bob, {"methods": ["mfa"]})
    page.goto(f"{site}/accounts/preferences/")
    assert page.locator("form[action='/accounts/preferences/']").count() > 1


def test_one_time_codes_are_asked_for_after_the_password(page, site, bob, settings):
    settings.MFA_TOTP_TOLERANCE = 1  # the half minute may end between reading and typing
    sign_in(page, site, bob.email)
    page.wait_for_url(f"{site}/")
    page.goto(f"{site}/accounts/2fa/totp/activate/")
    sign_in_again_if_asked(page)
    assert page.locator("img[src^='data:image/svg']").evaluate("picture => picture.naturalWidth") > 0
    secret = page.locator("#authenticator_secret").input_value()
    page.locator("input[name=code]").fill(code(secret))
    page.locator("input[name=code]").press("Enter")
    page.wait_for_url(lambda url: "/activate/" not in url)

    page.context.clear_cookies()
    sign_in(page, site, bob.email)
    page.wait_for_url("**/2fa/authenticate/")
    page.goto(f"{site}/accounts/preferences/")
    assert "/2fa/authenticate/" in page.url  # led back to the door

    page.locator("input[name=code]").fill(code(secret))
    page.locator("input[name=code]").press("Enter")
    page.wait_for_url(f"{site}/")


def code(secret):
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))
