"""The demo company in the database: users, folders, contacts, ties, own fields, a bit of history."""

from __future__ import annotations

import random
import tempfile
from datetime import datetime
from pathlib import Path

from django.contrib.auth.models import Group

from apps.accounts.models import User
from apps.accounts.services.users import create_user
from apps.activities.demo.company import SEED, cards
from apps.activities.demo.history import write_history
from apps.activities.demo.meetings import plan_meetings
from apps.activities.demo.tasks import plan_tasks
from apps.activities.demo.twins import plant_twins
from apps.contacts.formats.vcard import write
from apps.contacts.models import Entity, FieldDefinition, Folder, Participant, RelationshipType
from apps.contacts.services import entities, fields, folders, marks, relationships
from apps.contacts.services.duplicates.finding import check_waiting
from apps.contacts.services.folders import Grant
from apps.contacts.services.imports.context import Choices
from apps.contacts.services.imports.inline import import_paths
from apps.contacts.services.relationships import ParticipantInput

DOMAIN = "demo.rapport.example"
PEOPLE = {
    "admin": ("Марта Гончар", "admin"),
    "manager": ("Ігор Левченко", "manager"),
    "sales": ("Anna Brandt", "sales"),
    "claims": ("Олег Савчук", "claims"),
    "content": ("Zofia Mazur", "content"),
    "finance": ("Надія Мельник", "finance"),
    "project": ("George Hughes", "project"),
}


def load_demo(*, total: int, password: str, now: datetime) -> bool:
    """Fill an empty house with `total` contacts and a user for each role; False if it is there already."""
    if User.objects.filter(email=f"admin@{DOMAIN}").exists():
        return False
    users = {
        login: create_user(actor=None, email=f"{login}@{DOMAIN}", name=name, roles=[role], now=now, password=password)
        for login, (name, role) in PEOPLE.items()
    }
    admin = users["admin"]
    _make_folders(admin, now)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "demo.vcf"
        path.write_bytes(b"".join(write(cards(total), version="4.0")))
        import_paths(actor=admin, paths=[str(path)], choices=Choices(duplicates="create"), now=now)
    dice = random.Random(SEED)  # noqa: S311  the demo is the same at every start
    _make_fields(admin, dice, now)
    _tie(admin, dice, now)
    write_history(users, dice, count=total * 10, now=now)
    _mark(users, dice, now)
    plan_tasks(users, now)
    plan_meetings(users, dice, now)
    plant_twins(admin, random.Random(SEED), count=min(60, total // 10), now=now)  # noqa: S311  the same at every start
    while check_waiting(now=now):
        pass
    return True


def _make_folders(admin: User, now: datetime) -> None:
    folders.create_folder(actor=admin, name="Suppliers", now=now)
    customers = folders.create_folder(actor=admin, name="Customers", now=now)
    folders.create_folder(actor=admin, name="Key accounts", parent=customers, now=now)
    board = folders.create_folder(actor=admin, name="Board", kind=Folder.Kind.RESTRICTED, now=now)
    manager = Group.objects.get(name="manager")
    folders.set_folder_rights(
        actor=admin, folder=board, kind=Folder.Kind.RESTRICTED, grants={manager: Grant(edit=True, export=True)}, now=now
    )


def _make_fields(admin: User, dice: random.Random, now: datetime) -> None:
    types = FieldDefinition.Type
    fields.define_field(
        actor=admin, target="organisation", label="Customer number", field_type=types.TEXT, now=now, is_filterable=True
    )
    fields.define_field(
        actor=admin, target="organisation", label="Credit limit", field_type=types.MONEY, now=now, is_filterable=True
    )
    firms = Entity.objects.organisations().filter(source="import").order_by("pk")[:40]
    for number, firm in enumerate(firms, start=1):
        values = {"customer_number": f"K-{1000 + number}", "credit_limit": f"{dice.randint(2, 90) * 1000} EUR"}
        entities.update_entity(actor=admin, entity=firm, fields={"attributes": values}, expected_version=None, now=now)


def _tie(admin: User, dice: random.Random, now: datetime) -> None:
    kinds = {kind.key: kind for kind in RelationshipType.objects.all()}
    firms = list(Entity.objects.organisations().filter(source="import").order_by("pk")[:60])
    people = list(Entity.objects.people().filter(source="import").order_by("pk")[:80])
    for key in ("supplier_of", "part_of", "dealer_of"):
        for one, other in zip(firms[:20], firms[20 + dice.randint(0, 5) : 45], strict=False):
            _add(admin, kinds[key], one, other, now)
    for one, other in zip(people[::2], people[1::2], strict=False):
        _add(admin, kinds[dice.choice(["knows", "knows", "spouse_of", "parent_of"])], one, other, now)


def _add(admin: User, kind: RelationshipType, source: Entity, target: Entity, now: datetime) -> None:
    sides = Participant.Side
    ends = [ParticipantInput(source.pk, sides.SOURCE), ParticipantInput(target.pk, sides.TARGET)]
    relationships.add_relationship(actor=admin, type=kind, participants=ends, now=now)


def _mark(users: dict[str, User], dice: random.Random, now: datetime) -> None:
    people = list(Entity.objects.people().filter(source="import").order_by("pk")[:60])
    for login in ("sales", "manager"):
        for person in dice.sample(people, min(5, len(people))):
            marks.add_favourite(actor=users[login], entity=person)
