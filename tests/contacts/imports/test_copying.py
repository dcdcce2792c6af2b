"""Values reach the tables as they are, whatever marks they hold."""

from __future__ import annotations

import pytest
from django.db import connection

from apps.contacts.models import Entity, RawProperty
from apps.contacts.services.entities import create_entity
from apps.contacts.services.imports.copying import array_of, copy, pack
from apps.contacts.services.inputs import EntityInput

pytestmark = pytest.mark.django_db

STRANGE = ["", " ", "\\N", "\\.", "NULL", "a\tb", "a\nb", "a\r\nb", "a\rb", "\x1e", 'a"b', "a\\b", "{a,b}", "Київ"]


def test_rows_come_in_as_they_are_with_marks_and_without(entity: Entity):
    for texts in (STRANGE, ["plain"], []):
        RawProperty.objects.all().delete()

        rows = [(entity.pk, "X-ONE", "{}", text, "", place) for place, text in enumerate(texts)]
        copy(pack(RawProperty, ("entity_id", "name", "params", "value", "group", "position"), rows))

        assert list(RawProperty.objects.order_by("position").values_list("value", flat=True)) == texts


def test_an_array_holds_its_values_as_they_are():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT %s::text[], %s::int[], %s::bool[]", [array_of(STRANGE), "{1,2}", array_of([True, False])]
        )
        found = cursor.fetchone()

    assert found == (STRANGE, [1, 2], [True, False])


@pytest.fixture
def entity(alice, now) -> Entity:
    return create_entity(actor=alice, data=EntityInput(last_name="Koval"), now=now)
