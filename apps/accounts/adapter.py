"""allauth's answers where ours differ."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.usersessions.adapter import DefaultUserSessionsAdapter
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from apps.accounts.services.audit import fingerprint, record_event
from apps.accounts.signals import sessions_ending
from apps.core import clock, secrets

_LOCKOUT_NOTE_SECONDS = 300


class _House:
    """What allauth's mails call the site."""

    name = settings.RAPPORT_NAME
    domain = settings.RAPPORT_NAME


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Users are made by administrators and from contacts, never by a stranger."""
        return False

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Refuse after too many failures, for known and unknown addresses alike; the audit hears of it once."""
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError:
            address = fingerprint(str(credentials.get("email", "")))
            if cache.add(f"accounts:locked-out:{address}", 1, _LOCKOUT_NOTE_SECONDS):
                record_event(actor=None, verb="user.locked_out", now=clock.now(), details={"address": address})
            raise

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Mails speak of the house by its name, not by the address of its server."""
        super().send_mail(template_prefix, email, {"current_site": _House(), **context})

    def format_email_subject(self, subject: str) -> str:
        return f"{settings.RAPPORT_NAME}: {subject}"


class MfaAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth ships no types
    def encrypt(self, text: str) -> str:
        """Keys of one-time codes are stored encrypted, under keys that rotate."""
        return secrets.encrypt(text)

    def decrypt(self, encrypted_text: str) -> str:
        return secrets.decrypt(encrypted_text)


class SessionsAdapter(DefaultUserSessionsAdapter):  # type: ignore[misc]  # allauth ships no types
    def end_sessions(self, sessions: Sequence[UserSession]) -> None:
        """Called by the sessions page, for one's own sessions."""
        sessions_ending.send(sender=UserSession, sessions=sessions)
        super().end_sessions(sessions)
        if sessions:
            user = sessions[0].user
            details = {"sessions": len(sessions)}
            record_event(actor=user, verb="user.signed_out_everywhere", now=clock.now(), record=user, details=details)
