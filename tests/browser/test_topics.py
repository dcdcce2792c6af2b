"""A topic is split off by one person and read, written into and closed, while another watches; at 360 and 1440."""

from __future__ import annotations

import re

import pytest

from apps.projects.models import Message, Topic
from apps.projects.services.members import make_group
from apps.projects.services.messages import post_message

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def row(page, text):
    return page.locator(".chat__messages .message", has_text=text)


def write(page, text):
    page.get_by_label("Message", exact=True).fill(text)
    page.keyboard.press("Enter")


def test_a_topic_is_split_off_written_into_and_closed(page, browser, site, sign_in, alice, bob, now, axe):
    group = make_group(actor=alice, title="Oak Street 5", users=[bob], now=now)
    for number, text in enumerate(("Oak arrived", "Which doors?", "Pine too")):
        post_message(actor=alice, group=group, client_id=f"message-{number}", text=text, now=now)
    other = browser.new_context(locale="en-GB", viewport={"width": 360, "height": 740})
    bobs = other.new_page()
    sign_in(bobs, bob)
    sign_in(page, alice)
    for each in (page, bobs):
        with each.expect_request(lambda request: "/live/" in request.url):
            each.goto(f"{site}/projects/{group.pk}/")

    row(page, "Which doors?").get_by_role("button", name="Actions").click()
    page.get_by_role("link", name="Into a topic").click()
    page.get_by_label("Name of the new topic").fill("Doors")
    page.get_by_role("button", name="Save").click()
    page.wait_for_url("**topic=*")
    row(page, "Which doors?").wait_for()
    assert row(page, "Oak arrived").count() == 0
    chip = bobs.locator(".chat__topics").get_by_role("link", name="Doors")
    chip.wait_for()
    row(bobs, "Which doors?").locator(".message__topic", has_text="Doors").wait_for()

    write(page, "White ones")
    row(bobs, "White ones").wait_for()
    row(page, "White ones").wait_for()
    write(bobs, "Said to all")
    row(bobs, "Said to all").wait_for()
    assert Message.objects.get(text="White ones").topic == Topic.objects.get()
    assert Message.objects.get(text="Said to all").topic is None
    page.locator(".chat__topics").get_by_role("link", name="All messages").wait_for()
    assert row(page, "Said to all").count() == 0
    for each in (page, bobs):
        assert axe(each) == []
        assert each.evaluate("document.documentElement.scrollWidth <= innerWidth")

    chip.click()
    row(bobs, "White ones").wait_for()
    assert row(bobs, "Oak arrived").count() == 0
    page.get_by_role("link", name="All topics").click()
    page.get_by_role("button", name=re.compile("Close.*Doors")).click()
    page.wait_for_url(f"**/projects/{group.pk}/")
    chip.wait_for(state="attached")
    bobs.reload()
    bobs.get_by_text("This topic is closed.").wait_for()
    other.close()
