"""Many contacts at once: chosen in the browser, done by the worker, put back by one click."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from apps.contacts.models import Entity, Folder, Unit
from apps.core.models import Change, Operation
from tests.contacts.factories import FolderFactory, PersonFactory, UnitFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
COUNT = 1_500


def test_all_matches_move_in_one_go_and_back_again(page, site, worker, sign_in, bob):
    everyone, customers = Folder.objects.get(is_default=True), FolderFactory(name="Customers")
    crowd = [
        PersonFactory.build(first_name="Ivan", last_name=f"Bondar {n:04}", folder=everyone, city="Lviv")
        for n in range(COUNT)
    ]
    crowd.append(PersonFactory.build(last_name="Zhuk", folder=everyone, city="Kyiv"))
    Entity.objects.bulk_create(crowd)
    Unit.objects.bulk_create(UnitFactory.build(entity=entity, city=entity.city) for entity in crowd)
    before = standing()
    sign_in(page, bob)
    page.goto(f"{site}/contacts/list/people/")

    # A filter, and not only the page's fifty but all that match it.
    page.get_by_role("link", name="Filter", exact=True).click()
    page.get_by_label("City").fill("Lviv")
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.locator(".list-footer__records")).to_contain_text("of 1500")
    page.get_by_label("Select all on this page").check()
    expect(page.locator("[data-count]")).to_have_text("50")
    page.get_by_label("all 1500 matches").check()
    page.get_by_role("button", name="Move to folder").click()
    expect(page.locator("#sheet")).to_contain_text("1500 contacts are chosen")
    page.locator("#sheet select[name=folder]").select_option(label="Customers")
    page.get_by_role("button", name="Apply").click()

    expect(page.locator("#operation")).to_contain_text("Done", timeout=60_000)
    assert Entity.objects.filter(folder=customers).count() == COUNT
    assert Entity.objects.get(last_name="Zhuk").folder == everyone
    page.get_by_role("button", name="Undo").click()
    page.wait_for_url(lambda url: "/operations/" in url)
    expect(page.locator("#operation")).to_contain_text("Done", timeout=60_000)
    expect(page.locator("#operation")).to_contain_text("1500 records")
    assert standing() == before
    changes = Change.objects.filter(operation__in=Operation.objects.all(), record_type="contacts.entity")
    assert changes.count() == 2 * COUNT


def standing() -> list[tuple[object, ...]]:
    """All that a person could have typed, and where it lies."""
    return list(Entity.objects.order_by("pk").values_list("pk", "folder", "display_name", "city", "is_restricted"))
