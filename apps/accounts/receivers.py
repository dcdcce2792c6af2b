"""What allauth and Django tell about sign-ins and credentials, written to the audit."""

from __future__ import annotations

from typing import Any

from allauth.account import signals as account_signals
from allauth.mfa import signals as mfa_signals
from allauth.mfa.models import Authenticator
from django.contrib.auth import signals as auth_signals
from django.http import HttpRequest

from apps.accounts.models import User
from apps.accounts.services.audit import fingerprint, record_event
from apps.core import clock


def on_signed_in(request: HttpRequest, user: User, **kwargs: Any) -> None:
    methods = [str(entry.get("method", "")) for entry in request.session.get("account_authentication_methods", [])]
    record_event(actor=user, verb="user.signed_in", now=clock.now(), record=user, details={"methods": methods})


def on_signed_out(user: User | None, **kwargs: Any) -> None:
    if user is not None:
        record_event(actor=user, verb="user.signed_out", now=clock.now(), record=user)


def on_sign_in_failed(credentials: dict[str, Any], **kwargs: Any) -> None:
    """Looks the same, and takes as long, whether or not anybody has this address."""
    address = str(credentials.get("email") or credentials.get("username") or "")
    record_event(
        actor=None,
        verb="user.sign_in_failed",
        now=clock.now(),
        record=User.objects.filter(email=address.strip().lower()).first(),
        details={"address": fingerprint(address)},
    )


def on_second_factor_failed(user: User, **kwargs: Any) -> None:
    record_event(actor=user, verb="user.second_factor_failed", now=clock.now(), record=user)


def on_password_changed(user: User, **kwargs: Any) -> None:
    record_event(actor=user, verb="user.password_changed", now=clock.now(), record=user)


def on_password_reset(user: User, **kwargs: Any) -> None:
    record_event(actor=user, verb="user.password_reset", now=clock.now(), record=user)


def on_factor_added(user: User, authenticator: Authenticator, **kwargs: Any) -> None:
    _factor("user.second_factor_added", user, authenticator)


def on_factor_removed(user: User, authenticator: Authenticator, **kwargs: Any) -> None:
    _factor("user.second_factor_removed", user, authenticator)


def on_factor_reset(user: User, authenticator: Authenticator, **kwargs: Any) -> None:
    _factor("user.recovery_codes_renewed", user, authenticator)


def _factor(verb: str, user: User, authenticator: Authenticator) -> None:
    record_event(actor=user, verb=verb, now=clock.now(), record=user, details={"kind": str(authenticator.type)})


def connect() -> None:
    """Called once, when the app is ready."""
    for signal, receiver in (
        (account_signals.user_logged_in, on_signed_in),
        (auth_signals.user_logged_out, on_signed_out),
        (auth_signals.user_login_failed, on_sign_in_failed),
        (mfa_signals.authentication_failed, on_second_factor_failed),
        (account_signals.password_changed, on_password_changed),
        (account_signals.password_set, on_password_changed),
        (account_signals.password_reset, on_password_reset),
        (mfa_signals.authenticator_added, on_factor_added),
        (mfa_signals.authenticator_removed, on_factor_removed),
        (mfa_signals.authenticator_reset, on_factor_reset),
    ):
        signal.connect(receiver)
