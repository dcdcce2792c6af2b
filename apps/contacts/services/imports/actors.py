"""On whose behalf a command works."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q

from apps.accounts.models import User

SYSTEM = "system@rapport.invalid"


class NoSuchUser(Exception):
    """Nobody active has this e-mail address."""


def command_actor(*, email: str, now: datetime) -> User:
    """The user with this e-mail, else the first administrator, else the system itself, which can't sign in.

    Raises NoSuchUser.
    """
    active = User.objects.filter(is_active=True, is_bot=False)
    if email:
        found = active.filter(email=email.lower()).first()
        if found is None:
            raise NoSuchUser(f"There is no active user with the e-mail address {email}.")
        return found
    first = active.filter(Q(is_superuser=True) | Q(groups__name="admin")).exclude(email=SYSTEM).order_by("pk").first()
    if first is not None:
        return first
    system = User.objects.filter(email=SYSTEM).first()
    if system is None:
        system = User(email=SYSTEM, name="System", is_superuser=True, created_at=now)
        system.set_unusable_password()
        system.save()
    return system
