"""The bar of background work in a real browser, over a real event stream."""

from __future__ import annotations

import time

import pytest

from apps.core import clock, live
from apps.core.contributions import operation_runners
from apps.core.models import Operation
from apps.core.services import operations

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

COUNT_MOVES = """
window.__moves = 0
const bar = document.querySelector("operation-progress progress")
new MutationObserver(() => window.__moves++).observe(bar, {attributes: true})
"""


def _is_asked(request, address):
    """The page asks how the work stands once its stream is open, be that before or after it has loaded."""
    return request.url.endswith(address) and request.resource_type == "fetch"


def test_the_bar_moves_by_events_alone_and_heals_what_it_missed(page, site, sign_in, alice, monkeypatch):
    def work(operation, progress):
        progress.total(20_000)
        for _ in range(20):
            time.sleep(0.25)
            progress.advance(1000, "Reading")

    monkeypatch.setitem(operation_runners._items, "test.slow", (100, work))
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url.removeprefix(site)))
    sign_in(page, alice)
    operation = operations.start(actor=alice, verb="test.slow", parameters={}, now=clock.now())
    address = f"/operations/{operation.pk}/"

    with page.expect_response(lambda response: _is_asked(response.request, address)):
        page.goto(f"{site}{address}")
    requests.clear()
    operations.run(operation_id=operation.pk, now=clock.now())
    # The end came by an event, too: the page shows itself anew.
    page.locator("#operation", has_text="Done").wait_for()
    assert "20000 records" in page.locator("#operation").inner_text().replace(",", "")
    # Twenty steps, and the page asked when its stream (re)opened and for itself at the end, not in between.
    assert 1 <= requests.count(address) <= 3


def test_the_bar_moves_at_least_ten_times(page, site, sign_in, alice, now):
    sign_in(page, alice)
    operation = Operation.objects.create(actor=alice, verb="test", state="running", created_at=now, total=20_000)
    with page.expect_response(lambda response: _is_asked(response.request, f"/operations/{operation.pk}/")):
        page.goto(f"{site}/operations/{operation.pk}/")
    page.evaluate(COUNT_MOVES)

    for step in range(1, 13):
        figures = {"id": operation.pk, "state": "running", "done": step * 1000, "total": 20_000, "message": ""}
        live.publish(f"operation:{operation.pk}", "progress", figures)
        page.wait_for_timeout(120)

    page.locator("[data-done]", has_text="12,000").wait_for()
    assert page.evaluate("window.__moves") >= 10
    assert page.locator("progress").get_attribute("value") == "12000"


def test_closing_the_page_stops_nothing_and_coming_back_shows_how_it_stands(page, site, sign_in, alice, now):
    sign_in(page, alice)
    operation = Operation.objects.create(actor=alice, verb="test", state="running", created_at=now, total=20, done=5)
    page.goto(f"{site}/operations/{operation.pk}/")
    page.goto("about:blank")

    Operation.objects.update(done=9)
    page.goto(f"{site}/operations/{operation.pk}/")

    page.locator("[data-done]", has_text="9").wait_for()


def test_ones_operations_are_readable_for_everybody_on_a_phone_too(phone, site, sign_in, alice, now, axe):
    sign_in(phone, alice)
    for verb in ("operation.undone", "test"):
        Operation.objects.create(
            actor=alice, verb=verb, created_at=now, finished_at=now, undoable_until=now.replace(year=2200), done=3
        )

    phone.goto(f"{site}/operations/")

    assert axe(phone) == []
    assert phone.evaluate("document.documentElement.scrollWidth") <= 360
