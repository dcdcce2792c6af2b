from __future__ import annotations

import re
import statistics
import time
from email import message_from_bytes

import pytest
from django.core import mail
from django.core.management import call_command
from django.utils import timezone

from apps.accounts.models import AuditEvent, User
from apps.accounts.permissions import is_admin
from apps.accounts.services.users import deactivate_user
from apps.core.models import OutgoingMail

pytestmark = pytest.mark.django_db

ARGON = ["django.contrib.auth.hashers.Argon2PasswordHasher"]


def verbs():
    return list(AuditEvent.objects.order_by("pk").values_list("verb", flat=True))


def test_somebody_signs_in_with_address_and_password(client, bob, sign_in):
    response = sign_in(bob)

    assert response.status_code == 302
    assert client.get("/accounts/preferences/").status_code == 200
    event = AuditEvent.objects.get()
    assert (event.verb, event.actor, event.details) == ("user.signed_in", bob, {"methods": ["password"]})


def test_the_address_may_be_typed_in_capitals(client, bob):
    response = client.post("/accounts/login/", {"login": "BOB@Example.com", "password": "correct-horse-1"})

    assert response.status_code == 302


def test_signing_out_is_noted(client, bob, sign_in):
    sign_in(bob)

    client.post("/accounts/logout/")

    assert verbs() == ["user.signed_in", "user.signed_out"]
    assert client.get("/accounts/preferences/").status_code == 302


def test_a_stranger_is_sent_to_sign_in_and_back(client):
    response = client.get("/accounts/preferences/")

    assert response["Location"] == "/accounts/login/?next=/accounts/preferences/"


def test_nobody_makes_themselves_a_user(client):
    page = client.get("/accounts/signup/")
    client.post("/accounts/signup/", {"email": "eve@example.com", "password1": "correct-horse-1"})

    assert "password1" not in page.content.decode()
    assert not User.objects.filter(email="eve@example.com").exists()


def test_nobody_changes_the_address_they_sign_in_with(client, bob, sign_in):
    sign_in(bob)

    response = client.post("/accounts/email/", {"email": "else@example.com", "action_add": ""})

    bob.refresh_from_db()
    assert response["Location"] == "/accounts/security/"
    assert bob.email == "bob@example.com"


def test_five_failures_lock_an_address_out_even_for_the_right_password(client, bob, alice):
    for _ in range(5):
        client.post("/accounts/login/", {"login": bob.email, "password": "wrong"})

    refused = client.post("/accounts/login/", {"login": bob.email, "password": "correct-horse-1"})

    assert refused.status_code in {200, 429}
    assert client.get("/accounts/preferences/").status_code == 302
    assert verbs() == ["user.sign_in_failed"] * 5 + ["user.locked_out"]
    # Her address has failed nothing yet.
    assert client.post("/accounts/login/", {"login": alice.email, "password": "correct-horse-1"}).status_code == 302


def test_an_unknown_address_is_locked_out_just_so(client):
    answers = [client.post("/accounts/login/", {"login": "nobody@example.com", "password": "wrong"}) for _ in range(6)]

    assert verbs() == ["user.sign_in_failed"] * 5 + ["user.locked_out"]
    assert "wrong" not in str(AuditEvent.objects.values_list("details", flat=True))
    assert "nobody" not in str(AuditEvent.objects.values_list("details", flat=True))
    assert answers[5].status_code in {200, 429}


def test_a_user_out_of_service_stays_outside(client, ada, bob, sign_in):
    sign_in(bob)
    deactivate_user(actor=ada, user=bob, now=timezone.now())

    assert client.get("/accounts/preferences/").status_code == 302
    sign_in(bob)
    assert client.get("/accounts/preferences/").status_code == 302


def said(response) -> str:
    """The page without what differs by nature: tokens of forms, nonces."""
    return re.sub(r'(value|nonce|data-[a-z]+|content)="[^"]*"', "", response.content.decode())


def test_a_reset_answers_the_same_for_unknown_addresses(client, bob):
    known = client.post("/accounts/password/reset/", {"email": bob.email})
    unknown = client.post("/accounts/password/reset/", {"email": "nobody@example.com"})

    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])
    to_bob, to_nobody = mail.outbox
    assert "/accounts/password/reset/key/" in to_bob.body
    assert "/accounts/" not in to_nobody.body


def test_site_mail_waits_in_the_outbox(client, bob, settings):
    settings.EMAIL_BACKEND = "apps.core.mail.OutboxBackend"

    client.post("/accounts/password/reset/", {"email": bob.email})

    waiting = OutgoingMail.objects.get()
    assert (waiting.state, waiting.recipients) == ("queued", [bob.email])
    letter = message_from_bytes(bytes(waiting.raw))
    assert letter["Subject"] == "Rapport: Password Reset Email"
    assert b"/accounts/password/reset/key/" in letter.get_payload(decode=True)


def test_the_first_administrator_is_made_by_a_command(client, monkeypatch):
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", "correct-horse-1")

    call_command("createsuperuser", email="First@Example.com", interactive=False, verbosity=0)

    first = User.objects.get(email="first@example.com")
    assert is_admin(first)
    client.force_login(first)
    assert client.get("/accounts/users/").status_code == 200


def test_a_failed_sign_in_answers_the_same_for_unknown_addresses(client, bob):
    known = client.post("/accounts/login/", {"login": bob.email, "password": "wrong"})
    unknown = client.post("/accounts/login/", {"login": "rob@example.com", "password": "wrong"})

    assert known.status_code == unknown.status_code
    assert said(known).replace("bob@", "") == said(unknown).replace("rob@", "")


def medians(first, second, rounds=7):
    """Two deeds in turn, so that a busy machine slows both."""
    times: tuple[list[float], list[float]] = ([], [])
    for number in range(rounds):
        for deed, kept in zip((first, second), times, strict=True):
            started = time.perf_counter()
            deed(number)
            kept.append(time.perf_counter() - started)
    return statistics.median(times[0]), statistics.median(times[1])


def test_a_failed_sign_in_takes_the_same_time_for_unknown_addresses(client, bob, settings):
    settings.PASSWORD_HASHERS = ARGON
    settings.ACCOUNT_RATE_LIMITS = {"login_failed": "1000/m/ip", "login": "1000/m/ip"}
    bob.set_password("correct-horse-1")
    bob.save()

    known, unknown = medians(
        lambda n: client.post("/accounts/login/", {"login": bob.email, "password": "wrong"}),
        lambda n: client.post("/accounts/login/", {"login": f"rob{n}@example.com", "password": "wrong"}),
    )

    assert 0.5 < known / unknown < 2, (known, unknown)


def test_a_reset_takes_the_same_time_for_unknown_addresses(client, bob, settings):
    settings.ACCOUNT_RATE_LIMITS = {"reset_password": "1000/m/ip"}

    known, unknown = medians(
        lambda n: client.post("/accounts/password/reset/", {"email": bob.email}),
        lambda n: client.post("/accounts/password/reset/", {"email": f"rob{n}@example.com"}),
    )

    assert 0.4 < known / unknown < 2.5, (known, unknown)


def test_a_reset_lets_in_with_the_new_password_only(client, bob, sign_in):
    client.post("/accounts/password/reset/", {"email": bob.email})
    link = next(word for word in mail.outbox[0].body.split() if "/password/reset/key/" in word)

    form = client.get(link, follow=True)
    client.post(form.request["PATH_INFO"], {"password1": "battery-staple-2", "password2": "battery-staple-2"})

    assert "user.password_reset" in verbs()
    client.logout()
    sign_in(bob, "correct-horse-1")
    assert client.get("/accounts/preferences/").status_code == 302
    sign_in(bob, "battery-staple-2")
    assert client.get("/accounts/preferences/").status_code == 200


def test_administration_is_entered_by_the_same_door(client, ada, bob, sign_in):
    assert client.get("/admin/")["Location"].startswith("/admin/login/")
    assert client.get("/admin/login/?next=/admin/")["Location"] == "/accounts/login/?next=%2Fadmin%2F"

    sign_in(bob)
    assert client.get("/admin/login/?next=/admin/").status_code == 403
    client.post("/accounts/logout/")
    sign_in(ada)
    assert client.get("/admin/").status_code == 200
