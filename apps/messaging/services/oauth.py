"""Signing in with Google and Microsoft instead of a password (RFC 6749, PKCE by RFC 7636), for XOAUTH2.

Which of them are offered is settings: without a client id there is no button.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import requests
import structlog
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _
from oauthlib.oauth2 import InvalidGrantError, OAuth2Error, WebApplicationClient
from oauthlib.oauth2.rfc6749.errors import ServerError, TemporarilyUnavailableError
from requests_oauthlib import OAuth2Session

from apps.accounts.services.audit import record_event
from apps.core import secrets
from apps.core.refusals import Refused
from apps.messaging.models import MailAccount
from apps.messaging.permissions import can_change_account
from apps.messaging.services.problems import MailServerProblem, ServerUnreachable, SignInRefused

if TYPE_CHECKING:
    from apps.accounts.models import User

log = structlog.get_logger(__name__)

_TIMEOUT = 10  # seconds that a provider may take for one answer
_EARLY = timedelta(minutes=2)  # a token is renewed before it runs out
_DEFAULT_LIFE = 3600  # seconds, where the provider doesn't say (RFC 6749, 5.1)


class ConsentFailed(Refused):
    """The provider gave no access; the text says why."""


class SignInNeeded(SignInRefused):
    """The consent is gone, or never was: a person has to sign in again."""


@dataclass(frozen=True, slots=True)
class Provider:
    """Who signs in its users for us. `mail_scope` is what must be granted; `extras` go with the first request."""

    auth: str
    title: str
    client_id: str
    client_secret: str
    auth_url: str
    token_url: str
    mail_scope: str
    scopes: tuple[str, ...]
    extras: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Consent:
    """Where to send the user; `state` comes back with them, `verifier` is kept until then and shown to nobody."""

    url: str
    state: str
    verifier: str


def providers() -> list[Provider]:
    """Those that this house has a client id of."""
    return [found for auth in _KNOWN if (found := provider_of(auth)) is not None]


def provider_of(auth: str) -> Provider | None:
    """The provider of this `MailAccount.Auth`; None: it isn't set up here, or it is no provider's."""
    make = _KNOWN.get(auth)
    found = make() if make is not None else None
    return found if found is not None and found.client_id else None


def provider_name(account: MailAccount) -> str:
    """Who signs the mailbox in, also where that is no longer set up here: "Google"."""
    make = _KNOWN.get(account.auth)
    return make().title if make is not None else account.get_auth_display()


def ask_consent(account: MailAccount, *, redirect_uri: str) -> Consent:
    """Prepare the way to the provider. Raises ConsentFailed where it isn't set up."""
    provider = _provider(account)
    verifier = WebApplicationClient(provider.client_id).create_code_verifier(64)
    challenge = WebApplicationClient(provider.client_id).create_code_challenge(verifier, "S256")
    session = OAuth2Session(provider.client_id, scope=list(provider.scopes), redirect_uri=redirect_uri)
    url, state = session.authorization_url(
        provider.auth_url,
        code_challenge=challenge,
        code_challenge_method="S256",
        login_hint=account.login or account.address,
        **provider.extras,
    )
    return Consent(url, state, verifier)


def accept_consent(
    *, actor: User, account: MailAccount, code: str, verifier: str, redirect_uri: str, now: datetime
) -> None:
    """Trade the provider's `code` for tokens and keep them, encrypted. Raises PermissionDenied, ConsentFailed."""
    if not can_change_account(actor, account):
        raise PermissionDenied
    provider = _provider(account)
    session = OAuth2Session(provider.client_id, redirect_uri=redirect_uri)
    try:
        token = session.fetch_token(
            provider.token_url,
            code=code,
            client_secret=provider.client_secret,
            include_client_id=True,
            code_verifier=verifier,
            timeout=_TIMEOUT,
        )
    except (OAuth2Error, requests.RequestException) as error:
        log.warning("mail.consent.failed", account_id=account.pk, error=type(error).__name__)
        words = _("%(provider)s didn't complete the sign-in. Try it again.") % {"provider": provider.title}
        raise ConsentFailed(words) from error
    _check(provider, token)
    with transaction.atomic():
        locked = MailAccount.objects.select_for_update(no_key=True).get(pk=account.pk)
        _keep(locked, token, now)
        locked.login = _who(token) or locked.login
        locked.failing_since, locked.last_error, locked.next_sync_at, locked.failures = None, "", None, 0
        locked.save(update_fields=[*_TOKENS, "login", "failing_since", "last_error", "next_sync_at", "failures"])
        record_event(actor=actor, verb="mail_account.signed_in", now=now, record=locked)


def access_token(account: MailAccount, *, now: datetime, refused: str = "") -> str:
    """A token that is good at `now`, renewed where needed; `account` gets it too.

    Of two workers one renews and the other waits for it. `refused` is a token that the mail server took no longer,
    whatever its time: then another one is fetched. Raises SignInNeeded, MailServerProblem.
    """
    if token := _good(account, now, refused):
        return token
    problem: MailServerProblem | None = None
    with transaction.atomic():
        locked = MailAccount.objects.select_for_update(no_key=True).get(pk=account.pk)
        token = _good(locked, now, refused)
        if not token:
            try:
                token = _renew(locked, now)
            except MailServerProblem as error:  # what is written of it is kept
                problem = error
    if problem is not None:
        raise problem
    for name in _TOKENS:
        setattr(account, name, getattr(locked, name))
    return token


def want_consent(account: MailAccount) -> None:
    """Raise SignInNeeded: nobody has signed in to this mailbox yet."""
    told = {"provider": provider_name(account), "address": account.address}
    raise SignInNeeded(_("%(address)s has to be signed in with %(provider)s first.") % told)


_TOKENS = ("access_token", "access_token_expires_at", "refresh_token")


def _good(account: MailAccount, now: datetime, refused: str) -> str:
    expires = account.access_token_expires_at
    if not account.access_token or expires is None or expires - _EARLY <= now:
        return ""
    token = secrets.decrypt(account.access_token)
    return token if token != refused else ""


def _renew(account: MailAccount, now: datetime) -> str:
    provider = provider_of(account.auth)
    told = {"provider": provider_name(account), "address": account.address}
    if provider is None:
        raise SignInNeeded(_("%(provider)s is no longer set up here. Ask an administrator.") % told)
    if not account.refresh_token:
        want_consent(account)
    session = OAuth2Session(provider.client_id)
    try:
        token = session.refresh_token(
            provider.token_url,
            refresh_token=secrets.decrypt(account.refresh_token),
            client_id=provider.client_id,
            client_secret=provider.client_secret,
            timeout=_TIMEOUT,
        )
    except InvalidGrantError as error:
        for name in ("access_token", "refresh_token"):
            setattr(account, name, "")
        account.save(update_fields=["access_token", "refresh_token"])
        log.info("mail.consent.gone", account_id=account.pk)
        words = _("%(provider)s has ended the access to %(address)s. Sign in again in the mailbox's settings.")
        raise SignInNeeded(words % told) from error
    except (ServerError, TemporarilyUnavailableError, requests.RequestException) as error:
        raise ServerUnreachable(_("%(provider)s can't be reached for the sign-in at the moment.") % told) from error
    except OAuth2Error as error:
        log.warning("mail.token.failed", account_id=account.pk, error=type(error).__name__)
        raise ServerUnreachable(_("%(provider)s gave no access at the moment.") % told) from error
    _keep(account, token, now)
    account.save(update_fields=list(_TOKENS))
    return str(token["access_token"])


def _keep(account: MailAccount, token: Mapping[str, Any], now: datetime) -> None:
    account.access_token = secrets.encrypt(str(token["access_token"]))
    account.access_token_expires_at = now + timedelta(seconds=_seconds(token.get("expires_in")))
    if token.get("refresh_token"):  # Google gives it once, Microsoft a new one each time
        account.refresh_token = secrets.encrypt(str(token["refresh_token"]))


def _seconds(value: object) -> int:
    text = str(value)
    return min(int(text), 30 * 24 * 3600) if text.isdecimal() and len(text) < 12 else _DEFAULT_LIFE


def _check(provider: Provider, token: Mapping[str, Any]) -> None:
    told = {"provider": provider.title}
    granted = token.get("scope") or provider.mail_scope
    words = granted.split() if isinstance(granted, str) else list(granted)
    if provider.mail_scope not in words:
        raise ConsentFailed(_("%(provider)s gave no access to mail. Sign in again and tick the box of mail.") % told)
    if not token.get("refresh_token"):
        raise ConsentFailed(_("%(provider)s gave access for an hour only. Sign in again.") % told)


def _who(token: Mapping[str, Any]) -> str:
    """The address that was signed in with, by the provider's id token (it came over TLS from the provider itself)."""
    try:
        payload = str(token.get("id_token", "")).split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except (IndexError, ValueError, binascii.Error):
        return ""
    found = claims.get("email") or claims.get("preferred_username") if isinstance(claims, dict) else ""
    return found if isinstance(found, str) and "@" in found and found.isprintable() and len(found) <= 320 else ""


def _provider(account: MailAccount) -> Provider:
    found = provider_of(account.auth)
    if found is None:
        raise ConsentFailed(_("This kind of sign-in isn't set up here. Ask an administrator."))
    return found


def _google() -> Provider:
    return Provider(
        auth=MailAccount.Auth.GOOGLE,
        title="Google",
        client_id=settings.RAPPORT_GOOGLE_CLIENT_ID,
        client_secret=settings.RAPPORT_GOOGLE_CLIENT_SECRET,
        auth_url=settings.RAPPORT_GOOGLE_AUTH_URL,
        token_url=settings.RAPPORT_GOOGLE_TOKEN_URL,
        mail_scope="https://mail.google.com/",
        scopes=("https://mail.google.com/", "openid", "email"),
        extras={"access_type": "offline", "prompt": "consent"},  # else there is no refresh token a second time
    )


def _microsoft() -> Provider:
    return Provider(
        auth=MailAccount.Auth.MICROSOFT,
        title="Microsoft",
        client_id=settings.RAPPORT_MICROSOFT_CLIENT_ID,
        client_secret=settings.RAPPORT_MICROSOFT_CLIENT_SECRET,
        auth_url=settings.RAPPORT_MICROSOFT_AUTH_URL,
        token_url=settings.RAPPORT_MICROSOFT_TOKEN_URL,
        mail_scope="https://outlook.office.com/IMAP.AccessAsUser.All",
        scopes=(
            "https://outlook.office.com/IMAP.AccessAsUser.All",
            "https://outlook.office.com/SMTP.Send",
            "offline_access",
            "openid",
            "email",
        ),
        extras={"prompt": "select_account"},
    )


_KNOWN: dict[str, Callable[[], Provider]] = {
    MailAccount.Auth.GOOGLE: _google,
    MailAccount.Auth.MICROSOFT: _microsoft,
}
