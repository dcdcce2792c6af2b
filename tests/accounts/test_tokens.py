from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from apps.accounts.models import ApiToken, AuditEvent
from apps.accounts.services import users
from apps.accounts.services.tokens import (
    ExpiryPassed,
    UnknownScope,
    authenticate_token,
    create_token,
    revoke_token,
)

pytestmark = pytest.mark.django_db


def make(user, now, scopes=("contacts:read",), expires_at=None):
    return create_token(actor=user, user=user, name="Backup robot", scopes=scopes, expires_at=expires_at, now=now)


def test_a_token_speaks_for_its_user_within_its_scopes(bob, now):
    _, raw = make(bob, now)

    assert authenticate_token(raw, now) == (bob, frozenset({"contacts:read"}))


def test_only_the_digest_is_kept(bob, now):
    token, raw = make(bob, now)

    row = ApiToken.objects.filter(pk=token.pk).values().get()
    assert raw not in str(row)
    assert raw.startswith(row["hint"])
    assert raw not in str(AuditEvent.objects.values())


def test_a_wrong_token_is_nobodys(bob, now):
    _, raw = make(bob, now)

    assert authenticate_token(raw[:-1] + ("a" if raw[-1] != "a" else "b"), now) is None
    assert authenticate_token("", now) is None
    assert authenticate_token("Bearer " + raw, now) is None


def test_an_expired_token_is_nobodys(bob, now):
    _, raw = make(bob, now, expires_at=now + timedelta(days=1))

    assert authenticate_token(raw, now + timedelta(hours=23)) is not None
    assert authenticate_token(raw, now + timedelta(days=1)) is None


def test_a_revoked_token_is_nobodys(bob, now):
    token, raw = make(bob, now)

    revoke_token(actor=bob, token=token, now=now)
    revoke_token(actor=bob, token=token, now=now)

    assert authenticate_token(raw, now) is None
    assert AuditEvent.objects.filter(verb="token.revoked").count() == 1


def test_a_token_of_a_user_out_of_service_is_nobodys_even_later(ada, bob, now):
    _, raw = make(bob, now)

    users.deactivate_user(actor=ada, user=bob, now=now)
    assert authenticate_token(raw, now) is None
    users.reactivate_user(actor=ada, user=bob, now=now)

    assert authenticate_token(raw, now) is None


def test_a_token_stops_when_its_user_works_here_no_more(ada, bob, now):
    _, raw = make(bob, now)

    users.set_roles(actor=ada, user=bob, roles=["dealer"], now=now)

    assert authenticate_token(raw, now) is None


def test_use_is_noted_to_the_minute(bob, now):
    token, raw = make(bob, now)

    authenticate_token(raw, now)
    authenticate_token(raw, now + timedelta(seconds=30))
    token.refresh_from_db()
    assert token.last_used_at == now

    authenticate_token(raw, now + timedelta(minutes=2))
    token.refresh_from_db()
    assert token.last_used_at == now + timedelta(minutes=2)


def test_what_makes_no_sense_is_refused(alice, bob, dora, now):
    with pytest.raises(UnknownScope, match="nothing:read"):
        make(bob, now, scopes=["nothing:read"])
    with pytest.raises(ExpiryPassed):
        make(bob, now, expires_at=now)
    with pytest.raises(PermissionDenied):
        make(dora, now)
    with pytest.raises(PermissionDenied):
        create_token(actor=alice, user=bob, name="", scopes=[], expires_at=None, now=now)


def test_an_administrator_makes_a_token_for_a_service(ada, bob, now):
    _, raw = create_token(actor=ada, user=bob, name="ERP", scopes=["contacts:write"], expires_at=None, now=now)

    assert authenticate_token(raw, now) == (bob, frozenset({"contacts:write"}))


def test_the_page_shows_a_new_token_once(client, bob):
    client.force_login(bob)

    made = client.post("/accounts/tokens/new/", {"name": "Backup robot", "scopes": ["contacts:read"], "days": "90"})

    token = ApiToken.objects.get()
    raw = made.content.decode().split('value="rap_')[1].split('"')[0]
    assert authenticate_token("rap_" + raw, timezone.now()) is not None
    assert "no-store" in made["Cache-Control"]
    listed = client.get("/accounts/tokens/").content.decode()
    assert "Backup robot" in listed
    assert raw not in listed
    assert token.expires_at is not None


def test_somebody_elses_token_is_not_there(client, alice, bob, now):
    token, _ = make(bob, now)
    client.force_login(alice)

    assert client.post(f"/accounts/tokens/{token.pk}/revoke/").status_code == 404
    assert "Backup robot" not in client.get("/accounts/tokens/").content.decode()


def test_ones_own_token_is_revoked_on_the_page(client, bob, now):
    token, raw = make(bob, now)
    client.force_login(bob)

    client.post(f"/accounts/tokens/{token.pk}/revoke/")

    assert authenticate_token(raw, now) is None


def test_a_dealer_has_no_tokens(client, dora):
    client.force_login(dora)

    assert client.get("/accounts/tokens/").status_code == 403
