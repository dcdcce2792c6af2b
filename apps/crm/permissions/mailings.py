"""Who keeps what mailings are about, and the list of who gets none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apps.crm.permissions.content import keeps_content

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from apps.accounts.models import User


def keeps_mailings(user: User | AnonymousUser) -> bool:
    """Administrators, managers and those who write the content."""
    return keeps_content(user)
