"""Own fields of the kinds that administrators make."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from apps.activities.models import ActivityKind
from apps.activities.selectors.kind_fields import fields_of_kind, target_of
from apps.activities.services.kinds import make_kind
from apps.contacts.models import FieldDefinition
from apps.contacts.services.fields import define_field
from apps.core.models import Operation
from apps.core.services.operations import undo

pytestmark = pytest.mark.django_db


@pytest.fixture
def visit(ada, now) -> ActivityKind:
    return make_kind(actor=ada, name="Visit", icon="map-pin", now=now)


def define(actor, kind, now, label, field_type="text", **fields) -> FieldDefinition:
    target = target_of(kind.key)
    return define_field(actor=actor, target=target, label=label, field_type=field_type, now=now, **fields)


def test_an_administrator_adds_sorts_and_retires_the_fields_of_a_kind(client, ada, visit):
    client.force_login(ada)
    page = reverse("activities:kind", args=[visit.pk])
    for label in ("Weather", "Floors"):
        client.post(f"{page}fields/add/", {"label": label, "field_type": "text", **NO_CHOICES})
    weather, floors = FieldDefinition.objects.order_by("pk")

    client.post(f"{page}fields/order/", {"fields": [floors.pk, weather.pk]})
    client.post(f"{page}fields/{weather.pk}/", {"label": "Sky", **NO_CHOICES})

    assert [each.label for each in fields_of_kind("visit")] == ["Floors", "Sky"]
    shown = client.get(page).content.decode()
    assert f"{page}fields/{weather.pk}/" in shown

    client.post(f"{page}fields/{floors.pk}/retire/")
    assert [each.label for each in fields_of_kind("visit")] == ["Sky"]
    assert "Bring back" in client.get(page).content.decode()
    client.post(f"{page}fields/{floors.pk}/retire/", {"again": "1"})
    assert [each.label for each in fields_of_kind("visit")] == ["Floors", "Sky"]


def test_the_dialog_of_a_kinds_field_says_why_no_contact_is_among_its_types(client, ada, visit):
    client.force_login(ada)

    dialog = client.get(reverse("activities:kind_field_add", args=[visit.pk])).content.decode()

    assert 'value="multi_choice"' in dialog
    assert 'value="entity"' not in dialog
    assert "A contact is no value here" in dialog
    assert "is_filterable" not in dialog


def test_fields_of_a_kind_are_made_and_changed_by_administrators_alone(client, ada, alice, visit, now):
    weather = define(ada, visit, now, "Weather")
    page = reverse("activities:kind", args=[visit.pk])
    client.force_login(alice)

    doors = ("fields/add/", "fields/order/", f"fields/{weather.pk}/", f"fields/{weather.pk}/retire/")
    answers = [client.get(page), *(client.post(page + door, {"label": "Mine"}) for door in doors)]

    assert {answer.status_code for answer in answers} == {403}
    with pytest.raises(PermissionDenied):
        define(alice, visit, now, "Mine")
    assert [each.label for each in fields_of_kind("visit")] == ["Weather"]


def test_a_field_is_changed_below_its_own_kind_alone(client, ada, visit, now):
    weather = define(ada, visit, now, "Weather")
    audit = make_kind(actor=ada, name="Audit", icon="", now=now)
    of_people = define_field(actor=ada, target="person", label="Colour", field_type="text", now=now)
    client.force_login(ada)

    strange = [
        reverse("activities:kind_field_edit", args=[audit.pk, weather.pk]),
        reverse("activities:kind_field_edit", args=[visit.pk, of_people.pk]),
    ]

    assert [client.get(address).status_code for address in strange] == [404, 404]


def test_a_new_kind_does_not_inherit_the_fields_of_one_that_was_undone(ada, visit, now):
    define(ada, visit, now, "Weather")
    undo(actor=ada, operation=Operation.objects.get(verb="activity_kind.made"), now=now)

    again = make_kind(actor=ada, name="Visit", icon="", now=now)

    assert fields_of_kind(again.key) == []


NO_CHOICES = {"choices-TOTAL_FORMS": "0", "choices-INITIAL_FORMS": "0"}
