"""Somebody makes a bot in a group, gives its token to a program, and sees at once what that says."""

from __future__ import annotations

import pytest
import requests

from apps.projects.services.members import make_group

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_bot_is_made_and_what_it_posts_appears_at_once(page, site, sign_in, alice, now, axe):
    group = make_group(actor=alice, title="Site visit", users=[], now=now)
    sign_in(page, alice)
    page.goto(f"{site}/projects/{group.pk}/programs/")
    page.get_by_role("link", name="New bot").click()
    page.locator("#sheet").get_by_label("Name").fill("Crane")
    page.get_by_label("Emoji").fill("🏗️")
    assert axe(page) == []
    page.get_by_role("button", name="Save").click()
    token = page.get_by_label("Token").input_value()
    assert token.startswith("rap_")
    for width in (1440, 360):
        page.set_viewport_size({"width": width, "height": 800})
        assert axe(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    with page.expect_request(lambda request: "/live/" in request.url):
        page.get_by_role("link", name="Done").click()

    answer = requests.post(
        f"{site}/api/v1/groups/{group.pk}/messages",
        json={"text": "Lifted 3 t", "client_id": "crane-0001"},
        headers={"Authorization": f"Bearer {token}"},
        timeout=20,
    )
    assert answer.status_code == 201, answer.text

    said = page.locator(".chat__messages .message", has_text="Lifted 3 t")
    said.get_by_text("bot", exact=True).wait_for()
    assert "🏗️" in said.locator(".message__author").inner_text()
    page.goto(f"{site}/projects/{group.pk}/programs/")
    page.get_by_text("only writes").wait_for()
    page.get_by_text("More: Crane").click()
    page.get_by_role("button", name="New token").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert axe(page) == []
