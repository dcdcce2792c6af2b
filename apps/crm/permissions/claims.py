"""Who files, discusses and decides claims."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apps.accounts.permissions import is_staff_member
from apps.crm.models.reach import CLAIM_ROLES, MONEY_ROLES, has_role, portal_reader

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from apps.accounts.models import User
    from apps.crm.models import Claim

DECIDING_ROLES = frozenset({"admin", "manager", "claims"})


def may_speak_for(user: User, dealer_id: int) -> bool:
    """Is one of this dealer's people; whoever only looks in on them writes nothing."""
    reader = portal_reader(user)
    return reader is not None and reader.dealer_id == dealer_id and reader.user_id == user.pk


def can_dispute(user: User, dealer_id: int) -> bool:
    """Say that a line of the firm's account is wrong: those of its people who see amounts."""
    reader = portal_reader(user)
    return may_speak_for(user, dealer_id) and reader is not None and reader.sees_money


def can_file_claim(user: User, dealer_id: int) -> bool:
    """The dealer's people, and staff who take it down for them."""
    return may_speak_for(user, dealer_id) or works_with_claims(user)


def can_write_about(user: User, dealer_id: int) -> bool:
    """Take part in the talk with a dealer, of what they see."""
    return may_speak_for(user, dealer_id) or works_with_claims(user)


def can_handle_claim(user: User, claim: Claim) -> bool:
    """Take a claim over, ask, decide, close it; whoever asks has found that the user sees it.

    A dispute is about amounts: it takes the right to see them too.
    """
    return decides_disputes(user) if claim.is_dispute else decides_claims(user)


def works_with_claims(user: User | AnonymousUser) -> bool:
    return portal_reader(user) is None and is_staff_member(user) and has_role(user, CLAIM_ROLES)


def decides_claims(user: User | AnonymousUser) -> bool:
    return portal_reader(user) is None and is_staff_member(user) and has_role(user, DECIDING_ROLES)


def decides_disputes(user: User | AnonymousUser) -> bool:
    return decides_claims(user) and has_role(user, MONEY_ROLES)
