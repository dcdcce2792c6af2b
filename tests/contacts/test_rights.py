"""What folders and categories hide."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group
from django.db import ProgrammingError, connection, transaction

from apps.contacts.models import Category, Entity, EntityCategory, Folder, FolderPermission
from apps.contacts.models.rights import forget_rights, rights_of
from tests.contacts.factories import FolderFactory, PersonFactory


@pytest.fixture
def board_folder(db) -> Folder:
    folder = FolderFactory(name="Board", kind="restricted")
    FolderPermission.objects.create(folder=folder, group=Group.objects.get(name="sales"), can_view=True, can_edit=False)
    forget_rights()
    return folder


def test_everybody_on_the_staff_sees_a_public_folder_and_dealers_see_nothing(bob, charlie, dora):
    person = PersonFactory()

    assert person in Entity.objects.visible_to(bob)
    assert person in Entity.objects.visible_to(charlie)
    assert not Entity.objects.visible_to(dora).exists()


def test_a_restricted_folder_shows_to_its_group_and_to_administrators(ada, bob, charlie, board_folder):
    person = PersonFactory(folder=board_folder)

    assert person in Entity.objects.visible_to(bob)
    assert person not in Entity.objects.editable_by(bob)
    assert person in Entity.objects.editable_by(ada)
    assert person not in Entity.objects.visible_to(charlie)


def test_a_folder_without_rules_of_its_own_has_those_of_its_parent(bob, charlie, board_folder):
    inner = FolderFactory(name="Minutes", parent=board_folder, own_rights=False)
    forget_rights()

    assert inner.pk in rights_of(bob).view
    assert inner.pk not in rights_of(charlie).view


def test_a_personal_folder_is_its_owners_alone_even_before_administrators(ada, bob):
    mine = FolderFactory(name="Mine", kind="personal", owner=bob)
    forget_rights()

    assert mine.pk in rights_of(bob).export
    assert mine.pk not in rights_of(ada).view


def test_a_restricted_category_hides_its_contacts_from_outsiders(bob, charlie, everyone_folder):
    secret = Category.objects.create(name="VIP", is_restricted=True)
    inner = Category.objects.create(name="VIP abroad", parent=secret)
    secret.permissions.create(group=Group.objects.get(name="sales"))
    person = PersonFactory(is_restricted=True)
    EntityCategory.objects.create(entity=person, category=inner)
    forget_rights()

    assert person in Entity.objects.visible_to(bob)
    assert person not in Entity.objects.visible_to(charlie)


@pytest.mark.parametrize(
    "statement", ["UPDATE core_change SET diff = '{}'", "DELETE FROM core_change", "DELETE FROM accounts_auditevent"]
)
def test_the_web_role_cannot_alter_what_is_recorded(db, statement):
    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
