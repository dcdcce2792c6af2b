"""What contacts does when others announce something."""

from __future__ import annotations

from apps.accounts.signals import user_created
from apps.contacts.services.users import on_user_created


def connect() -> None:
    """Called once, when the app is ready."""
    user_created.connect(on_user_created)
