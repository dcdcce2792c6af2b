"""All projects in one place, narrowed by project, company, person and period; and a contact's own projects."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.urls import reverse

from apps.activities.models import Task
from apps.activities.services.notes import add_note
from apps.activities.services.recording import Context
from apps.activities.services.task_input import TaskInput
from apps.activities.services.task_states import complete_task
from apps.activities.services.tasks import add_task
from apps.contacts.models import Entity
from apps.contacts.services.inputs import JobInput
from apps.contacts.services.relationships import add_job
from apps.projects.project_reach import CONTEXT
from apps.projects.selectors.summary import history_of_all, projects_of_contact
from apps.projects.services.members import make_group
from apps.projects.services.participants import add_participants
from apps.projects.services.projects import make_project_of
from tests.conftest import NOW
from tests.contacts.factories import FolderFactory, OrganisationFactory, PersonFactory

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(hours=1)


@pytest.fixture
def oak(alice, bob):
    return make_project_of(
        actor=alice, group=make_group(actor=alice, title="Oak Street 5", users=[bob], now=NOW), now=NOW
    )


@pytest.fixture
def mill(alice, bob):
    return make_project_of(
        actor=alice, group=make_group(actor=alice, title="Mill Lane 7", users=[bob], now=NOW), now=NOW
    )


@pytest.fixture
def firm(everyone_folder):
    return OrganisationFactory(folder=everyone_folder, name="Glass & Co")


@pytest.fixture
def olha(alice, everyone_folder, firm):
    person = PersonFactory(folder=everyone_folder)
    add_job(actor=alice, person=person, job=JobInput(organisation_id=firm.pk), now=NOW - timedelta(days=90))
    return person


@pytest.fixture
def petro(everyone_folder):
    return PersonFactory(folder=everyone_folder)


@pytest.fixture
def talk(alice, oak, mill, firm, olha, petro):
    """Olha of the firm takes part in both projects, petro in one; a stranger in none."""
    add_participants(actor=alice, project=oak, entities=[olha], role="Architect", now=NOW)
    add_participants(actor=alice, project=mill, entities=[olha, petro], role="", now=NOW)
    add_note(actor=alice, entity=olha, text="Olha wants oak", now=NOW)
    add_note(actor=alice, entity=petro, text="Petro wants pine", now=NOW - timedelta(days=40))
    add_note(actor=alice, entity=PersonFactory(folder=olha.folder), text="Stranger", now=NOW)


def task(actor, project, subject, *, entities=(), assignees=(), due_on=None) -> Task:
    data = TaskInput(
        subject=subject,
        zone="Europe/Kyiv",
        entities=entities,
        assignees=[each.pk for each in assignees],
        due_on=due_on,
        context=Context(CONTEXT, project.pk),
    )
    return add_task(actor=actor, data=data, now=NOW)


def said(client, **asked):
    page = client.get(reverse("projects:history_of_all"), asked).content.decode()
    return [words for words in ("Olha wants oak", "Petro wants pine", "Stranger") if words in page]


def test_the_history_of_all_projects_is_narrowed_by_project_company_person_and_period(
    client, bob, oak, mill, firm, olha, petro, talk, django_assert_max_num_queries
):
    client.force_login(bob)
    said(client)
    with django_assert_max_num_queries(14):
        assert said(client) == ["Olha wants oak", "Petro wants pine"]
    assert said(client, project=oak.pk) == ["Olha wants oak"]
    assert said(client, project=mill.pk) == ["Olha wants oak", "Petro wants pine"]
    assert said(client, company=firm.pk) == ["Olha wants oak"]
    assert said(client, person=petro.pk) == ["Petro wants pine"]
    assert said(client, person=petro.pk, company=firm.pk) == []
    assert said(client, since=(NOW - timedelta(days=3)).date().isoformat()) == ["Olha wants oak"]
    assert said(client, until=(NOW - timedelta(days=3)).date().isoformat()) == ["Petro wants pine"]
    assert said(client, kind="call") == []
    assert said(client, project="nonsense", company="x", person=olha.pk, since="soon") == ["Olha wants oak"]


def test_outsiders_read_nothing_of_it_and_nobody_what_is_with_hidden_contacts(client, bob, charlie, ada, mill, talk):
    client.force_login(charlie)
    assert said(client) == []
    hidden = PersonFactory(folder=FolderFactory(kind="restricted"))
    add_note(actor=ada, entity=hidden, text="Hidden words", now=NOW)
    mill.participants.create(entity=hidden, added_at=NOW)
    assert "Hidden words" not in [each.snippet for each in history_of_all(bob, now=LATER).entries]


def test_the_tasks_of_all_projects_are_narrowed_too(
    client, alice, bob, charlie, oak, mill, firm, olha, petro, django_assert_max_num_queries
):
    task(alice, oak, "Measure the oak", entities=[olha], assignees=[bob], due_on=date(2026, 3, 2))
    task(alice, mill, "Call petro", entities=[petro], assignees=[alice], due_on=date(2026, 5, 2))
    complete_task(actor=alice, task=task(alice, mill, "Long done"), now=NOW)
    address = reverse("projects:tasks_of_all")
    client.force_login(bob)

    def shown(**asked):
        page = client.get(address, asked).content.decode()
        return [words for words in ("Measure the oak", "Call petro", "Long done") if words in page]

    shown()
    with django_assert_max_num_queries(14):
        assert shown() == ["Measure the oak", "Call petro"]
    assert shown(project=mill.pk) == ["Call petro"]
    assert shown(company=firm.pk) == shown(assignee=bob.pk) == shown(until="2026-03-31") == ["Measure the oak"]
    assert shown(person=petro.pk) == shown(since="2026-04-01") == ["Call petro"]
    assert shown(over="1") == ["Long done"]
    client.force_login(charlie)
    assert shown() == []


def test_a_company_shows_its_projects_with_its_people_and_a_person_their_own(
    client, alice, bob, charlie, oak, mill, firm, olha, petro, talk, django_assert_max_num_queries
):
    task(alice, oak, "Measure the oak", entities=[olha])
    rows = {row.project.pk: row for row in projects_of_contact(firm, bob, now=LATER)}
    assert set(rows) == {oak.pk, mill.pk}
    assert [(each.entity_id, each.role) for each in rows[oak.pk].people] == [(olha.pk, "Architect")]
    assert (rows[oak.pk].open_tasks, rows[mill.pk].open_tasks) == (1, 0)
    assert [row.project for row in projects_of_contact(petro, bob, now=LATER)] == [mill]
    client.force_login(bob)
    address = reverse("projects:projects_of_contact", args=[firm.pk])
    with django_assert_max_num_queries(14):
        page = client.get(address).content.decode()
    assert f"?project={oak.pk}&amp;company={firm.pk}" in page
    assert Entity.objects.get(pk=olha.pk).display_name in page
    client.force_login(charlie)
    assert "Oak Street 5" not in client.get(address).content.decode()
