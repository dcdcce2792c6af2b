"""A prepared query answers as one that was put together for the question."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.db.models import Exists, OuterRef

from apps.contacts.models import Entity, Folder, FolderPermission, Unit
from apps.contacts.models.rights import forget_rights, rights_of
from apps.core.prepared import Prepared, blank_ids, blank_moment, blank_number, prepared
from tests.contacts.factories import FolderFactory, PersonFactory

pytestmark = pytest.mark.django_db

ONE, SOME, SINCE = blank_number(), blank_ids(), blank_moment()


@prepared(rights_of)
def seen(user):
    with_units = Entity.objects.visible_to(user).select_related("folder")
    with_units = with_units.annotate(has_units=Exists(Unit.objects.filter(entity=OuterRef("pk"))))
    return with_units.filter(pk__among=SOME).order_by("pk")


def test_it_is_asked_with_other_values_each_time(bob):
    anna, olena = PersonFactory(), PersonFactory()
    Unit.objects.create(entity=olena)

    [first] = seen.ask({SOME: [anna.pk]}, bob)
    both = seen.ask({SOME: [anna.pk, olena.pk]}, bob)

    assert (first, first.has_units, first.folder) == (anna, False, anna.folder)
    assert [(each, each.has_units) for each in both] == [(anna, False), (olena, True)]
    assert seen.ask({SOME: []}, bob) == []


def test_it_gives_rows_too_and_compares_moments(now):
    changed = Prepared(lambda: Entity.objects.filter(modified_at__gte=SINCE).order_by("pk").values_list("pk", "kind"))
    anna, olena = PersonFactory(modified_at=now), PersonFactory(modified_at=now - timedelta(days=1))

    assert changed.ask({SINCE: now}) == [(anna.pk, "person")]
    assert changed.ask({SINCE: now - timedelta(days=2)}) == [(anna.pk, "person"), (olena.pk, "person")]


def test_readers_of_other_rights_see_other_rows_and_changed_rights_count_at_once(bob, charlie):
    board = FolderFactory(name="Board", kind="restricted")
    permission = FolderPermission.objects.create(folder=board, group=Group.objects.get(name="sales"), can_view=True)
    forget_rights()
    secret = PersonFactory(folder=board)
    assert seen.ask({SOME: [secret.pk]}, bob) == [secret]
    assert seen.ask({SOME: [secret.pk]}, charlie) == []

    permission.delete()
    forget_rights()

    assert seen.ask({SOME: [secret.pk]}, bob) == []


def test_whoever_sees_no_folder_at_all_gets_nothing(dora):
    person = PersonFactory()

    assert seen.ask({SOME: [person.pk]}, dora) == []


def test_an_id_that_no_table_can_hold_is_found_nowhere():
    named = Prepared(lambda: Folder.objects.filter(pk=ONE))

    assert named.ask({ONE: 10**30}) == []


def test_what_is_left_blank_is_a_mistake():
    named = Prepared(lambda: Folder.objects.filter(pk=ONE))

    with pytest.raises(KeyError):
        named.ask({})
