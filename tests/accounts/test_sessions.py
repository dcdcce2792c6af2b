from __future__ import annotations

import pytest
from allauth.usersessions.models import UserSession
from django.test import Client

from apps.accounts.models import AuditEvent
from apps.accounts.services.users import sign_out_everywhere

pytestmark = pytest.mark.django_db


def signed_in(user, agent):
    client = Client(headers={"User-Agent": agent})
    client.post("/accounts/login/", {"login": user.email, "password": "correct-horse-1"})
    return client


def is_inside(client):
    return client.get("/accounts/preferences/").status_code == 200


def test_the_page_shows_where_one_is_signed_in(bob):
    laptop = signed_in(bob, "Laptop")
    signed_in(bob, "Telephone")

    page = laptop.get("/accounts/sessions/").content.decode()

    assert "Laptop" in page
    assert "Telephone" in page


def test_signing_out_the_others_keeps_this_one(bob, alice):
    laptop, telephone, hers = signed_in(bob, "Laptop"), signed_in(bob, "Telephone"), signed_in(alice, "Laptop")

    laptop.post("/accounts/sessions/")

    assert is_inside(laptop)
    assert not is_inside(telephone)
    assert is_inside(hers)
    event = AuditEvent.objects.get(verb="user.signed_out_everywhere")
    assert (event.actor, event.details) == (bob, {"sessions": 1})


def test_an_administrator_signs_somebody_out_everywhere(client, ada, bob):
    laptop, telephone = signed_in(bob, "Laptop"), signed_in(bob, "Telephone")
    client.force_login(ada)

    client.post(f"/accounts/users/{bob.pk}/sign-out/")

    assert not is_inside(laptop)
    assert not is_inside(telephone)
    event = AuditEvent.objects.get(verb="user.signed_out_everywhere")
    assert (event.actor, event.record_id, event.details) == (ada, bob.pk, {"sessions": 2})


def test_a_new_password_ends_the_other_sessions(bob):
    laptop, telephone = signed_in(bob, "Laptop"), signed_in(bob, "Telephone")

    laptop.post(
        "/accounts/password/change/",
        {"oldpassword": "correct-horse-1", "password1": "battery-staple-2", "password2": "battery-staple-2"},
    )

    assert is_inside(laptop)
    assert not is_inside(telephone)
    assert AuditEvent.objects.filter(verb="user.password_changed", actor=bob).exists()


def test_being_seen_is_written_once_a_minute(bob):
    laptop = signed_in(bob, "Laptop")
    is_inside(laptop)
    seen = UserSession.objects.get().last_seen_at

    is_inside(laptop)

    assert UserSession.objects.get().last_seen_at == seen


def test_oneself_may_sign_out_everywhere(bob, now):
    laptop = signed_in(bob, "Laptop")

    assert sign_out_everywhere(actor=bob, user=bob, now=now) == 1
    assert not is_inside(laptop)
