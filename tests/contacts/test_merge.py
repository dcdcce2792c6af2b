"""Several contacts become one: everything tied to them moves, and comes back by undo."""

from __future__ import annotations

from typing import Any

import pytest
from django.apps import apps
from django.core.exceptions import PermissionDenied
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.activities.models import ActivityEntity
from apps.activities.services.notes import add_note
from apps.contacts.models import (
    DuplicatePair,
    EmailAddress,
    Entity,
    EntityCategory,
    Favourite,
    Folder,
    FolderPermission,
    Participant,
    PhoneNumber,
    Relationship,
    Unit,
)
from apps.contacts.models.rights import forget_rights
from apps.contacts.services.copies import refresh
from apps.contacts.services.duplicates.finding import check_waiting
from apps.contacts.services.entities import create_entity, update_entity
from apps.contacts.services.inputs import EmailInput, EntityInput, JobInput, PhoneInput, UnitInput
from apps.contacts.services.merging.merge import MergeRefused, merge_entities
from apps.core.models import Operation
from apps.core.services.operations import NotUndoable, snapshot, undo
from apps.core.services.operations.moves import ties
from apps.crm.models import Dealer
from tests.conftest import NOW
from tests.contacts.factories import (
    CategoryFactory,
    FolderFactory,
    OrganisationFactory,
    PersonFactory,
    UnitFactory,
    tie,
)

pytestmark = pytest.mark.django_db

_PAIRS = (("record_type", "record_id"), ("context_type", "context_id"))
# Records of other kinds than contacts, by the type beside them.
_NOT_OF_CONTACTS = {"core.OperationMove", "messaging.DraftAttachment"}


def merge(actor, winner: Entity, *losers: Entity, take: dict[str, int] | None = None) -> Operation:
    return merge_entities(actor=actor, winner=winner, losers=losers, take=take or {}, expected_versions={}, now=NOW)


def made(actor, first="Olena", last="Koval", *, emails=(), phones=(), city="", firm="", title="", **fields) -> Entity:
    unit = UnitInput(city=city, emails=[EmailInput(one) for one in emails], phones=[PhoneInput(one) for one in phones])
    jobs = [JobInput(organisation_name=firm, title=title)] if firm else []
    data = EntityInput(kind="person", first_name=first, last_name=last, units=[unit], jobs=jobs, **fields)
    return create_entity(actor=actor, data=data, now=NOW)


def test_each_column_that_names_an_entity_has_its_place_in_a_merge():
    named = {(tie.model._meta.label, tie.column) for tie in ties()}
    there = set()
    for model in apps.get_models():
        if not model.__module__.startswith("apps."):
            continue
        fields = {field.name: field for field in model._meta.get_fields() if not field.auto_created}
        there |= {
            (model._meta.label, name)
            for name, field in fields.items()
            if getattr(field, "related_model", None) is Entity
        }
        if model._meta.label not in _NOT_OF_CONTACTS:
            there |= {(model._meta.label, number) for kind, number in _PAIRS if {kind, number} <= fields.keys()}

    assert there - named == set()


def test_addresses_history_and_marks_move_and_what_both_have_stays_one(bob):
    winner = made(bob, emails=["o.koval@mail.example"], city="Lviv")
    loser = made(
        bob, "Olena", "Kowal", emails=["O.Koval@mail.example", "olena@vikna.example"], phones=["+380501234567"]
    )
    add_note(actor=bob, entity=loser, text="Wants a quote", now=NOW)
    Favourite.objects.create(user=bob, entity=loser)

    merge(bob, winner, loser)

    winner.refresh_from_db()
    loser.refresh_from_db()
    assert loser.merged_into == winner
    assert [mail.address for mail in winner.emails.order_by("pk")] == ["o.koval@mail.example", "olena@vikna.example"]
    assert winner.primary_phone == "+380501234567"
    assert winner.city == "Lviv"
    assert winner.last_name == "Koval"
    assert Favourite.objects.get(user=bob).entity == winner
    assert ActivityEntity.objects.get().entity == winner
    assert winner.version == 2


def test_values_are_kept_field_by_field(bob):
    winner = made(bob, notes="Calls at noon", birthday="1985-04-12", attributes={})
    loser = made(bob, "Olena", "Koval-Bondar", notes="Likes oak", language="uk", birthday="1985-04-13")

    merge(bob, winner, loser, take={"last_name": loser.pk})

    winner.refresh_from_db()
    assert winner.display_name == "Olena Koval-Bondar"
    assert winner.birthday == "1985-04-12"
    assert winner.language == "uk"
    assert winner.notes == "Calls at noon\n\nLikes oak"


def test_a_job_that_both_have_is_one_and_the_people_of_a_firm_follow_it(bob, works_for):
    winner, loser = made(bob, firm="Vikna Plus"), made(bob, firm="Vikna Plus")
    merge(bob, winner, loser)
    assert Participant.objects.filter(entity=winner).count() == 1

    firm = Entity.objects.get(name="Vikna Plus")
    other = create_entity(actor=bob, data=EntityInput(kind="organisation", name="Vikna+"), now=NOW)
    merge(bob, other, firm)

    winner.refresh_from_db()
    assert (winner.organisation, winner.organisation_entity) == ("Vikna+", other)


def test_a_tie_between_the_two_goes_and_comes_back(bob, works_for):
    winner, loser = OrganisationFactory(name="Vikna"), OrganisationFactory(name="Vikna Plus")
    tie(works_for, winner, loser)

    operation = merge(bob, winner, loser)
    assert not Relationship.objects.exists()

    undo(actor=bob, operation=operation, now=NOW)
    assert {part.entity_id for part in Participant.objects.all()} == {winner.pk, loser.pk}


def test_undo_gives_each_thing_back_and_says_what_changed_since(bob):
    winner, loser = made(bob, emails=["a@mail.example"]), made(bob, emails=["b@mail.example"], language="de")
    add_note(actor=bob, entity=loser, text="Wants a quote", now=NOW)
    operation = merge(bob, winner, loser)
    EmailAddress.objects.get(address="b@mail.example").delete()
    third = made(bob, "Ira", "Third")
    ActivityEntity.objects.update(entity=third)

    result = undo(actor=bob, operation=operation, now=NOW)

    loser.refresh_from_db()
    winner.refresh_from_db()
    assert loser.merged_into is None
    assert winner.language == ""
    assert {(one.record_type, one.reason) for one in result.conflicts} == {
        ("contacts.emailaddress", "missing"),
        ("activities.activityentity", "changed"),
    }


def test_a_merge_is_taken_back_last_one_first(bob):
    first, second, third = made(bob), made(bob), made(bob)
    early = merge(bob, second, first)
    late = merge(bob, third, second)
    first.refresh_from_db()
    assert first.merged_into == third

    with pytest.raises(NotUndoable, match="was merged into"):
        undo(actor=bob, operation=early, now=NOW)
    undo(actor=bob, operation=late, now=NOW)
    undo(actor=bob, operation=early, now=NOW)

    assert not Entity.objects.filter(merged_into__isnull=False).exists()


def test_three_become_one_and_the_pair_counts_as_merged(bob):
    one, two, three = (made(bob, emails=["o@mail.example"]) for _ in range(3))
    check_waiting(now=NOW)
    assert DuplicatePair.objects.open().count() == 3

    merge(bob, one, two, three)

    assert Entity.objects.live().people().count() == 1
    assert DuplicatePair.objects.visible_to(bob).open().count() == 0
    assert DuplicatePair.objects.filter(state="merged").count() == 2


def test_only_who_may_edit_both_merges_them(bob, charlie):
    mine = FolderFactory(kind="personal", owner=bob)
    forget_rights()
    winner, loser = made(bob, folder_id=mine.pk), made(bob, folder_id=mine.pk)

    with pytest.raises(PermissionDenied):
        merge(charlie, winner, loser)

    merge(bob, winner, loser)
    assert Entity.objects.get(pk=loser.pk).merged_into == winner


def test_a_merge_shows_nothing_to_anybody_new(bob):
    sales = bob.groups.get()
    hidden, other = FolderFactory(kind="restricted"), FolderFactory(kind="restricted")
    FolderPermission.objects.create(folder=hidden, group=sales, can_view=True, can_edit=True, can_export=False)
    forget_rights()
    public, secret = made(bob), made(bob, folder_id=hidden.pk)

    merge(bob, public, secret)

    assert Entity.objects.get(pk=public.pk).folder_id == hidden.pk
    personal = FolderFactory(kind="personal", owner=bob)
    forget_rights()
    mine, theirs = made(bob, folder_id=personal.pk), made(bob)
    with pytest.raises(MergeRefused, match="one folder first"):
        merge(bob, theirs, mine)
    assert Folder.objects.filter(pk=other.pk).exists()


def test_what_cannot_be_one_is_refused_with_its_reason(bob):
    person, firm = made(bob), OrganisationFactory(name="Vikna")
    with pytest.raises(MergeRefused, match="can't be one"):
        merge(bob, person, firm)

    other = OrganisationFactory(name="Vikna Plus")
    Dealer.objects.create(entity=firm, code="1", name="Vikna", created_at=NOW)
    merge(bob, other, firm)
    assert Dealer.objects.get().entity == other

    third = OrganisationFactory(name="Dveri")
    Dealer.objects.create(entity=third, code="2", name="Dveri", created_at=NOW)
    with pytest.raises(MergeRefused, match="dealers"):
        merge(bob, other, third)


def test_what_was_changed_since_it_was_looked_at_is_not_merged(bob):
    winner, loser = made(bob), made(bob)
    update_entity(actor=bob, entity=loser, fields={"notes": "New"}, expected_version=None, now=NOW)

    with pytest.raises(MergeRefused, match="in the meantime"):
        merge_entities(actor=bob, winner=winner, losers=[loser], take={}, expected_versions={loser.pk: 1}, now=NOW)


_MODELS = (Entity, Unit, EmailAddress, PhoneNumber, Participant, Relationship, EntityCategory, Favourite)
_PASSING = {"version", "modified_at", "modified_by"}


def rows() -> dict[str, list[dict[str, Any]]]:
    """All that hangs on contacts, but for versions."""
    models: set[Any] = {*_MODELS, *(tie.model for tie in ties() if not tie.stays)}
    skipped = {"contacts.DuplicateCheck", "contacts.SearchToken", "contacts.DuplicateKey", "contacts.DuplicateProfile"}
    return {
        model._meta.label: [
            {name: value for name, value in snapshot(row).items() if model is not Entity or name not in _PASSING}
            for row in model._base_manager.order_by("pk")
        ]
        for model in models
        if model._meta.label not in skipped
    }


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_merge_and_undo_leave_things_as_they_were(bob, works_for, data):
    category = CategoryFactory()
    people = [PersonFactory(first_name=name, last_name="Koval") for name in ("Olena", "Olena M.", "Lena")]
    firms = [OrganisationFactory(name=name) for name in ("Vikna", "Dveri")]
    for person in people:
        for number in range(data.draw(st.integers(0, 2))):
            unit = UnitFactory(
                entity=person, is_primary=number == 0, city=data.draw(st.sampled_from(["", "Lviv", "Kyiv"]))
            )
            for place, address in enumerate(data.draw(st.lists(st.sampled_from("abc"), max_size=2, unique=True))):
                EmailAddress.objects.create(
                    entity=person, unit=unit, address=f"{address}@mail.example", is_primary=place == 0
                )
        for firm in data.draw(st.lists(st.sampled_from(firms), max_size=2, unique=True)):
            tie(works_for, person, firm, is_primary=data.draw(st.booleans()))
        if data.draw(st.booleans()):
            tie(works_for, person, data.draw(st.sampled_from(people + firms)))
        if data.draw(st.booleans()):
            EntityCategory.objects.create(entity=person, category=category)
            Favourite.objects.create(entity=person, user=bob)
        if data.draw(st.booleans()):
            others = data.draw(st.sampled_from([[], [one for one in people if one != person]]))
            add_note(actor=bob, entity=person, others=others, text="Noted", now=NOW)
    update_entity(actor=bob, entity=firms[0], fields={"notes": "n"}, expected_version=None, now=NOW)
    losers = people[1:] if data.draw(st.booleans()) else people[1:2]
    _derive(people + firms)
    before = rows()

    operation = merge(bob, people[0], *losers)
    result = undo(actor=bob, operation=operation, now=NOW)

    assert result.conflicts == []
    assert rows() == before


def _derive(entities: list[Entity]) -> None:
    refresh([one.pk for one in entities], now=NOW)
