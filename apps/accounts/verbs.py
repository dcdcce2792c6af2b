"""What the audit's verbs are called on pages; higher apps register theirs in `core.contributions.verbs`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from apps.core import contributions

TITLES: dict[str, Any] = {
    "user.signed_in": _("Signed in"),
    "user.signed_out": _("Signed out"),
    "user.sign_in_failed": _("Sign-in failed"),
    "user.locked_out": _("Locked out after failed sign-ins"),
    "user.second_factor_failed": _("Second factor failed"),
    "user.password_changed": _("Password changed"),
    "user.password_reset": _("Password reset"),
    "user.second_factor_added": _("Second factor added"),
    "user.second_factor_removed": _("Second factor removed"),
    "user.recovery_codes_renewed": _("Recovery codes renewed"),
    "user.created": _("User made"),
    "user.invited": _("User invited"),
    "user.email_changed": _("E-mail address of a user changed"),
    "user.roles_changed": _("Roles changed"),
    "user.deactivated": _("User put out of service"),
    "user.reactivated": _("User put back in service"),
    "user.signed_out_everywhere": _("Signed out everywhere"),
    "team.made": _("Team made"),
    "team.changed": _("Team changed"),
    "team.retired": _("Team retired"),
    "app_password.created": _("App password made"),
    "app_password.revoked": _("App password revoked"),
    "app_password.locked_out": _("Locked out after wrong app passwords"),
    "token.created": _("API token made"),
    "token.revoked": _("API token revoked"),
    "bot.created": _("Bot made"),
    "bot.changed": _("What a bot may do changed"),
    "bot.retired": _("Bot removed"),
}
# What events say about themselves beside their verb.
_DETAILS: dict[str, Any] = {
    "added": _("added"),
    "address": _("address"),
    "count": _("count"),
    "format": _("format"),
    "kind": _("kind"),
    "members": _("members"),
    "methods": _("methods"),
    "removed": _("removed"),
    "roles": _("roles"),
    "scope": _("scope"),
    "scopes": _("scopes"),
    "sessions": _("sessions"),
    "user": _("user"),
}
_RECORDS: dict[str, Any] = {
    "accounts.apitoken": _("API token"),
    "accounts.apppassword": _("app password"),
    "accounts.team": _("team"),
    "accounts.user": _("user"),
    "contacts.link": _("link"),
}


def record_title(record_type: str) -> Any:
    """The kind of record that an event is about, in the reader's language where it has a name there."""
    return _RECORDS.get(record_type, record_type)


def title_of(verb: str) -> Any:
    """The verb in the reader's language; one nobody has named is shown as it is."""
    return TITLES.get(verb) or contributions.verbs.get(verb) or verb


def lines_of(details: Mapping[str, Any]) -> list[str]:
    """An event's details, a line each: "added: admin, sales"."""
    return [
        f"{_DETAILS.get(key, key)}: {', '.join(map(str, value)) if isinstance(value, list) else value}"
        for key, value in details.items()
    ]
