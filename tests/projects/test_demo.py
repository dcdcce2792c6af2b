"""The demo company has groups that talk, and projects with people and tasks; a second start adds nothing."""

from __future__ import annotations

import pytest
from django.urls import reverse

from apps.activities.models import Task
from apps.projects.demo.loading import load_projects
from apps.projects.models import Group, Message, Participant, Project, ReadMark
from tests.conftest import NOW, make_user
from tests.contacts.factories import OrganisationFactory, PersonFactory


@pytest.mark.django_db
def test_the_demo_talks_in_groups_and_projects_once(client):
    roles = ("manager", "sales", "claims", "content", "finance", "project")
    people = {role: make_user(f"{role}@demo.rapport.example", role.title(), role) for role in roles}
    firm = OrganisationFactory()
    PersonFactory(organisation_entity=firm)
    assert load_projects(now=NOW, password="demo-rapport-1") == 5
    assert load_projects(now=NOW, password="demo-rapport-1") == 0
    assert (Group.objects.count(), Project.objects.count()) == (5, 2)
    assert Message.objects.count() > 200
    assert Participant.objects.filter(entity=firm).exists()
    assert Task.objects.count() == 8
    assert ReadMark.objects.filter(membership__user=people["manager"]).exists()
    assert client.login(email="guest@demo.rapport.example", password="demo-rapport-1")
    assert "second floor" in client.get("/", follow=True).content.decode()
    client.force_login(people["project"])
    oak = Project.objects.get(group__title="Oak Street 5")
    assert "the client on Oak Street" in client.get(f"{reverse('projects:group', args=[oak.pk])}?at=1").content.decode()
