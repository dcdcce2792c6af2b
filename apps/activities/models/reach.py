"""What one user may read of the history: tokens that are compared with those on each entry (docs/adr/0009)."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import F, QuerySet, Value

from apps.accounts.models import TeamMembership
from apps.accounts.permissions import is_admin, is_staff_member
from apps.activities.models.kinds import ActivityCategory, ActivityCategoryPermission
from apps.contacts.models.rights import Rights, rights_of
from apps.core import clock
from apps.core.contributions import contexts
from apps.core.epochs import AtHand, Epoch

if TYPE_CHECKING:
    from apps.accounts.models import User

HOUSE = 0  # about nobody and nothing in particular: all staff
CONTEXTS_FROM = 1_000_000_000  # tokens of contexts (`contributions.contexts`) begin here, folders stay below

_epoch = Epoch("activities:reach-epoch")
_SECONDS = 300
_TRUSTED = 0.5  # seconds in which one user object trusts its last answer: contexts have no epoch


@dataclass(frozen=True, slots=True)
class Reach:
    """`open` entries are read at once; `asking` ones if their restricted entity is seen, which a query tells."""

    open: tuple[int, ...]
    asking: tuple[int, ...]
    readers: tuple[int, ...]
    hidden_categories: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Memberships:
    readers: tuple[int, ...]
    contexts: tuple[int, ...]
    hidden_categories: tuple[int, ...]


_at_hand = AtHand(_Memberships, _SECONDS)
_TEAM, _CONTEXT = range(2)


def token_of(*, folder_id: int, is_restricted: bool) -> int:
    """What an entity lends to the entries about it: its folder, negative if it bears a restricted category."""
    return -folder_id if is_restricted else folder_id


def user_token(user_id: int) -> int:
    return user_id * 2


def team_token(team_id: int) -> int:
    return team_id * 2 + 1


def split_readers(tokens: Iterable[int]) -> tuple[set[int], set[int]]:
    """The ids of users and of teams that these readers' tokens stand for."""
    users: set[int] = set()
    teams: set[int] = set()
    for token in tokens:
        (teams if token % 2 else users).add(token // 2)
    return users, teams


def reach_of(user: User) -> Reach | None:
    """What `user` reads; None is nothing at all."""
    rights = rights_of(user)
    if not is_staff_member(user):
        return None
    stamp = (_epoch.current(), user.rights_epoch, rights)
    kept = user.__dict__.get("_reach")
    if kept is not None and kept[0] == stamp and time.monotonic() - kept[1] < _TRUSTED:
        answer: Reach = kept[2]
        return answer
    reach = _resolve(user, rights, epoch=stamp[0])
    user.__dict__["_reach"] = (stamp, time.monotonic(), reach)
    return reach


def forget_reach() -> None:
    """Have everybody's reach worked out anew; called in the transaction that changes categories or teams."""
    _epoch.change()


def _resolve(user: User, rights: Rights, *, epoch: str) -> Reach:
    groups = _memberships_of(user, epoch)
    folders = sorted(rights.view)
    behind = tuple(-folder for folder in folders)
    more = [token for context in contexts for token in context.tokens_for(user)]
    everywhere = (HOUSE, *folders, *more, *groups.contexts)
    if rights.hidden_categories:
        return Reach(everywhere, behind, groups.readers, groups.hidden_categories)
    return Reach((*everywhere, *behind), (), groups.readers, groups.hidden_categories)


def _memberships_of(user: User, epoch: str) -> _Memberships:
    today = clock.now().date()

    def ask() -> _Memberships:
        teams = _in_teams(user.pk, today).annotate(token=F("team_id"))
        more = [context.kept_for(user) for context in contexts if context.kept_for is not None]
        rows = _sorted(teams, _TEAM).union(*(_sorted(found, _CONTEXT) for found in more), all=True)
        found = sorted(set(rows))
        readers = (user_token(user.pk), *(team_token(token) for sort, token in found if sort == _TEAM))
        tokens = tuple(token for sort, token in found if sort == _CONTEXT)
        return _Memberships(readers, tokens, tuple(_hidden_categories(user)))

    stamps = ":".join(context.stamp() for context in contexts if context.kept_for is not None)
    return _at_hand.get(f"activities:readings:{user.pk}:{user.rights_epoch}:{epoch}:{today}:{stamps}", ask)


def _sorted(found: QuerySet[Any], sort: int) -> QuerySet[Any, tuple[int, int]]:
    rows: QuerySet[Any, tuple[int, int]] = found.order_by().annotate(sort=Value(sort)).values_list("sort", "token")
    return rows


def _in_teams(user_id: int, today: object) -> QuerySet[TeamMembership]:
    return TeamMembership.objects.filter(user=user_id, valid_from__lte=today).exclude(valid_to__lte=today)


def teams_of(user_id: int, *, today: object) -> list[int]:
    """The ids of the teams that somebody is in on a day."""
    return sorted(_in_teams(user_id, today).values_list("team_id", flat=True))


def _hidden_categories(user: User) -> list[int]:
    if is_admin(user):
        return []
    mine = ActivityCategoryPermission.objects.filter(group__in=user.groups.all()).values("category_id")
    restricted = ActivityCategory.objects.filter(is_restricted=True).exclude(pk__in=mine)
    return sorted(restricted.values_list("pk", flat=True))


def audience_of(pairs: Iterable[tuple[int, bool]], extra: Iterable[int] = ()) -> list[int]:
    """The tokens of an entry about entities given as (folder id, is restricted); `extra` are those of its context."""
    tokens = {token_of(folder_id=folder_id, is_restricted=restricted) for folder_id, restricted in pairs}
    return sorted({*tokens, *extra} or {HOUSE})
