"""Custom fields: defined, filled, filtered, sorted, indexed."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection

from apps.contacts.models import Entity, EntityReference, FieldDefinition, RelationshipType
from apps.contacts.selectors.fields import alias_of, annotate_value, definitions_for, value_condition
from apps.contacts.services import fields as service
from apps.contacts.services import relationships, units
from apps.contacts.services.entities import create_entity, update_entity
from apps.contacts.services.field_indexes import build_indexes
from apps.contacts.services.fields import ChoiceInput
from apps.contacts.services.inputs import EntityInput, UnitInput
from apps.contacts.services.relationships import ParticipantInput
from apps.contacts.values import clean_value, show_value
from tests.contacts.factories import FolderFactory, PersonFactory

CHOICES = [ChoiceInput("Gold", colour="yellow"), ChoiceInput("Silber & Co")]


def define(actor, now, field_type, label="Level", target="person", **fields) -> FieldDefinition:
    if field_type in ("choice", "multi_choice"):
        fields.setdefault("choices", CHOICES)
    return service.define_field(actor=actor, target=target, label=label, field_type=field_type, now=now, **fields)


@pytest.mark.parametrize(
    ("field_type", "raw", "kept"),
    [
        ("text", "  two\n words ", "two words"),
        ("long_text", "two\nlines ", "two\nlines"),
        ("number", "1 234,5", 1234.5),
        ("number", "1,234,567", 1234567),
        ("number", 0, 0),
        ("money", "12,5 EUR", {"amount": "12.50", "currency": "EUR"}),
        ("money", "$ 1,200.999", {"amount": "1200.999", "currency": "USD"}),
        ("money", {"amount": "7", "currency": "uah"}, {"amount": "7.00", "currency": "UAH"}),
        ("date", "5.11.2026", "2026-11-05"),
        ("yes_no", "так", True),
        ("yes_no", "0", False),
        ("choice", "gold", "gold"),
        ("choice", "Silber & Co", "silber_co"),
        ("multi_choice", "silber & co; gold", ["gold", "silber_co"]),
        ("url", "vikna.example/x", "https://vikna.example/x"),
        ("email", " a@example.com", "a@example.com"),
        ("phone", "044 123 45 67", "+380441234567"),
        ("text", "   ", None),
        ("multi_choice", [], None),
    ],
)
def test_a_value_is_kept_in_its_type_and_shown_as_it_is_read(ada, now, field_type, raw, kept):
    definition = define(ada, now, field_type)
    choices = list(definition.choices.all())

    value = clean_value(definition, raw, choices=choices, region="UA")

    assert value == kept
    assert type(value) is type(kept)
    shown = show_value(definition, value, choices=choices)
    assert clean_value(definition, shown, choices=choices, region="UA") == kept


def test_each_change_of_a_field_counts_for_the_next_contact(ada, now):
    def add():
        return create_entity(actor=ada, data=EntityInput(last_name="Koval"), now=now).attributes

    assert add() == {}
    level = define(ada, now, "choice", default="gold")
    assert add() == {"level": "gold"}
    service.update_field(actor=ada, definition=level, fields={"default": "silber_co"}, now=now)
    assert add() == {"level": "silber_co"}
    size = define(ada, now, "number", label="Size")
    service.order_fields(actor=ada, definitions=[size, level], now=now)
    assert [each.key for each in definitions_for("person")] == ["size", "level"]
    service.retire_field(actor=ada, definition=level, now=now)
    assert add() == {}


@pytest.mark.parametrize(
    ("field_type", "raw"),
    [
        *[("number", "many"), ("number", "NaN"), ("number", True), ("number", "1" * 16)],
        *[("money", "free"), ("money", "12 EUROS"), ("money", "1.23456 EUR")],
        *[("date", "31.2.2026"), ("yes_no", "perhaps"), ("choice", "bronze"), ("multi_choice", "gold; bronze")],
        *[("url", "javascript:alert(1)"), ("email", "nobody"), ("entity", "x"), ("text", "x" * 1001)],
    ],
)
def test_a_value_of_another_type_is_refused_in_words(ada, now, field_type, raw):
    definition = define(ada, now, field_type)

    with pytest.raises(ValidationError) as refused:
        clean_value(definition, raw, choices=definition.choices.all())

    assert refused.value.messages[0]


def test_a_field_is_at_once_in_the_form_with_its_default_and_its_need(ada, bob, now):
    define(ada, now, "choice", default="Gold")
    define(ada, now, "text", label="Шифр", is_required=True)

    with pytest.raises(ValidationError) as refused:
        create_entity(actor=bob, data=EntityInput(last_name="Koval"), now=now)
    assert list(refused.value.message_dict) == ["attributes.shyfr"]

    person = create_entity(actor=bob, data=EntityInput(last_name="Koval", attributes={"shyfr": "A1"}), now=now)
    assert person.attributes == {"level": "gold", "shyfr": "A1"}
    firm = create_entity(actor=bob, data=EntityInput(kind="organisation", name="Vikna"), now=now)
    assert firm.attributes == {}
    with pytest.raises(ValidationError):
        update_entity(actor=bob, entity=person, fields={"attributes": {"shyfr": ""}}, expected_version=None, now=now)


def test_renaming_and_retiring_a_field_lose_nothing(ada, bob, now):
    level = define(ada, now, "choice")
    person = create_entity(actor=bob, data=EntityInput(last_name="Koval", attributes={"level": "gold"}), now=now)

    service.update_field(
        actor=ada, definition=level, fields={"label": "Rank"}, choices=[ChoiceInput("Bronze")], now=now
    )
    assert [choice.key for choice in level.choices.filter(retired_at=None)] == ["bronze"]
    update_entity(
        actor=bob, entity=person, fields={"attributes": {"level": "gold"}, "notes": "x"}, expected_version=None, now=now
    )
    service.retire_field(actor=ada, definition=level, now=now)
    assert definitions_for("person") == []
    update_entity(actor=bob, entity=person, fields={"attributes": {}}, expected_version=None, now=now)
    assert Entity.objects.get(pk=person.pk).attributes == {"level": "gold"}

    service.retire_field(actor=ada, definition=level, retired=False, now=now)
    assert definitions_for("person")[0].label == "Rank"


def test_only_administrators_define_fields(bob, now):
    with pytest.raises(PermissionDenied):
        define(bob, now, "text")


def test_two_fields_of_one_name_get_keys_of_their_own(ada, now):
    assert [define(ada, now, "text").key for _ in range(2)] == ["level", "level_2"]
    assert define(ada, now, "text", target="organisation").key == "level"


def test_units_and_relationships_have_fields_too(ada, bob, now):
    define(ada, now, "number", label="Floor", target="unit")
    knows = RelationshipType.objects.get(key="knows")
    define(ada, now, "date", label="Since", target="relationship", relationship_type=knows)
    one, other = PersonFactory(), PersonFactory()

    unit = units.add_unit(actor=bob, entity=one, data=UnitInput(attributes={"floor": "3"}), now=now)
    tie = relationships.add_relationship(
        actor=bob,
        type=knows,
        participants=[ParticipantInput(one.pk, "source"), ParticipantInput(other.pk, "target")],
        attributes={"since": "1.2.2020"},
        now=now,
    )

    assert unit.attributes == {"floor": 3}
    assert tie.attributes == {"since": "2020-02-01"}


def test_a_field_may_point_to_a_contact_that_one_sees(ada, charlie, now):
    friend = define(ada, now, "entity", label="Friend")
    person, other, hidden = PersonFactory(), PersonFactory(), PersonFactory(folder=FolderFactory(kind="restricted"))

    update_entity(
        actor=charlie, entity=person, fields={"attributes": {"friend": other.pk}}, expected_version=None, now=now
    )
    assert EntityReference.objects.get(field=friend, entity=person).referenced == other
    found = annotate_value(Entity.objects.all(), friend).filter(value_condition(friend, "is", other.pk))
    assert list(found) == [person]

    with pytest.raises(ValidationError):
        update_entity(
            actor=charlie, entity=person, fields={"attributes": {"friend": hidden.pk}}, expected_version=None, now=now
        )
    update_entity(actor=charlie, entity=person, fields={"attributes": {"friend": ""}}, expected_version=None, now=now)
    assert not EntityReference.objects.exists()


@pytest.mark.parametrize(
    ("field_type", "values", "operator", "asked", "found"),
    [
        ("number", [9, 10, 100], "from", 10, [10, 100]),
        ("money", ["9 EUR", "10 EUR", "100 EUR"], "to", 10, ["9 EUR", "10 EUR"]),
        ("date", ["2026-01-01", "2026-02-01"], "from", "2026-01-15", ["2026-02-01"]),
        ("text", ["Äpfel", "Birnen"], "contains", "APF", ["Äpfel"]),
        ("text", ["Äpfel", "Birnen"], "is", "apfel", ["Äpfel"]),
        ("yes_no", ["yes", "no"], "is", True, ["yes"]),
        ("choice", ["gold", "silber_co"], "any", ["gold"], ["gold"]),
        ("multi_choice", ["gold", "gold;silber_co"], "any", ["silber_co"], ["gold;silber_co"]),
        ("text", ["x", ""], "empty", None, [""]),
        ("text", ["x", ""], "filled", None, ["x"]),
    ],
)
def test_lists_filter_and_sort_by_a_field_as_its_type_does(ada, bob, now, field_type, values, operator, asked, found):
    definition = define(ada, now, field_type)
    for value in values:
        create_entity(actor=bob, data=EntityInput(last_name=f"of {value}", attributes={"level": value}), now=now)

    entities = annotate_value(Entity.objects.all(), definition)
    chosen = entities.filter(value_condition(definition, operator, asked)).order_by(alias_of(definition), "pk")

    assert [one.last_name for one in chosen] == [f"of {value}".strip() for value in found]


@pytest.mark.django_db(transaction=True)
def test_a_filterable_field_gets_its_index_and_loses_it_again(ada, now):
    kinds = ["text", "number", "money", "date", "choice", "multi_choice", "yes_no"]
    made = [define(ada, now, kind, label=f"F {kind}", is_filterable=True) for kind in kinds]

    assert build_indexes() == len(kinds)
    assert set(FieldDefinition.objects.values_list("index_state", flat=True)) == {"ready"}
    with connection.cursor() as cursor:
        cursor.execute("SET enable_seqscan = off")
        number = annotate_value(Entity.objects.live(), made[1])
        plan = number.filter(value_condition(made[1], "from", 10)).explain()
    assert f"entity_custom_{made[1].pk}" in plan

    for definition in made:
        service.update_field(actor=ada, definition=definition, fields={"is_filterable": False}, now=now)
    build_indexes()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_indexes WHERE indexname LIKE 'entity_custom_%%'", [])
        assert cursor.fetchone() == (0,)


def test_a_field_of_a_higher_app_is_none_of_contacts(client, ada, now):
    foreign = define(ada, now, "text", label="Weather", target="activity:a-kind-with-a-key-of-forty-letters-and-m")
    with pytest.raises(ValidationError, match="contact can't be the value"):
        define(ada, now, "entity", label="With whom", target="activity:visit")
    client.force_login(ada)

    assert client.get(f"/contacts/settings/fields/{foreign.pk}/").status_code == 404
    assert client.post(f"/contacts/settings/fields/{foreign.pk}/retire/").status_code == 404
    assert "Weather" not in client.get("/contacts/new/").content.decode()
    assert "Weather" not in client.get("/contacts/list/people/").content.decode()
    person = create_entity(actor=ada, data=EntityInput(last_name="Koval", attributes={"weather": "dry"}), now=now)
    assert person.attributes == {}
