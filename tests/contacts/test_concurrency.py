"""Two at once, on real connections: nothing is lost and nobody waits in a circle."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection, transaction

from apps.accounts.models import User
from apps.contacts.models import DuplicateCheck, EmailAddress, Entity, RelationshipType
from apps.contacts.services import details, relationships
from apps.contacts.services.duplicates.finding import check_waiting
from apps.contacts.services.entities import create_entity, update_entity
from apps.contacts.services.errors import EditConflict
from apps.contacts.services.inputs import EmailInput, EntityInput
from apps.contacts.services.relationships import ParticipantInput
from apps.core.models import Change

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*deeds: Callable[[], object]) -> list[object]:
    """Run these side by side, each on its own connection; an exception is its result."""
    results: list[object] = [None] * len(deeds)
    start = threading.Barrier(len(deeds))

    def run(place: int, deed: Callable[[], object]) -> None:
        start.wait()
        try:
            results[place] = deed()
        except Exception as error:
            results[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(deeds)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    return results


def test_of_two_savers_exactly_one_wins_and_the_other_is_told(bob, alice, now):
    person = create_entity(actor=bob, data=EntityInput(last_name="Koval"), now=now)

    def save(actor: User, name: str) -> Callable[[], object]:
        return lambda: update_entity(
            actor=actor, entity=person, fields={"last_name": name}, expected_version=1, now=now
        )

    results = at_once(save(bob, "Bondar"), save(alice, "Shevchenko"))

    conflicts = [result for result in results if isinstance(result, EditConflict)]
    winners = [result for result in results if isinstance(result, Entity)]
    assert (len(conflicts), len(winners)) == (1, 1)
    person.refresh_from_db()
    assert person.last_name == winners[0].last_name
    assert conflicts[0].conflicts[0].theirs == person.last_name
    assert person.version == 2


def test_addresses_added_at_once_all_stay_and_one_is_primary(bob, now):
    person = create_entity(actor=bob, data=EntityInput(last_name="Koval"), now=now)

    def add(number: int) -> Callable[[], object]:
        return lambda: details.add_email(
            actor=bob, entity=person, data=EmailInput(f"e{number}@example.com", is_primary=True), now=now
        )

    results = at_once(*[add(number) for number in range(4)])

    assert all(isinstance(result, EmailAddress) for result in results)
    person.refresh_from_db()
    assert person.units.count() == 1
    assert person.emails.count() == 4
    assert person.emails.get(is_primary=True).address == person.primary_email
    assert person.version == 5
    versions = Change.objects.filter(record_type="contacts.entity").values_list("version_after", flat=True)
    assert max(version or 0 for version in versions) <= 5


def test_ties_made_crosswise_do_not_wait_for_each_other_for_ever(bob, now):
    one, other = (create_entity(actor=bob, data=EntityInput(last_name=name), now=now) for name in ("A", "B"))
    knows = RelationshipType.objects.get(key="knows")

    def tie(source: Entity, target: Entity) -> Callable[[], object]:
        return lambda: relationships.add_relationship(
            actor=bob,
            type=knows,
            participants=[ParticipantInput(source.pk, "source"), ParticipantInput(target.pk, "target")],
            now=now,
        )

    results = at_once(tie(one, other), tie(other, one), tie(one, other), tie(other, one))

    assert not [result for result in results if isinstance(result, Exception)]
    one.refresh_from_db()
    other.refresh_from_db()
    assert (one.version, other.version) == (5, 5)


def test_who_is_changed_while_they_are_compared_waits_to_be_compared_again(bob, now):
    person = create_entity(actor=bob, data=EntityInput(last_name="Koval"), now=now)

    def compare() -> None:
        try:
            check_waiting(now=now)
        finally:
            connection.close()

    comparing = threading.Thread(target=compare)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("LOCK TABLE contacts_duplicateprofile IN EXCLUSIVE MODE")
        comparing.start()
        _until_somebody_waits()
        update_entity(
            actor=bob,
            entity=person,
            fields={"last_name": "Bondar"},
            expected_version=None,
            now=now + timedelta(seconds=1),
        )
    comparing.join(timeout=30)

    assert DuplicateCheck.objects.filter(entity=person).exists()
    check_waiting(now=now)
    assert not DuplicateCheck.objects.exists()


def _until_somebody_waits() -> None:
    for _turn in range(600):
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone()[0]:
                return
        time.sleep(0.05)
    raise AssertionError("nobody waits")
