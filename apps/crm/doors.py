"""Who of the house may enter a page about dealers. What is inside a record is asked of the record's own rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apps.accounts.decorators import door
from apps.accounts.permissions import is_staff_member
from apps.crm.models.reach import MONEY_ROLES, ORDER_ROLES, has_role, portal_reader

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from apps.accounts.models import User


def deals_with_orders(user: User | AnonymousUser) -> bool:
    return is_staff_member(user) and has_role(user, ORDER_ROLES)


def deals_with_money(user: User | AnonymousUser) -> bool:
    return is_staff_member(user) and has_role(user, MONEY_ROLES)


def reads_figures(user: User | AnonymousUser) -> bool:
    """Of plants: staff who deal with orders, and a dealer's people."""
    return deals_with_orders(user) or portal_reader(user) is not None


orders_required = door(deals_with_orders)
settlements_required = door(deals_with_money)
figures_required = door(reads_figures)
