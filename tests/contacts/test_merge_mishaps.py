"""What comes between a merge and its undo, and what a merge must not do by the way."""

from __future__ import annotations

from datetime import UTC, date, datetime
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.activities.models import Activity
from apps.activities.services.notes import add_note
from apps.contacts.models import DuplicateCheck, EmailAddress, Entity, Participant, Unit
from apps.contacts.models.rights import forget_rights
from apps.contacts.services.details import add_phone, remove_detail
from apps.contacts.services.duplicates.finding import check_waiting
from apps.contacts.services.entities import update_entity
from apps.contacts.services.inputs import PhoneInput
from apps.contacts.services.merging.merge import MergeRefused, merge_entities
from apps.contacts.services.units import remove_unit
from apps.core.models import Operation
from apps.core.services.operations import NotUndoable, undo
from apps.core.services.operations.moves import count_moving, ties
from apps.crm.models import Assignment, Dealer, EntityPersona, Persona
from tests.conftest import NOW
from tests.contacts.factories import FolderFactory, OrganisationFactory, PersonFactory, UnitFactory, tie
from tests.contacts.test_merge import made, merge

pytestmark = pytest.mark.django_db


def test_what_was_added_to_a_moved_place_goes_back_with_it(bob):
    winner, loser = made(bob, city="Lviv"), made(bob, city="Kyiv")
    operation = merge(bob, winner, loser)
    kyiv = Unit.objects.get(city="Kyiv")
    phone = add_phone(actor=bob, entity=winner, unit=kyiv, data=PhoneInput("+380501234567"), now=NOW)
    annex = UnitFactory(entity=winner, parent=kyiv, is_primary=False, city="Bucha")

    result = undo(actor=bob, operation=operation, now=NOW)

    phone.refresh_from_db()
    loser.refresh_from_db()
    annex.refresh_from_db()
    assert result.conflicts == []
    assert (phone.entity, loser.primary_phone) == (loser, "+380501234567")
    assert (annex.entity, annex.parent) == (winner, None)


def test_an_address_whose_place_is_gone_stays_away_and_the_rest_comes_back(bob):
    winner = made(bob, emails=["a@mail.example"], city="Lviv")
    loser = made(bob, emails=["a@mail.example"], city="Kyiv", language="de")
    operation = merge(bob, winner, loser)
    remove_unit(actor=bob, unit=Unit.objects.get(city="Kyiv"), now=NOW)

    result = undo(actor=bob, operation=operation, now=NOW)

    loser.refresh_from_db()
    assert loser.merged_into is None
    assert [mail.entity for mail in EmailAddress.objects.all()] == [winner]
    assert {(one.record_type, one.reason) for one in result.conflicts} == {
        ("contacts.unit", "missing"),
        ("contacts.emailaddress", "orphaned"),
    }


def test_any_undo_of_a_removed_address_says_that_its_place_is_gone(bob):
    person = made(bob, emails=["a@mail.example"], city="Lviv")
    remove_detail(actor=bob, detail=person.emails.get(), now=NOW)
    removal = Operation.objects.latest("pk")
    remove_unit(actor=bob, unit=person.units.get(), now=NOW)

    result = undo(actor=bob, operation=removal, now=NOW)

    assert [(one.record_type, one.reason, one.fields) for one in result.conflicts] == [
        ("contacts.emailaddress", "orphaned", ("unit",))
    ]
    assert not person.emails.exists()


def test_who_lost_the_winner_takes_nothing_back(bob, charlie):
    winner, loser = made(bob), made(bob, emails=["b@mail.example"])
    operation = merge(bob, winner, loser)
    theirs = FolderFactory(kind="personal", owner=charlie)
    Entity.objects.filter(pk=winner.pk).update(folder=theirs)
    forget_rights()

    with pytest.raises(NotUndoable, match="no longer edit"):
        undo(actor=bob, operation=operation, now=NOW)

    loser.refresh_from_db()
    assert loser.merged_into == winner
    assert EmailAddress.objects.get().entity == winner


def test_a_loser_that_cannot_come_back_leaves_everything_where_it_is(bob, works_for):
    winner, loser = made(bob), made(bob, emails=["b@mail.example"])
    firm = OrganisationFactory(name="Vikna")
    tie(works_for, winner, firm)
    tie(works_for, loser, firm)
    operation = merge(bob, winner, loser)
    Entity.objects.filter(pk=firm.pk).delete()

    with pytest.raises(NotUndoable, match="changed since"):
        undo(actor=bob, operation=operation, now=NOW)

    loser.refresh_from_db()
    assert loser.merged_into == winner
    assert EmailAddress.objects.get().entity == winner


def test_two_dealers_are_refused_beside_a_third_contact(bob):
    winner, *dealers = (OrganisationFactory(name=name) for name in ("Vikna", "Dveri", "Skhody"))
    for place, one in enumerate(dealers):
        Dealer.objects.create(entity=one, code=str(place), name=one.name, created_at=NOW)

    with pytest.raises(MergeRefused, match="dealers"):
        merge(bob, winner, *dealers)


def test_a_dealer_that_moves_bears_who_is_in_charge_of_the_winner(bob):
    winner, loser = OrganisationFactory(name="Vikna"), OrganisationFactory(name="Vikna Plus")
    Assignment.objects.create(entity=winner, user=bob, valid_from=date(2026, 1, 1), created_at=NOW)
    Dealer.objects.create(entity=loser, code="1", name="Vikna Plus", created_at=NOW)

    operation = merge(bob, winner, loser)
    assert Dealer.objects.get().manager == bob

    undo(actor=bob, operation=operation, now=NOW)
    assert Dealer.objects.get().manager is None


def test_a_firm_with_many_people_is_merged_with_as_many_questions_as_one_with_few(bob, works_for):
    def asked(people: int) -> int:
        winner, loser = OrganisationFactory(name="Vikna"), OrganisationFactory(name="Vikna Plus")
        for number in range(people):
            person = PersonFactory(last_name=f"Koval {number}")
            tie(works_for, person, loser, is_primary=True)
            if number % 2:
                tie(works_for, person, winner)
        with CaptureQueriesContext(connection) as questions:
            merge(bob, winner, loser)
        assert Participant.objects.filter(entity=winner).count() == people
        return len(questions)

    few = asked(4)

    assert asked(50) <= few


def test_after_an_undo_contacts_are_compared_again(bob):
    winner, loser = made(bob), made(bob)
    operation = merge(bob, winner, loser)
    check_waiting(now=NOW)
    undo(actor=bob, operation=operation, now=NOW)
    assert set(DuplicateCheck.objects.values_list("pk", flat=True)) == {winner.pk, loser.pk}

    update_entity(actor=bob, entity=winner, fields={"last_name": "Hryn"}, expected_version=None, now=NOW)
    check_waiting(now=NOW)
    undo(actor=bob, operation=Operation.objects.filter(verb="entity.updated").latest("pk"), now=NOW)

    assert [row.entity for row in DuplicateCheck.objects.all()] == [winner]


@pytest.mark.parametrize(
    "fields",
    [{"kind": "home"}, {"geo": "49.84,24.03"}, {"time_zone": "Europe/Berlin"}, {"country_name": "Ruthenia"}],
)
def test_a_place_that_says_more_stays_a_place_of_its_own(bob, fields):
    winner, loser = PersonFactory(), PersonFactory()
    UnitFactory(entity=winner, city="Lviv")
    UnitFactory(entity=loser, city="Lviv", **fields)

    merge(bob, winner, loser)

    assert Unit.objects.filter(entity=winner).count() == 2


def test_a_nameless_place_is_not_taken_for_the_one_below_it(bob):
    winner, loser = PersonFactory(), PersonFactory()
    top = UnitFactory(entity=loser, is_primary=False, position=1)
    below = UnitFactory(entity=loser, city="Lviv", parent=top)

    merge(bob, winner, loser)

    below.refresh_from_db()
    assert below.parent == top
    assert Unit.objects.filter(entity=winner).count() == 2


@pytest.mark.parametrize(
    ("begins", "ends"), [(date(2026, 11, 1), date(2026, 11, 3)), (date(2026, 12, 1), date(2026, 12, 1))]
)
def test_what_both_are_ends_on_the_day_of_the_company_and_not_before_it_began(bob, begins, ends):
    winner, loser = made(bob), made(bob)
    lead = Persona.objects.get(key="lead")
    rows = [
        EntityPersona.objects.create(entity=one, persona=lead, valid_from=begins, created_at=NOW)
        for one in (winner, loser)
    ]
    late = datetime(2026, 11, 2, 23, 30, tzinfo=UTC)  # in Kyiv the 3rd

    operation = merge_entities(actor=bob, winner=winner, losers=[loser], take={}, expected_versions={}, now=late)

    rows[1].refresh_from_db()
    assert (rows[1].entity, rows[1].valid_to) == (winner, ends)
    undo(actor=bob, operation=operation, now=late)
    rows[1].refresh_from_db()
    assert (rows[1].entity, rows[1].valid_to) == (loser, None)


def test_the_preview_counts_only_what_its_reader_may_see(bob, charlie):
    person = made(bob, emails=["a@mail.example"])
    for text in ("Wants a quote", "Asked again"):
        add_note(actor=bob, entity=person, text=text, now=NOW)
    hidden = add_note(actor=bob, entity=person, text="In confidence", visibility=Activity.Visibility.PRIVATE, now=NOW)
    assert not Activity.objects.visible_to(charlie).filter(pk=hidden.pk).exists()

    assert "3 entries of the history" in count_moving(bob, person.pk)
    assert count_moving(charlie, person.pk) == [
        "1 place",
        "1 e-mail address",
        "2 entries of the history",
        "…and more that you may not see",
    ]


def test_whatever_the_preview_tells_of_other_apps_is_asked_for_its_reader():
    told = [tie for tie in ties() if tie.words is not None and tie.model._meta.app_label != "contacts"]

    assert [
        tie.model._meta.label
        for tie in told
        if tie.seen is None and not hasattr(tie.model._default_manager, "visible_to")
    ] == []


def test_numbers_without_end_in_a_form_are_passed_over(client, bob):
    winner, loser = made(bob), made(bob)
    client.force_login(bob)
    data = urlencode({"ids": f"{winner.pk},{loser.pk}", "winner": winner.pk, "version-" + "9" * 5000: 1})

    answer = client.post(reverse("contacts:merge"), data, "application/x-www-form-urlencoded")

    assert answer.url == reverse("contacts:entity", args=[winner.pk])
