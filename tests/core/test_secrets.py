from __future__ import annotations

import pytest
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command

from apps.core import secrets
from apps.core.contributions import EncryptedColumn, encrypted_columns
from apps.core.models import OutgoingMail


@pytest.fixture
def keys() -> list[str]:
    return [Fernet.generate_key().decode() for _ in range(2)]


def test_a_secret_is_read_with_any_of_the_keys(settings, keys):
    settings.SECRETS_KEYS = keys[:1]
    token = secrets.encrypt("Пароль")
    settings.SECRETS_KEYS = [keys[1], keys[0]]

    assert secrets.decrypt(token) == "Пароль"
    assert "Пароль" not in token
    assert (secrets.encrypt(""), secrets.decrypt("")) == ("", "")


def test_a_secret_of_a_lost_key_says_so(settings, keys):
    settings.SECRETS_KEYS = keys[:1]
    token = secrets.encrypt("secret")
    settings.SECRETS_KEYS = keys[1:]

    for read in (secrets.decrypt, secrets.rotate):
        with pytest.raises(secrets.Undecryptable):
            read(token)


@pytest.mark.django_db
def test_rotation_puts_all_secrets_under_the_newest_key(settings, keys, alice, now, monkeypatch, capsys):
    places = {
        "text": EncryptedColumn(OutgoingMail, "last_error"),
        "json": EncryptedColumn(Authenticator, "data", json_keys=("secret",)),
    }
    monkeypatch.setattr(encrypted_columns, "_items", {key: (100, place) for key, place in places.items()})
    settings.SECRETS_KEYS = keys[:1]
    totp = Authenticator.objects.create(user=alice, type="totp", data={"secret": secrets.encrypt("TOTP"), "n": 1})
    for number, text in enumerate(["one", "", "two"]):
        OutgoingMail.objects.create(
            recipients=[],
            message_id=str(number),
            dedupe_key=str(number),
            raw=b"",
            created_at=now,
            not_before=now,
            last_error=secrets.encrypt(text),
        )
    settings.SECRETS_KEYS = [keys[1], keys[0]]

    call_command("rotate_secrets")

    assert capsys.readouterr().out.startswith("3 secrets")
    settings.SECRETS_KEYS = keys[1:]
    stored = OutgoingMail.objects.order_by("pk").values_list("last_error", flat=True)
    assert [secrets.decrypt(token) for token in stored] == ["one", "", "two"]
    totp.refresh_from_db()
    assert (secrets.decrypt(totp.data["secret"]), totp.data["n"]) == ("TOTP", 1)

    settings.SECRETS_KEYS = keys[:1]
    with pytest.raises(CommandError, match="3 secrets open with none"):
        call_command("rotate_secrets")
