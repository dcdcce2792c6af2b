"""The demo company's teams: three with leads, absences, two hand-overs."""

from __future__ import annotations

import pytest

from apps.accounts.models import Team, TeamMembership, User
from apps.crm.demo.people import DOMAIN
from apps.crm.demo.teams import found_teams
from apps.crm.models import Absence, Assignment, HandOver, HandOverItem
from tests.conftest import make_user
from tests.contacts.factories import OrganisationFactory
from tests.crm.factories import NOW

pytestmark = pytest.mark.django_db


def test_the_demo_company_has_its_teams_once():
    for login in ("admin", "manager", "sales", "claims", "content", "finance", "project"):
        make_user(f"{login}@{DOMAIN}", login.title(), login)
    for number in range(160):
        OrganisationFactory(name=f"Firm {number}", source="import")
    assert found_teams(password="correct-horse-1", now=NOW)
    assert Team.objects.count() == 3
    assert TeamMembership.objects.filter(role="lead").count() == 3
    assert Absence.objects.count() == 2
    assert [each.items.count() > 5 for each in HandOver.objects.standing()] == [True, True]
    assert HandOverItem.objects.filter(confirmed_at__isnull=False).count() == 5
    assert Assignment.objects.filter(team__isnull=False).count() == 10
    assert not found_teams(password="correct-horse-1", now=NOW)
    assert User.objects.filter(email__startswith="sales").count() == 3
