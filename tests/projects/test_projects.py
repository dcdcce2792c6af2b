"""A group becomes a project and goes back; who takes part, what happened and what is to be done stands in it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse

from apps.accounts.models import User
from apps.activities.models import Activity, Task
from apps.activities.services.notes import add_note
from apps.activities.services.recording import Context
from apps.activities.services.task_input import TaskInput
from apps.activities.services.tasks import add_task
from apps.contacts.selectors.fields import definitions_for
from apps.contacts.services import fields
from apps.projects.models import Message, Participant, Project
from apps.projects.project_reach import CONTEXT
from apps.projects.selectors.projects import companies_of, project_history, projects_of
from apps.projects.services.members import add_members, make_group, open_direct, remove_member
from apps.projects.services.messages import post_message
from apps.projects.services.participants import add_participants, remove_participant
from apps.projects.services.projects import (
    AboutInput,
    ProjectChanged,
    back_to_group,
    change_about,
    make_project_of,
)
from tests.conftest import NOW
from tests.contacts.factories import FolderFactory, PersonFactory

LATER = NOW + timedelta(hours=1)


@pytest.fixture
def group(alice, bob):
    """Alice owns it, bob is in it; charlie isn't."""
    return make_group(actor=alice, title="Oak Street 5", users=[bob], now=NOW)


@pytest.fixture
def project(group, alice):
    return make_project_of(actor=alice, group=group, now=NOW)


@pytest.fixture
def person(everyone_folder):
    return PersonFactory(folder=everyone_folder)


@pytest.fixture
def hidden_person(ada):
    """In a folder that only administrators see."""
    return PersonFactory(folder=FolderFactory(kind="restricted"))


@pytest.mark.django_db
def test_a_group_with_a_thousand_messages_becomes_a_project_and_is_undone(group, alice, bob):
    for number in range(1000):
        post_message(actor=bob, group=group, client_id=f"message-{number:04}", text=f"Oak {number}", now=NOW)
    before = list(Message.objects.order_by("seq").values())
    project = make_project_of(actor=alice, group=group, now=LATER)
    assert list(Message.objects.order_by("seq").values()) == before
    change_about(actor=alice, project=project, data=AboutInput(city="Kyiv"), seen_version=project.version, now=LATER)
    back_to_group(actor=alice, project=project, now=LATER)
    assert not Project.objects.standing().exists()
    assert list(Message.objects.order_by("seq").values()) == before
    again = make_project_of(actor=alice, group=group, now=LATER)
    assert (again.city, again.pk, again.closed_at) == ("Kyiv", group.pk, None)


@pytest.mark.django_db
def test_only_who_manages_a_group_makes_it_a_project_and_direct_messages_stay_two(group, alice, bob, charlie):
    for other in (bob, charlie):
        with pytest.raises(PermissionDenied):
            make_project_of(actor=other, group=group, now=NOW)
    direct = open_direct(actor=alice, other=bob, now=NOW)
    with pytest.raises(ValidationError):
        make_project_of(actor=alice, group=direct, now=NOW)
    assert not Project.objects.exists()


@pytest.mark.django_db
def test_two_who_write_about_a_project_at_once_lose_nothing(project, alice):
    change_about(actor=alice, project=project, data=AboutInput(city="Lviv"), seen_version=project.version, now=NOW)
    with pytest.raises(ProjectChanged):
        change_about(actor=alice, project=project, data=AboutInput(city="Odesa"), seen_version=project.version, now=NOW)
    assert Project.objects.get().city == "Lviv"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"site": "javascript:alert(1)"}, "site"),
        ({"starts_on": date(2026, 3, 2), "ends_on": date(2026, 3, 1)}, "ends_on"),
        ({"state": "gone"}, "state"),
    ],
)
def test_what_makes_no_sense_is_refused_at_its_field(project, alice, wrong, field):
    with pytest.raises(ValidationError) as error:
        change_about(actor=alice, project=project, data=AboutInput(**wrong), seen_version=project.version, now=NOW)
    assert field in error.value.message_dict


@pytest.mark.django_db
def test_what_happens_with_a_participant_stands_in_the_project_by_itself(project, alice, bob, charlie, person):
    add_note(actor=alice, entity=person, text="Wants oak", now=NOW)
    assert not project_history(project, bob, now=LATER).entries
    add_participants(actor=bob, project=project, entities=[person], role="Architect", now=NOW)
    assert [entry.snippet for entry in project_history(project, bob, now=LATER).entries] == ["Wants oak"]
    assert list(projects_of(person, bob)) == [project]
    assert not projects_of(person, charlie)
    remove_participant(actor=bob, participant=Participant.objects.get(), now=LATER)
    assert not project_history(project, bob, now=LATER).entries


@pytest.mark.django_db
def test_a_task_of_a_project_is_its_members_to_see_and_nobody_elses(project, alice, bob, charlie):
    data = TaskInput(subject="Measure", zone="Europe/Kyiv", assignees=[bob.pk], context=Context(CONTEXT, project.pk))
    task = add_task(actor=alice, data=data, now=NOW)
    assert Task.objects.visible_to(bob).get() == task
    assert not Task.objects.visible_to(charlie).exists()
    member = project.group.memberships.get(user=bob)
    remove_member(actor=alice, member=member, now=NOW)
    assert not Activity.objects.visible_to(User.objects.get(pk=bob.pk)).exists()
    add_members(actor=alice, group=project.group, users=[charlie], now=NOW)
    assert Task.objects.visible_to(User.objects.get(pk=charlie.pk)).get() == task


@pytest.mark.django_db
def test_who_may_not_see_a_participants_folder_reads_name_and_role_alone(project, alice, bob, hidden_person, client):
    Participant.objects.create(project=project, entity=hidden_person, role="Client", added_at=NOW)
    (company,) = companies_of(project, bob)
    assert [(row.is_seen, row.participant.role) for row in company.rows] == [(False, "Client")]
    client.force_login(bob)
    page = client.get(reverse("projects:participants", args=[project.pk])).content.decode()
    assert hidden_person.display_name in page
    assert f'href="{reverse("contacts:entity", args=[hidden_person.pk])}"' not in page


@pytest.mark.django_db
def test_nobody_adds_a_contact_that_they_do_not_see(project, bob, hidden_person):
    with pytest.raises(PermissionDenied):
        add_participants(actor=bob, project=project, entities=[hidden_person], role="", now=NOW)
    assert not Participant.objects.exists()


@pytest.mark.django_db
def test_the_pages_of_a_project_are_made_walked_and_left(client, alice, charlie, person, django_assert_max_num_queries):
    client.force_login(alice)
    made = client.post(reverse("projects:project_make"), {"title": "Mill Lane 7", "shows_history": "on"})
    project = Project.objects.get()
    assert made.url == reverse("projects:project_about", args=[project.pk])
    edit = reverse("projects:project_edit", args=[project.pk])
    client.post(edit, {"state": "active", "city": "Lutsk", "version": project.version})
    client.post(reverse("projects:participants_add", args=[project.pk]), {"entities": [person.pk], "role": "Client"})
    client.post(reverse("projects:task_add", args=[project.pk]), {"subject": "Measure", "priority": "2"})
    words = {"project_about": "Lutsk", "participants": person.display_name, "project_tasks": "Measure"}
    for route in ("group", "project_about", "participants", "project_history", "project_tasks"):
        with django_assert_max_num_queries(14):
            page = client.get(reverse(f"projects:{route}", args=[project.pk]))
        assert page.status_code == 200
        assert words.get(route, "") in page.content.decode()
    for route in ("project_list", "tasks_of_all"):
        with django_assert_max_num_queries(14):
            page = client.get(reverse(f"projects:{route}"))
        assert "Mill Lane 7" in page.content.decode()
    assert "Mill Lane 7" in client.get(reverse("projects:projects_of_contact", args=[person.pk])).content.decode()
    client.force_login(charlie)
    assert client.get(reverse("projects:project_about", args=[project.pk])).status_code == 404
    assert "Mill Lane 7" not in client.get(reverse("projects:project_list")).content.decode()
    assert "Mill Lane 7" not in client.get(reverse("projects:projects_of_contact", args=[person.pk])).content.decode()


@pytest.mark.django_db
def test_what_the_house_wants_to_know_of_projects_stands_where_they_are_written(client, ada, alice, bob, project):
    fields.define_field(actor=ada, target="project", label="Storeys", field_type="number", now=NOW)
    client.force_login(alice)
    edit = reverse("projects:project_edit", args=[project.pk])
    form = client.get(edit).context["form"]
    (name,) = [each for each in form.fields if form[each].label == "Storeys"]
    given = {"state": "active", "version": project.version}

    assert client.post(edit, given | {name: "many"}).status_code == 422
    client.post(edit, given | {name: "9"})

    assert list(Project.objects.get().attributes.values()) == [9]
    client.force_login(bob)
    assert "<dt>Storeys</dt><dd>9</dd>" in client.get(reverse("projects:project_about", args=[project.pk])).text
    assert client.get(reverse("projects:project_fields")).status_code == 403
    client.force_login(ada)
    assert "Storeys" in client.get(reverse("projects:project_fields")).text


@pytest.mark.django_db
def test_a_change_of_the_rest_keeps_own_fields(ada, alice, project):
    fields.define_field(actor=ada, target="project", label="Storeys", field_type="number", now=NOW)
    (field,) = definitions_for("project")
    given = AboutInput(own={field.key: "9"})
    change_about(actor=alice, project=project, data=given, seen_version=project.version, now=NOW)
    project.refresh_from_db()

    change_about(actor=alice, project=project, data=AboutInput(city="Lviv"), seen_version=project.version, now=LATER)

    project.refresh_from_db()
    assert (project.city, project.attributes) == ("Lviv", {field.key: 9})
