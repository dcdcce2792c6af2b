"""allauth's answers where ours differ."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Users are made by administrators and from contacts, never by a stranger."""
        return False


class MfaAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth ships no types
    pass
