"""The demo's guest: an architect who reads and talks in one project."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings

from apps.accounts.models import User
from apps.contacts.models import Entity
from apps.contacts.services.entities import create_entity
from apps.contacts.services.inputs import EmailInput, EntityInput
from apps.projects.models import Project
from apps.projects.models.guest_reach import read_as_guest
from apps.projects.selectors.guests import reader_of
from apps.projects.services.guests import invite_guest
from apps.projects.services.messages import post_message
from apps.projects.services.participants import add_participants
from apps.projects.services.reading import mark_read

_EMAIL = "guest@demo.rapport.example"
_ALL = 2**31  # messages
_LINES = ("Добрий день! Дякую, що додали мене.", "The handles are fine. When do you start on the second floor?")


def let_guest_in(project: Project, *, owner: User, password: str, now: datetime) -> None:
    """Whoever starts the demo knows the password, as they know the others'."""
    data = EntityInput(first_name="Ганна", last_name="Архітектор", emails=[EmailInput(_EMAIL)])
    person = create_entity(actor=owner, data=data, now=now)
    (participant,) = add_participants(
        actor=owner,
        project=project,
        entities=Entity.objects.filter(pk=person.pk),
        role="Architect of the client",
        now=now,
    )
    access = invite_guest(
        actor=owner,
        participant=participant,
        tabs=["chat", "about", "files"],
        until=None,
        shows_older=True,
        site=settings.RAPPORT_SITE_URL or "http://localhost:8000/",
        now=now,
    )
    user = User.objects.get(pk=access.user_id)
    user.set_password(password)
    user.save(update_fields=["password"])
    read_as_guest(user, reader_of(user, project.pk, now=now))
    mark_read(actor=user, group=project.group, seq=_ALL, now=now)
    for number, words in enumerate(_LINES):
        post_message(actor=user, group=project.group, client_id=f"demo-guest-{number}", text=words, now=now)
