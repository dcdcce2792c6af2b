"""A connection to Mailchimp set up in the browser against a local one: tested, looked through, run, counted."""

from __future__ import annotations

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from apps.core import clock
from apps.core.models import Operation
from apps.core.services import operations
from tests.contacts.factories import PersonFactory
from tests.sync.mailchimp_server import KEY, LIST, mailchimp
from tests.sync.outside import a_view, an_analytics, an_audience

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
NO_SIDEWAYS = "() => document.documentElement.scrollWidth <= innerWidth"


@pytest.fixture
def chimp(settings, everyone_folder):
    settings.RAPPORT_PRIVATE_NETWORKS = ["127.0.0.0/8"]
    with mailchimp() as fake:
        settings.RAPPORT_MAILCHIMP_URL = fake.url
        yield fake


def test_an_administrator_sets_it_up_tests_it_runs_it_and_sees_the_counts(page, live_server, sign_in, axe, ada, chimp):
    for n in range(3):
        PersonFactory(first_name=f"Person {n}", primary_email=f"p{n}@windows.ua")
    PersonFactory(first_name="Fake", primary_email="fake@example.com")
    a_view(ada, "Everybody with an address")
    sign_in(page, ada)
    page.goto(live_server.url + reverse("sync:connections"))
    page.get_by_role("link", name="New connection").first.click()
    sheet = page.locator("#sheet")
    sheet.get_by_role("link", name="Mailchimp").click()
    sheet.locator("[name=name]").fill("Newsletter")
    sheet.locator("[name=secret]").fill(KEY)
    sheet.get_by_label("Audience ID").fill(LIST)
    sheet.get_by_label("Which contacts").select_option(label="Everybody with an address")
    assert axe(page) == []
    sheet.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="Newsletter")).to_be_visible()
    expect(page.locator("main")).to_contain_text("It is switched off")

    page.get_by_role("button", name="Test", exact=True).click()
    expect(page.locator("toast-item").first).to_contain_text("Windows & doors has 0 subscribed members")
    page.get_by_role("link", name="What would be sent").click()
    expect(sheet.locator("dl.facts")).to_contain_text("Contacts in the filter")
    expect(sheet).to_contain_text("p0@windows.ua")
    assert axe(page) == []
    page.keyboard.press("Escape")
    assert chimp.members == {}

    page.get_by_role("button", name="Switch on").click()
    page.get_by_role("button", name="Run now").click()
    expect(page.locator("operation-progress")).to_be_visible()
    operations.run(operation_id=Operation.objects.get(verb="connection.run").pk, now=clock.now())
    page.reload()
    row = page.locator(".rows__row", has_text="Asked for")
    expect(row.locator("[data-title=Sent]")).to_have_text("3")
    expect(row.locator("[data-title=Refused]")).to_have_text("1")
    assert chimp.subscribed() == ["p0@windows.ua", "p1@windows.ua", "p2@windows.ua"]
    assert axe(page) == []
    page.locator("dl.facts dd", has_text="1").get_by_role("link").last.click()
    expect(page.locator(".rows__row", has_text="Fake")).to_contain_text("looks fake or invalid")


def test_on_a_phone_nothing_goes_sideways(phone, live_server, sign_in, axe, ada, chimp):
    connection = an_audience(ada)
    an_analytics(ada)
    sign_in(phone, ada)
    for path in ("connections", "connection", "connection_rows", "connection_edit", "connection_preview"):
        arguments = [] if path == "connections" else [connection.pk]
        phone.goto(live_server.url + reverse(f"sync:{path}", args=arguments))
        phone.wait_for_load_state("networkidle")
        assert phone.evaluate(NO_SIDEWAYS), path
        assert axe(phone) == []
