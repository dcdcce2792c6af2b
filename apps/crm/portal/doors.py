"""Who may enter a page of the portal. The wall in the database stands behind each of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apps.accounts.decorators import door
from apps.crm.models.reach import portal_reader

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from apps.accounts.models import User


def is_dealer(user: User | AnonymousUser) -> bool:
    """Belongs to a dealer, or looks in on one."""
    return portal_reader(user) is not None


def sees_money(user: User | AnonymousUser) -> bool:
    reader = portal_reader(user)
    return reader is not None and reader.sees_money


def is_owner(user: User | AnonymousUser) -> bool:
    reader = portal_reader(user)
    return reader is not None and reader.is_owner


portal_required = door(is_dealer)
money_required = door(sees_money)
owner_required = door(is_owner)
