"""Segments hold whoever fits the list's filters now, seen with the eyes of their owner."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse

from apps.contacts.models import FolderPermission
from apps.core.models import Operation
from apps.core.services.operations import undo
from apps.crm.models import Segment
from apps.crm.selectors.segments import entities_of, entities_seen, words_of
from apps.crm.services.segments import change_segment, remove_segment, save_segment
from tests.conftest import make_user
from tests.contacts.factories import CategoryFactory, FolderFactory, PersonFactory
from tests.crm.factories import NOW

pytestmark = pytest.mark.django_db
LVIV = {"filters": {"city": ["Lviv"]}}


def names(found) -> list[str]:
    return sorted(found.values_list("first_name", flat=True))


def test_what_the_list_shows_becomes_a_segment_that_keeps_up(client, charlie):
    PersonFactory(first_name="Anna", city="Lviv")
    PersonFactory(first_name="Boris", city="Kyiv")
    client.force_login(charlie)
    shown = client.get(reverse("contacts:list_tab", args=["people"]) + "?f.city=Lviv&sort=-name").content.decode()
    assert reverse("crm:segment_add") + "?tab=people&amp;match=%3F" in shown
    asked = urlencode({"tab": "people", "match": "?f.city=Lviv&f.new=yes&sort=-name"})

    sheet = client.get(f"{reverse('crm:segment_add')}?{asked}").content.decode()
    assert "City: Lviv" in sheet
    client.post(f"{reverse('crm:segment_add')}?{asked}", {"name": "Lviv people"})

    segment = Segment.objects.get()
    assert (segment.tab, segment.query, segment.owner) == ("people", LVIV, charlie)
    assert names(entities_of(segment)) == ["Anna"]
    PersonFactory(first_name="Clara", city="Lviv", primary_email="clara@example.com")
    page = client.get(reverse("crm:segment", args=[segment.pk])).content.decode()
    assert "2 contacts now" in page
    assert "1 of them with an e-mail address" in page
    assert "Clara Koval" in page


def test_it_is_found_with_the_sight_of_its_owner_and_shown_with_the_readers(alice, bob, charlie):
    hidden = FolderFactory(kind="restricted")
    FolderPermission.objects.create(folder=hidden, group=charlie.groups.get())
    PersonFactory(first_name="Anna", city="Lviv")
    PersonFactory(first_name="Zoe", city="Lviv", folder=hidden)
    segment = save_segment(actor=charlie, name="Lviv", tab="all", query=LVIV, is_shared=True, now=NOW)

    assert names(entities_of(segment)) == ["Anna", "Zoe"]
    assert names(entities_seen(segment, bob)) == ["Anna"]
    folder = {"filters": {"folder": [str(hidden.pk)]}}
    secret = save_segment(actor=charlie, name="Secret", tab="all", query=folder, is_shared=True, now=NOW)
    assert hidden.name in {part.text for part in words_of(secret, charlie)}
    assert hidden.name not in {part.text for part in words_of(secret, bob)}
    assert "something that you don’t see" in {part.text for part in words_of(secret, bob)}


def test_who_has_left_the_house_has_segments_without_anybody(charlie):
    PersonFactory(city="Lviv")
    segment = save_segment(actor=charlie, name="Lviv", tab="all", query=LVIV, is_shared=True, now=NOW)
    charlie.is_active = False
    charlie.save()
    segment.refresh_from_db()

    assert names(entities_of(segment)) == []


def test_content_managers_and_administrators_make_them_and_sales_read_shared_ones(bob, charlie, alice):
    own = save_segment(actor=charlie, name="Own", tab="all", query={}, is_shared=False, now=NOW)
    shared = save_segment(actor=charlie, name="Shared", tab="all", query={}, is_shared=True, now=NOW)

    assert list(Segment.objects.visible_to(bob)) == [shared]
    assert set(Segment.objects.visible_to(charlie)) == {own, shared}
    assert not Segment.objects.visible_to(make_user("fin@example.com", "Fin", "finance")).exists()
    with pytest.raises(PermissionDenied):
        save_segment(actor=bob, name="Mine", tab="all", query={}, is_shared=False, now=NOW)
    with pytest.raises(PermissionDenied):
        change_segment(actor=bob, segment=shared, name="Mine now", is_shared=True, now=NOW)
    change_segment(actor=alice, segment=shared, name="The house’s", is_shared=True, now=NOW)
    with pytest.raises(ValidationError):
        save_segment(actor=charlie, name="Own", tab="all", query={}, is_shared=False, now=NOW)


def test_a_removed_one_is_gone_and_comes_back(client, charlie):
    segment = save_segment(actor=charlie, name="Lviv", tab="all", query=LVIV, is_shared=False, now=NOW)
    client.force_login(charlie)

    client.post(reverse("crm:segment_remove", args=[segment.pk]))

    assert client.get(reverse("crm:segment", args=[segment.pk])).status_code == 404
    assert remove_segment(actor=charlie, segment=segment, now=NOW) is None
    undo(actor=charlie, operation=Operation.objects.get(verb="segment.removed"), now=NOW)
    assert client.get(reverse("crm:segment", args=[segment.pk])).status_code == 200


def test_sales_are_not_offered_to_save_one(client, bob):
    client.force_login(bob)
    assert reverse("crm:segment_add") not in client.get(reverse("contacts:list")).content.decode()


def test_the_list_of_segments_asks_the_same_number_of_questions_for_one_and_for_many(
    client, charlie, django_assert_max_num_queries
):
    for number in range(30):
        save_segment(actor=charlie, name=f"Segment {number}", tab="all", query=LVIV, is_shared=True, now=NOW)
    client.force_login(charlie)
    with django_assert_max_num_queries(22):
        assert "Segment 7" in client.get(reverse("crm:segments")).content.decode()


def test_a_segment_whose_condition_is_gone_holds_nobody_rather_than_everybody(charlie):
    PersonFactory(first_name="Anna", city="Lviv")
    category = CategoryFactory()
    asked = {"filters": {"city": ["Lviv"], "category": [str(category.pk)]}}
    segment = save_segment(actor=charlie, name="Key people", tab="all", query=asked, is_shared=False, now=NOW)
    category.delete()

    assert names(entities_of(segment)) == []
