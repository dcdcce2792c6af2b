"""A project with a guest, for tests."""

from __future__ import annotations

from datetime import datetime

from apps.accounts.models import User
from apps.contacts.models import Entity
from apps.projects.models import Group, GuestAccess, Message, Participant, Project
from apps.projects.models.guests import GUEST_TABS
from apps.projects.services.guests import invite_guest
from apps.projects.services.members import make_group
from apps.projects.services.messages import post_message
from apps.projects.services.participants import add_participants
from apps.projects.services.projects import make_project_of
from tests.conftest import NOW
from tests.contacts.factories import PersonFactory

SITE = "https://rapport.example/"
ALL_TABS = tuple(key for key, _title in GUEST_TABS)


def a_project(owner: User, title: str = "Oak Street 5", *, users: tuple[User, ...] = ()) -> Project:
    return make_project_of(actor=owner, group=make_group(actor=owner, title=title, users=users, now=NOW), now=NOW)


def a_participant(owner: User, project: Project, email: str = "gina@example.com", name: str = "Gina") -> Participant:
    person = PersonFactory(first_name=name, last_name="Guest", display_name=f"{name} Guest", primary_email=email)
    (made,) = add_participants(
        actor=owner, project=project, entities=Entity.objects.filter(pk=person.pk), role="Architect", now=NOW
    )
    return made


def a_guest(
    owner: User,
    project: Project,
    *tabs: str,
    participant: Participant | None = None,
    until: datetime | None = None,
    shows_older: bool = False,
) -> GuestAccess:
    return invite_guest(
        actor=owner,
        participant=participant or a_participant(owner, project),
        tabs=tabs or ALL_TABS,
        until=until,
        shows_older=shows_older,
        site=SITE,
        now=NOW,
    )


def say(actor: User, project: Project, text: str, **more) -> Message:
    number = Group.objects.get(pk=project.pk).last_seq + 1
    return post_message(
        actor=actor, group=project.group, text=text, client_id=f"test-{actor.pk}-{number:04}", now=NOW, **more
    )
