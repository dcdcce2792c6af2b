"""What a dealer's people find in their menus, and what they are told of. See contributions.py."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from apps.core.contributions import DigestPart, MenuItem, digest_parts, menu
from apps.crm import happenings
from apps.crm.portal.doors import is_dealer, is_owner
from apps.crm.services.summaries import due_summaries, take_summary


def register() -> None:
    """Called once, when the app is ready."""
    profile = MenuItem("user", _("My profile"), "portal:profile", "user", is_dealer)
    menu.register("portal.profile", profile, position=5)
    told = MenuItem("user", _("What I am told of"), "portal:notice_preferences", "bell", is_dealer)
    menu.register("portal.notices", told, position=6)
    people = MenuItem("user", _("Our people"), "portal:people", "users", is_owner)
    menu.register("portal.people", people, position=7)
    happenings.connect()
    digest_parts.register("crm.summary", DigestPart(due_summaries, take_summary))
