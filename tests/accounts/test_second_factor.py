from __future__ import annotations

import time
from io import StringIO

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from cryptography.fernet import Fernet
from django.core import mail
from django.core.management import call_command

from apps.accounts.adapter import MfaAdapter
from apps.accounts.models import AuditEvent

pytestmark = pytest.mark.django_db


def code_now(secret):
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


def verbs():
    return list(AuditEvent.objects.order_by("pk").values_list("verb", flat=True))


@pytest.fixture
def secret(client, bob, sign_in, settings):
    """Bob has turned one-time codes on, and is signed out again."""
    settings.MFA_TOTP_TOLERANCE = 1  # the half minute may end between reading and typing
    sign_in(bob)
    client.post("/accounts/reauthenticate/", {"password": "correct-horse-1"})
    client.get("/accounts/2fa/totp/activate/")
    secret = client.session["mfa.totp.secret"]
    client.post("/accounts/2fa/totp/activate/", {"code": code_now(secret)})
    client.post("/accounts/logout/")
    return secret


def test_the_key_of_the_codes_is_kept_encrypted(bob, secret):
    kept = Authenticator.objects.get(user=bob, type=Authenticator.Type.TOTP).data["secret"]

    assert secret not in kept
    assert MfaAdapter().decrypt(kept) == secret


def test_the_keys_of_codes_rotate_with_the_other_secrets(bob, secret, settings):
    before = Authenticator.objects.get(user=bob, type=Authenticator.Type.TOTP).data["secret"]
    settings.SECRETS_KEYS = [Fernet.generate_key().decode(), *settings.SECRETS_KEYS]

    call_command("rotate_secrets", stdout=StringIO())
    settings.SECRETS_KEYS = settings.SECRETS_KEYS[:1]

    after = Authenticator.objects.get(user=bob, type=Authenticator.Type.TOTP).data["secret"]
    assert after != before
    assert MfaAdapter().decrypt(after) == secret
    assert len(RecoveryCodes(Authenticator.objects.get(user=bob, type="recovery_codes")).get_unused_codes()) == 10


@pytest.mark.django_db(transaction=True)  # allauth tells it once the row is committed
def test_turning_codes_on_is_noted_and_told_by_mail(bob, secret):
    assert "user.second_factor_added" in verbs()
    assert any(letter.to == [bob.email] for letter in mail.outbox)


def test_the_password_alone_opens_nothing(client, bob, secret, sign_in):
    response = sign_in(bob)

    assert response["Location"] == "/accounts/2fa/authenticate/"
    assert client.get("/accounts/preferences/").status_code == 302
    assert verbs()[-1] == "user.signed_out"


def test_a_wrong_code_is_refused_and_noted(client, bob, secret, sign_in):
    sign_in(bob)

    client.post("/accounts/2fa/authenticate/", {"code": "000000"})

    assert client.get("/accounts/preferences/").status_code == 302
    assert verbs()[-1] == "user.second_factor_failed"


def test_a_recovery_code_lets_in_once(client, bob, secret, sign_in):
    authenticator = Authenticator.objects.get(user=bob, type=Authenticator.Type.RECOVERY_CODES)
    code = RecoveryCodes(authenticator).get_unused_codes()[0]

    sign_in(bob)
    client.post("/accounts/2fa/authenticate/", {"code": code})
    assert client.get("/accounts/preferences/").status_code == 200
    event = AuditEvent.objects.filter(verb="user.signed_in").order_by("pk").last()
    assert event
    assert event.details == {"methods": ["password", "mfa"]}

    client.post("/accounts/logout/")
    sign_in(bob)
    client.post("/accounts/2fa/authenticate/", {"code": code})
    assert client.get("/accounts/preferences/").status_code == 302


def test_the_code_of_the_moment_lets_in(client, bob, secret, sign_in):
    sign_in(bob)
    counter = int(time.time()) // 30 + 1  # the one just used would be refused

    client.post("/accounts/2fa/authenticate/", {"code": format_hotp_value(hotp_value(secret, counter))})

    assert client.get("/accounts/preferences/").status_code == 200


def test_administration_asks_for_the_second_factor_too(client, ada, sign_in, settings):
    settings.MFA_TOTP_TOLERANCE = 1
    sign_in(ada)
    client.post("/accounts/reauthenticate/", {"password": "correct-horse-1"})
    client.get("/accounts/2fa/totp/activate/")
    client.post("/accounts/2fa/totp/activate/", {"code": code_now(client.session["mfa.totp.secret"])})
    client.post("/accounts/logout/")

    client.post("/admin/login/?next=/admin/", {"username": ada.email, "password": "correct-horse-1"})
    assert client.get("/admin/").status_code == 302
    sign_in(ada)
    assert client.get("/admin/").status_code == 302


def test_the_security_page_shows_what_is_on(client, bob, secret, sign_in):
    client.force_login(bob)

    page = client.get("/accounts/security/").content.decode()

    assert "/accounts/2fa/totp/deactivate/" in page
    assert "/accounts/2fa/recovery-codes/" in page
