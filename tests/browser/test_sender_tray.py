"""The keys of the tray of unknown senders: each does its deed, and the next row has the focus."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from apps.contacts.models import Entity
from apps.messaging.models import BlockedSender, UnknownSender
from tests.messaging.mails import arrive, make_account, raw_mail

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def media(settings, tmp_path, everyone_folder):
    settings.MEDIA_ROOT = tmp_path


def test_each_key_does_its_deed_and_the_next_row_has_the_focus(page, live_server, sign_in, bob):
    asking = make_account(bob, unknown_senders="ask")
    for name in ("Olena", "Petro", "Iryna", "Marko"):
        arrive(
            asking,
            raw_mail(
                f"Hello\n\n-- \n{name} Koval\n",
                sender=f"{name} Koval <{name.lower()}@{name.lower()}.example>",
                id=f"{name}@x.example",
            ),
        )
    sign_in(page, bob)
    page.goto(f"{live_server.url}/mail/unknown/")
    rows = page.locator("sender-tray:defined .tray__row[data-row]")
    expect(rows).to_have_count(4)
    names = [row.get_attribute("aria-label").split(" ")[0] for row in rows.all()]

    page.keyboard.press("j")
    expect(rows.nth(0)).to_be_focused()
    page.keyboard.press("j")
    page.keyboard.press("k")
    expect(rows.nth(0)).to_be_focused()
    page.keyboard.press("a")
    expect(rows).to_have_count(3)
    expect(rows.nth(0)).to_be_focused()
    page.keyboard.press("i")
    expect(rows).to_have_count(2)
    page.keyboard.press("b")
    expect(rows).to_have_count(1)
    expect(rows.nth(0)).to_be_focused()
    page.keyboard.press("t")
    expect(page.locator("#sheet").get_by_role("heading")).to_contain_text("Attach")

    assert Entity.objects.visible_to(bob).people().filter(first_name=names[0]).exists()
    assert BlockedSender.objects.get().pattern.endswith(f"{names[2].lower()}.example")
    assert UnknownSender.objects.count() == 4
