"""Who may do what with the rows of core."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apps.core.models import Operation

if TYPE_CHECKING:
    from apps.accounts.models import User


def may_hear_user(user: User, channel: str) -> bool:
    """Channel "user:7" is for user 7 alone."""
    return channel == f"user:{user.pk}"


def may_hear_operation(user: User, channel: str) -> bool:
    """Channel "operation:12" is for whoever began it."""
    number = channel.partition(":")[2]
    return number.isdecimal() and len(number) < 19 and Operation.objects.filter(pk=number, actor=user).exists()
