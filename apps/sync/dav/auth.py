"""Signing in with an app password; the password of the pages is worth nothing here."""

from __future__ import annotations

from django.conf import settings
from django.utils import translation
from radicale.auth import AuthContext, BaseAuth

from apps.accounts.preferences import preferences_of
from apps.accounts.services.app_passwords import LockedOut, authenticate_app_password
from apps.core.middleware import current_origin
from apps.sync.dav.session import principal_of, visit


class Auth(BaseAuth):
    """The login is the user's e-mail address; who signed in is known as their principal from then on."""

    def _login_ext(self, login: str, password: str, context: AuthContext) -> str:
        current, origin = visit.get(), current_origin()
        try:
            current.app_password = authenticate_app_password(
                login, password, ip=origin.ip, program=origin.user_agent, now=current.now
            )
        except LockedOut:
            current.is_locked_out = True
        if current.app_password is None:
            return ""
        user = current.app_password.user
        translation.activate(preferences_of(user).language or settings.LANGUAGE_CODE)  # till the request's end
        return principal_of(user)
