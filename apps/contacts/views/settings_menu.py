"""The entries of contacts among the settings."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext_lazy as _

from apps.accounts.permissions import can_change_settings, is_staff_member
from apps.contacts.views.trash import KEY, trash_listing
from apps.core.contributions import MenuItem, menu
from apps.core.listing import ListingEntry, listings


def register_settings_menu() -> None:
    """Called once, when the app is ready; the trash's dialogs of columns and filters become known too."""
    entries: list[tuple[str, Any, str, Callable[[Any], bool]]] = [
        ("folders", _("Folders"), "folders", is_staff_member),
        ("categories", _("Categories"), "tags", can_change_settings),
        ("fields", _("Own fields"), "forms", can_change_settings),
        ("summary", _("Summary tab"), "layout-list", can_change_settings),
        ("relationship_types", _("Relationship types"), "affiliate", can_change_settings),
        ("trash", _("Trash"), "trash", is_staff_member),
    ]
    for position, (name, title, icon, may_see) in enumerate(entries):
        item = MenuItem("settings", title, f"contacts:{name}", icon, may_see)
        menu.register(f"contacts.{name}", item, position=10 + position)
    listings.register(KEY, ListingEntry(trash_listing))
