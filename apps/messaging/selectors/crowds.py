"""Companies, teams and folders as crowds of people to write to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet

from apps.accounts.models import TeamMembership, User
from apps.contacts.models import Entity, Folder
from apps.contacts.models.rights import rights_of
from apps.core import clock

if TYPE_CHECKING:
    from apps.contacts.models.entities import EntityQuerySet


def people_of_company(user: User, company_id: int) -> EntityQuerySet:
    """Who works there, as far as mail reaches them."""
    return _reachable(user).filter(organisation_entity=company_id)


def people_of_folder(user: User, folder_id: int) -> EntityQuerySet:
    return _reachable(user).filter(folder=folder_id)


def people_of_team(team_id: int) -> QuerySet[User]:
    """The colleagues who are in the team today."""
    today = clock.now().date()
    held = Q(valid_to__isnull=True) | Q(valid_to__gt=today)
    members = TeamMembership.objects.filter(held, team=team_id, valid_from__lte=today)
    return User.objects.filter(pk__in=members.values("user"), is_active=True).exclude(email="")


def folders_of(user: User) -> QuerySet[Folder]:
    """The folders that the user may look into."""
    return Folder.objects.filter(pk__in=rights_of(user).view)


def _reachable(user: User) -> EntityQuerySet:
    return Entity.objects.visible_to(user).live().exclude(primary_email="")
