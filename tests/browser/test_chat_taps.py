"""Daily work in a chat takes no more taps and keys than docs/howto/chat-taps.md says."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from apps.projects.models import Message
from apps.projects.services.members import make_group
from apps.projects.services.messages import post_message

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


class Hand:
    """Counts what it does."""

    def __init__(self, page):
        self.page, self.count = page, 0

    def tap(self, *places):
        self.count = len(places)
        for place in places:
            place.click()

    def press(self, *keys):
        self.count = len(keys)
        for key in keys:
            self.page.keyboard.press(key)


def test_daily_work_takes_few_taps(page, site, sign_in, alice, bob, now):
    group = make_group(actor=alice, title="Site visit", users=[bob], now=now)
    for number, who in enumerate((alice, bob)):
        post_message(actor=who, group=group, client_id=f"message-{number}", text=f"Line {number}", now=now)
    page.set_viewport_size({"width": 360, "height": 740})
    sign_in(page, bob)
    page.goto(f"{site}/projects/{group.pk}/")
    hand, text = Hand(page), page.get_by_label("Message", exact=True)
    row = page.locator(".chat__messages .message", has_text="Line 0")
    dots = row.get_by_role("button", name="Actions")

    hand.tap(dots, page.get_by_role("button", name="👍"))
    row.locator("[data-react='👍']").wait_for()
    assert hand.count == 2
    hand.tap(dots, page.get_by_role("button", name="Pin or unpin"))
    page.locator(".chat__pin").wait_for()
    assert hand.count == 2
    hand.tap(dots, page.get_by_role("button", name="Reply"))
    assert hand.count == 2
    expect(text).to_be_focused()
    page.keyboard.press("Escape")

    hand.press("ArrowUp")
    expect(text).to_have_value("Line 1")
    text.fill("Line one")
    hand.press("Enter")
    page.locator(".chat__messages .message", has_text="Line one").get_by_text("edited").wait_for()
    assert hand.count == 1
    assert Message.objects.filter(text="Line one").exists()

    hand.tap(page.locator("#main").get_by_role("link", name="Search"))
    page.get_by_placeholder("Words of a message").wait_for()
    assert hand.count == 1
