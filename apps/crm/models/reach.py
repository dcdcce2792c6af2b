"""Which dealers' records a user reaches: staff those whose contact they see, a dealer's people their own firm's.

The second wall stands in the database (docs/adr/0015): requests of the portal run as a role of its own.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet

from apps.accounts.permissions import is_admin, is_staff_member, remember_roles, roles_of
from apps.contacts.models import Entity
from apps.contacts.models.rights import rights_of
from apps.core.prepared import Prepared, blank_number

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from apps.accounts.models import User
    from apps.crm.models.dealers import DealerUser

ORDER_ROLES = frozenset({"admin", "manager", "sales", "claims", "finance"})
CLAIM_ROLES = frozenset({"admin", "manager", "sales", "claims"})
MONEY_ROLES = frozenset({"admin", "manager", "sales", "finance"})
_USER = blank_number()
_KEPT = "_portal_reader"  # on the user object, through the lazy one of a request too


@dataclass(frozen=True, slots=True)
class PortalReader:
    """Whom a user of the portal belongs to, and what their firm lets them do."""

    dealer_id: int
    entity_id: int
    user_id: int
    is_owner: bool
    sees_money: bool
    plant_ids: tuple[int, ...] = ()


def portal_reader(user: User | AnonymousUser) -> PortalReader | None:
    """The dealer that `user` belongs to, or looks in on; None for other staff and strangers. Read once per user."""
    if hasattr(user, _KEPT):
        kept: PortalReader | None = getattr(user, _KEPT)
        return kept
    if not user.is_authenticated:
        return None
    if is_staff_member(user) or roles_of(user) == {"guest"}:
        return None
    from apps.crm.models.dealers import DealerUser

    reader = None
    for dealer_id, entity_id, role, sees_money, plant_ids in _firm.ask({_USER: user.pk}):
        is_owner = role == DealerUser.Role.OWNER
        reader = PortalReader(dealer_id, entity_id, user.pk, is_owner, is_owner or sees_money, tuple(plant_ids))
    setattr(user, _KEPT, reader)
    return reader


@Prepared
def _firm() -> QuerySet[DealerUser, tuple[int, int, str, bool, list[int]]]:
    from apps.crm.models.dealers import DealerUser

    of_active = DealerUser.objects.filter(user=_USER, ended_at__isnull=True, dealer__is_active=True)
    return of_active.values_list("dealer_id", "dealer__entity_id", "role", "sees_money", "dealer__plant_ids")


def guest_of(user: User, reader: PortalReader) -> User:
    """`user` as somebody who sees what `reader` sees and nothing of the house: neither its menus nor its pages.

    A copy for one request, never to be saved; the user who looks in stays who they are.
    """
    guest = copy.copy(user)
    guest.is_superuser = guest.is_staff = False
    remember_roles(guest, {"dealer"})
    setattr(guest, _KEPT, reader)
    return guest


def visitor_of(reader: PortalReader) -> AnonymousUser:
    """Nobody who is known, who sees what `reader` sees: whoever holds a public link. Doors of the portal stay shut."""
    from django.contrib.auth.models import AnonymousUser

    visitor = AnonymousUser()
    setattr(visitor, _KEPT, reader)
    return visitor


def program_of(reader: PortalReader) -> User:
    """Somebody who sees what `reader` sees and is nobody: a dealer's program with a key. Never to be saved."""
    from apps.accounts.models import User

    program = User(name="", email="")
    remember_roles(program, {"dealer"})
    setattr(program, _KEPT, reader)
    return program


def has_role(user: User | AnonymousUser, roles: frozenset[str]) -> bool:
    return is_admin(user) or not roles_of(user).isdisjoint(roles)


def of_dealers(user: User | AnonymousUser, roles: frozenset[str], *, path: str = "dealer") -> Q | None:
    """The condition under which `user` sees records of dealers; None where they see none at all.

    `path` leads from the record to its dealer. Staff need one of `roles` and must see the dealer's contact.
    """
    reader = portal_reader(user)
    if reader is not None:
        return Q(**{path: reader.dealer_id})
    if not is_staff_member(user) or not has_role(user, roles):
        return None
    rights = rights_of(user)
    entity = "entity" if path == "pk" else f"{path}__entity"
    seen = Q(**{f"{entity}__folder_id__in": rights.view})
    if rights.hidden_categories:  # rare, so only then the costlier question
        hidden = Entity.objects.filter(is_restricted=True).exclude(pk__in=Entity.objects.visible_to(user))
        seen &= ~Q(**{f"{entity}__in": hidden.order_by().values("pk")})
    return seen
