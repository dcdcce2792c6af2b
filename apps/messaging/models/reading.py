"""Who reads a mail: only through a copy, of a mailbox that is theirs or that its owner shares (DECISIONS 10)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Q, QuerySet

from apps.accounts.models import TeamMembership
from apps.accounts.permissions import is_staff_member
from apps.activities.models import Activity
from apps.core import clock
from apps.messaging.models.accounts import MailAccount

if TYPE_CHECKING:
    from apps.accounts.models import User
    from apps.messaging.models.copies import MailCopyQuerySet


def teams_today(user: User) -> list[int]:
    """Ids of the teams that `user` belongs to today."""
    return list(_memberships_today().filter(user=user.pk).values_list("team", flat=True))


def _memberships_today() -> QuerySet[TeamMembership]:
    today = clock.now().date()
    held = Q(valid_to__isnull=True) | Q(valid_to__gt=today)
    return TeamMembership.objects.filter(held, valid_from__lte=today)


def readable_copies(user: User) -> MailCopyQuerySet:
    """Copies through which `user` may read a message.

    Those of their mailboxes; those of threads shared with them or their teams; and, where the owner lets their teams
    read what is filed, those whose entry in the history the user sees.
    """
    from apps.messaging.models.copies import MailCopy, MailShare

    if not is_staff_member(user):
        return MailCopy.objects.none()
    teams = teams_today(user)
    mine = list(MailAccount.objects.visible_to(user).values_list("pk", flat=True))
    shared = MailShare.objects.filter(
        Q(user=user.pk) | Q(team__in=teams), account=OuterRef("account"), thread=OuterRef("message__thread")
    )
    reach = Q(account__in=mine) | Q(Exists(shared))
    if teams:
        mates = _memberships_today().filter(team__in=teams, user=OuterRef("account__owner"))
        filed = Activity.objects.visible_to(user).filter(pk=OuterRef("message__activity"))
        reach |= Q(Exists(mates), Exists(filed), account__sharing=MailAccount.Sharing.TEAM)
    return MailCopy.objects.filter(reach)
