"""Importing hand-made cards without a file."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from apps.contacts.formats.records import Address, Card, Email, Job, Phone, UnitRecord
from apps.contacts.models import Folder, FolderPermission
from apps.contacts.models.rights import forget_rights
from apps.contacts.services.imports.context import Choices, Context, Counts
from apps.contacts.services.imports.portions import Outcome, Portions
from apps.contacts.services.imports.running import run_records
from apps.core.models import Operation
from apps.core.services import operations
from apps.core.services.operations.recording import UNDOABLE_FOR
from tests.conftest import NOW

CSV = b"First Name,Last Name,E-mail,Shoe size\nOlena,Koval,olena@example.com,38\nIvan,Petrenko,ivan@example.com,44\n"


def person(
    first: str = "", last: str = "", *, email: str = "", phone: str = "", company: str = "", **fields: Any
) -> Card:
    """A card of a person with one unit for what is given."""
    card = Card(first_name=first, last_name=last, **fields)
    unit = UnitRecord(kind="work", is_primary=True)
    unit.emails = [Email(email)] if email else []
    unit.phones = [Phone(phone)] if phone else []
    if email or phone:
        card.units = [unit]
    if company:
        card.jobs = [Job(organisation=company)]
    return card


def organisation(name: str, *, city: str = "", **fields: Any) -> Card:
    card = Card(kind="organisation", name=name, **fields)
    if city:
        card.units = [UnitRecord(kind="work", address=Address(city=city), is_primary=True)]
    return card


Bring = Callable[..., Counts]


@pytest.fixture
def bring(ada) -> Bring:
    """Import cards as one operation and return the counts; `.operation` and `.rejections` tell of the last one."""

    def bring_cards(*cards: Any, actor=None, now=NOW, **choices: Any) -> Counts:
        actor = actor or ada
        operation = Operation.objects.create(
            actor=actor,
            verb="entities.imported",
            state="done",
            created_at=now,
            finished_at=now,
            undoable_until=now + UNDOABLE_FOR,
        )
        context = Context(actor=actor, operation=operation, choices=Choices(**choices), now=now)
        outcomes: list[Outcome] = []
        for index, card in enumerate(cards, start=1):
            card.index = index
        counts = run_records(
            cards, context=context, portions=Portions(context), file_name="hand-made", on_portion=outcomes.append
        )
        bring_cards.operation = operation  # type: ignore[attr-defined]
        bring_cards.rejections = [each for outcome in outcomes for each in outcome.rejections]  # type: ignore[attr-defined]
        return counts

    return bring_cards


@pytest.fixture
def make_readable():
    """A folder that this user may see and not edit."""

    def make(user):
        folder = Folder.objects.create(name="Read only", kind="restricted")
        FolderPermission.objects.create(folder=folder, group=user.groups.get(), can_view=True)
        forget_rights()
        return folder

    return make


@pytest.fixture
def upload(client, alice):
    client.force_login(alice)

    def send(*files, follow=True):
        sent = [SimpleUploadedFile(name, content) for name, content in files]
        return client.post(reverse("contacts:import"), {"upload": sent}, follow=follow)

    return send


@pytest.fixture
def work():
    """Does what a worker would do: whatever waits."""

    def run():
        for operation in Operation.objects.filter(state=Operation.State.PENDING):
            operations.run(operation_id=operation.pk, now=NOW)

    return run
