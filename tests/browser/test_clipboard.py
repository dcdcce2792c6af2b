"""Contacts gathered in a list become participants of a relationship on another page, all with one click."""

from __future__ import annotations

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from apps.contacts.models import Participant
from apps.contacts.services.entities import create_entity
from apps.contacts.services.inputs import EntityInput
from apps.core import clock
from tests.browser.conftest import PHONE

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_gathered_on_one_page_they_are_pasted_on_another(page, live_server, sign_in, axe, bob):
    people = [
        create_entity(actor=bob, data=EntityInput(last_name=name), now=clock.now())
        for name in ("Adler", "Bondar", "Czerny")
    ]
    sign_in(page, bob)
    page.goto(live_server.url + reverse("contacts:list_tab", args=["people"]))
    for name in ("Adler", "Bondar"):
        page.get_by_role("checkbox", name=name).check()
    page.get_by_role("button", name="Put on the clipboard").click()
    expect(page.get_by_text("2 contacts put on the clipboard")).to_be_visible()
    tray = page.get_by_role("banner").get_by_role("link", name="Clipboard")
    expect(tray).to_contain_text("2")

    page.goto(live_server.url + reverse("contacts:relationship_add", args=[people[2].pk]))
    page.locator("#id_reading").select_option(index=1)
    page.get_by_role("combobox", name="Whom").click()
    page.get_by_role("button", name="Paste all 2 on the clipboard").click()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Adler").first).to_be_visible()
    tied = Participant.objects.filter(relationship__participants__entity=people[2]).values_list("entity_id", flat=True)
    assert set(tied) == {person.pk for person in people}

    tray.click()
    assert axe(page) == []
    page.set_viewport_size(PHONE)
    assert axe(page) == []
    page.get_by_role("button", name="Empty the clipboard").click()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Bondar").first).to_be_visible()
