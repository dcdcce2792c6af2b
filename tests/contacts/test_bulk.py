"""Many contacts at once: who is meant, what it leaves, and that undo is exact."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection

from apps.contacts.models import Entity, EntityCategory, Folder, SearchToken
from apps.contacts.models.rights import forget_rights
from apps.contacts.services import bulk, categories, folders
from apps.contacts.services.bulk import BulkAction
from apps.contacts.services.entities import create_entity
from apps.contacts.services.folders import Grant
from apps.contacts.services.inputs import EntityInput
from apps.core.models import Change, Operation
from apps.core.services.operations import run, undo
from tests.contacts.factories import CategoryFactory, FolderFactory, PersonFactory


@pytest.fixture
def people(bob, now) -> list[Entity]:
    return [create_entity(actor=bob, data=EntityInput(last_name=f"Koval{n}"), now=now) for n in range(5)]


def open_folder() -> Folder:
    folder = FolderFactory()
    forget_rights()
    return folder


def everything() -> list[object]:
    entities = Entity.objects.order_by("pk").values_list("pk", "folder_id", "owner_id", "trashed_at", "is_restricted")
    bearing = EntityCategory.objects.order_by("pk").values_list("pk", "entity_id", "category_id")
    words = SearchToken.objects.order_by("entity_id", "token").values_list("entity_id", "token", "rank", "folder_id")
    return [list(entities), list(bearing), list(words)]


def action_of(name, ada, bob, now) -> BulkAction:
    if name == "move":
        return BulkAction("move", open_folder().pk)
    if name == "give":
        return BulkAction("give", ada.pk)
    if name == "trash":
        return BulkAction("trash")
    category = categories.create_category(
        actor=ada, name="VIP", is_restricted=True, groups=Group.objects.filter(name="sales"), now=now
    )
    if name == "remove_category":
        chosen = Entity.objects.filter(last_name__in=["Koval0", "Koval3"])
        bulk.begin_bulk(actor=ada, action=BulkAction("add_category", category.pk), chosen=chosen, now=now)
    return BulkAction(name, category.pk)


@pytest.mark.parametrize("name", ["move", "give", "add_category", "remove_category", "trash"])
def test_all_matches_change_in_one_go_and_undo_puts_each_back(name, ada, bob, now, people):
    action = action_of(name, ada, bob, now)
    before = everything()
    chosen = Entity.objects.filter(last_name__startswith="Koval")

    plan = bulk.plan_bulk(actor=bob, action=action, chosen=chosen)
    operation = bulk.begin_bulk(actor=bob, action=action, chosen=chosen, now=now)

    expected = 2 if name == "remove_category" else 5
    assert (plan.chosen, plan.changing, plan.forbidden) == (5, expected, 0)
    assert operation.result == {"changed": expected, "skipped": 5 - expected}
    assert everything() != before
    changes = Change.objects.filter(operation=operation)
    assert changes.count() == expected
    assert all(change.version_after == (change.version_before or 0) + 1 for change in changes)

    assert undo(actor=bob, operation=operation, now=now).conflicts == []
    assert everything() == before


def test_more_than_two_hundred_go_to_the_worker_which_may_begin_again(bob, now, monkeypatch, people):
    monkeypatch.setattr(bulk, "INLINE_LIMIT", 3)
    monkeypatch.setattr(bulk, "_PORTION", 2)
    target = open_folder()
    chosen = Entity.objects.all()

    operation = bulk.begin_bulk(actor=bob, action=BulkAction("move", target.pk), chosen=chosen, now=now)
    assert (operation.state, operation.total) == ("pending", 5)
    assert not Entity.objects.filter(folder=target).exists()
    run(operation_id=operation.pk, now=now)

    operation.refresh_from_db()
    assert (operation.state, operation.done, operation.result) == ("done", 5, {"changed": 5, "skipped": 0})
    assert SearchToken.objects.exclude(folder=target).count() == 0
    Operation.objects.filter(pk=operation.pk).update(state="pending")
    run(operation_id=operation.pk, now=now)
    assert Change.objects.filter(operation=operation).count() == 5


def test_what_one_may_not_edit_is_left_out_and_what_one_does_not_see_is_not_even_counted(ada, bob, now, people):
    shown = folders.create_folder(
        actor=ada, name="Shown", kind="restricted", grants={Group.objects.get(name="sales"): Grant()}, now=now
    )
    only_seen = PersonFactory(folder=shown)
    hidden = PersonFactory(folder=FolderFactory(kind="restricted"))
    chosen = Entity.objects.filter(pk__in=[people[0].pk, only_seen.pk, hidden.pk])
    action = BulkAction("give", bob.pk)
    Entity.objects.update(owner=None)

    plan = bulk.plan_bulk(actor=bob, action=action, chosen=chosen)
    operation = bulk.begin_bulk(actor=bob, action=action, chosen=chosen, now=now)

    assert (plan.chosen, plan.changing, plan.forbidden) == (2, 1, 1)
    assert operation.result == {"changed": 1, "skipped": 1}
    assert list(Entity.objects.filter(owner=bob)) == [people[0]]


def test_nobody_moves_gives_or_marks_beyond_their_rights(bob, charlie, dora, now, people):
    closed = FolderFactory(kind="restricted")
    chosen = Entity.objects.all()

    for action in (BulkAction("move", closed.pk), BulkAction("move", 0), BulkAction("give", dora.pk)):
        with pytest.raises(ValidationError):
            bulk.begin_bulk(actor=bob, action=action, chosen=chosen, now=now)
    secret = CategoryFactory(is_restricted=True)
    with pytest.raises(ValidationError):
        bulk.begin_bulk(actor=charlie, action=BulkAction("add_category", secret.pk), chosen=chosen, now=now)
    operation = bulk.begin_bulk(actor=dora, action=BulkAction("trash"), chosen=chosen, now=now)
    assert operation.result == {"changed": 0, "skipped": 0}
    assert not Entity.objects.trashed().exists()
    with pytest.raises(PermissionDenied):
        undo(actor=charlie, operation=operation, now=now)


def test_the_number_of_statements_does_not_grow_with_the_number_of_contacts(bob, now, people):
    few, many = open_folder(), open_folder()
    bulk.begin_bulk(
        actor=bob, action=BulkAction("move", few.pk), chosen=Entity.objects.filter(pk=people[0].pk), now=now
    )
    connection.force_debug_cursor = True
    before = len(connection.queries_log)
    bulk.begin_bulk(actor=bob, action=BulkAction("move", many.pk), chosen=Entity.objects.all(), now=now)
    used = len(connection.queries_log) - before
    connection.force_debug_cursor = False

    assert used < 25
