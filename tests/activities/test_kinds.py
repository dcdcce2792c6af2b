"""Kinds and categories that administrators make."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse

from apps.activities.models import Activity, ActivityCategory, ActivityKind
from apps.activities.services.kinds import make_category, make_kind, remove_category
from apps.activities.services.notes import add_note
from apps.core.models import Operation
from apps.core.services.operations import undo
from tests.contacts.factories import PersonFactory

pytestmark = pytest.mark.django_db


def test_a_kind_made_by_an_administrator_is_written_shown_and_filtered(client, ada, bob, now):
    olena = PersonFactory()
    client.force_login(ada)
    client.post(reverse("activities:kind_add"), {"name": "Огляд на місці", "icon": "map-pin"})
    kind = ActivityKind.objects.get()

    client.force_login(bob)
    client.post(reverse("activities:activity_add", args=[olena.pk]), {"kind": kind.key, "text": "Measured"})
    add_note(actor=bob, entity=olena, text="Only words", now=now)

    page = client.get(reverse("activities:all"), {"kind": kind.key}).content.decode()
    assert "Measured" in page
    assert "Only words" not in page
    assert f'aria-label="{kind.name}"' in page


def test_a_retired_kind_keeps_its_entries_and_takes_no_new_ones(client, ada, bob, now):
    olena = PersonFactory()
    kind = make_kind(actor=ada, name="Visit", icon="", now=now)
    add_note(actor=bob, entity=olena, text="Was there", kind=kind.key, now=now)
    client.force_login(ada)

    client.post(reverse("activities:kind_retire", args=[kind.pk]))

    with pytest.raises(ValidationError):
        add_note(actor=bob, entity=olena, text="Again", kind=kind.key, now=now)
    assert "Was there" in client.get(reverse("contacts:entity", args=[olena.pk])).content.decode()


def test_a_category_is_limited_and_freed_by_administrators_alone(ada, bob, charlie, now):
    with pytest.raises(PermissionDenied):
        make_category(actor=bob, name="Sick leave", colour="", is_restricted=True, groups=[], now=now)
    sick = make_category(actor=ada, name="Sick leave", colour="red", is_restricted=True, groups=[], now=now)
    note = add_note(actor=bob, entity=PersonFactory(), text="Ill", category=sick, now=now)
    seen = Activity.objects.visible_to(charlie)
    assert not seen.filter(pk=note.pk).exists()
    with pytest.raises(ValidationError, match="There are entries"):
        remove_category(actor=ada, category=sick, now=now)

    undo(actor=ada, operation=Operation.objects.get(verb="activity_category.made"), now=now)

    assert ActivityCategory.objects.filter(pk=sick.pk).exists()  # an entry bears it: undo leaves it


def test_two_kinds_of_one_name_are_refused_at_the_field(client, ada, now):
    make_kind(actor=ada, name="Visit", icon="", now=now)
    client.force_login(ada)

    answer = client.post(reverse("activities:kind_add"), {"name": "Visit"})

    assert answer.status_code == 422
    assert "There is a kind of this name already." in answer.content.decode()
