"""Cards taken up and let go as a hand does it: a browser begins a drag a moment after the pointer moves."""

from __future__ import annotations

from playwright.sync_api import Locator, Page


def drag(page: Page, card: Locator, goal: Locator) -> None:
    """From below a card's words, where no link is, into a column."""
    start, end = card.bounding_box(), goal.bounding_box()
    assert start
    assert end
    page.mouse.move(start["x"] + 20, start["y"] + start["height"] - 6)
    page.mouse.down()
    page.mouse.move(start["x"] + 26, start["y"] + start["height"] - 4, steps=3)
    page.locator(".sortable-ghost").wait_for()  # it is held
    page.mouse.move(end["x"] + 40, end["y"] + 10, steps=8)
    for turn in range(100):  # a hand is never still, and a busy browser overhears some of its moves
        page.mouse.move(end["x"] + 44 + turn % 2, end["y"] + 16)
        if goal.locator(".sortable-ghost").count():
            break
        page.wait_for_timeout(50)
    page.mouse.up()
