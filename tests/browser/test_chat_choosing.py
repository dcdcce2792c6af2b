"""Several messages chosen by hand or by keys, and what becomes of them; what one leaves behind at signing out."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from apps.accounts.models import Preferences
from apps.projects.models import Group, Message
from apps.projects.services.members import make_group, open_direct
from apps.projects.services.messages import post_message

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def say(actor, group, text, now):
    key = f"message-{Message.objects.count()}"
    return post_message(actor=actor, group=group, text=text, client_id=key, now=now)


def row(page, text):
    return page.locator(".chat__messages .message", has_text=text)


def test_a_direct_chat_goes_on_as_a_group_of_what_was_chosen(page, site, sign_in, alice, bob, now, axe):
    direct = open_direct(actor=alice, other=bob, now=now)
    for who, text in ((bob, "Oak or pine?"), (alice, "Oak"), (bob, "Between us")):
        say(who, direct, text, now)
    page.set_viewport_size({"width": 360, "height": 740})
    sign_in(page, alice)
    page.goto(f"{site}/projects/{direct.pk}/")
    row(page, "Oak or pine?").get_by_role("button", name="Actions").click()
    page.get_by_role("button", name="Choose several").click()
    expect(page.get_by_role("checkbox", name="Choose: Oak or pine?")).to_be_focused()
    row(page, "Oak").nth(1).locator(".message__text").click()
    expect(page.locator("[data-number]")).to_have_text("2")
    say(bob, direct, "Meanwhile", now)
    page.get_by_role("checkbox", name="Choose: Meanwhile").wait_for()
    expect(page.locator("[data-number]")).to_have_text("2")
    assert axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_role("link", name="New group").click()
    page.locator("input[name=title]").fill("Oak windows")
    page.get_by_role("button", name="Make it").click()
    page.get_by_role("heading", name="Oak windows").wait_for()
    row(page, "Oak or pine?").get_by_text("Forwarded from").wait_for()
    made = Group.objects.get(title="Oak windows")
    said = Message.objects.filter(group=made).order_by("seq").values_list("text", flat=True)
    assert list(said) == ["Oak or pine?", "Oak"]


def test_what_waits_is_named_at_signing_out_and_nobody_else_sees_it(page, site, sign_in, alice, bob, now):
    group = make_group(actor=alice, title="Site visit", users=[bob], now=now)
    sign_in(page, bob)
    page.goto(f"{site}/projects/{group.pk}/")
    page.route("**/post/", lambda _route: None)  # no answer comes
    page.get_by_label("Message", exact=True).fill("From the cellar")
    page.keyboard.press("Enter")
    page.locator(".message--waiting", has_text="From the cellar").wait_for()
    # Whoever comes next in this browser, before anything was sent.
    sign_in(page, alice)
    page.goto(f"{site}/projects/{group.pk}/")
    page.get_by_label("Message", exact=True).wait_for()
    assert page.locator(".message--waiting").count() == 0
    sign_in(page, bob)
    page.goto(f"{site}/projects/{group.pk}/")
    page.locator(".message--waiting", has_text="From the cellar").wait_for()
    asked = []

    def accept(dialog):
        asked.append(dialog.message)
        dialog.accept()

    page.on("dialog", accept)
    page.locator(".topbar__user").click()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/accounts/login/**")
    assert "(1)" in asked[0]
    page.unroute("**/post/")
    sign_in(page, bob)
    page.goto(f"{site}/projects/{group.pk}/")
    page.get_by_label("Message", exact=True).wait_for()
    assert page.locator(".message--waiting").count() == 0
    assert not Message.objects.exists()


def test_times_are_in_the_readers_zone_and_by_their_clock(page, site, sign_in, alice, bob, now):
    group = make_group(actor=alice, title="Site visit", users=[bob], now=now)
    say(alice, group, "Oak arrived", now.replace(hour=15, minute=5))
    Preferences.objects.update_or_create(user=bob, defaults={"time_format": "12", "time_zone": "Asia/Tokyo"})
    sign_in(page, bob)
    page.goto(f"{site}/projects/{group.pk}/")
    expect(row(page, "Oak arrived").locator("time")).to_have_text("12:05 AM")
    bob.preferences.time_format = "24"
    bob.preferences.save()
    page.reload()
    expect(row(page, "Oak arrived").locator("time")).to_have_text("00:05")


def test_however_far_one_scrolls_the_page_bears_few_hundred_messages(page, site, sign_in, alice, bob, now):
    group = make_group(actor=alice, title="Site visit", users=[bob], now=now)
    first = say(alice, group, "Line 1", now)
    rows = [
        Message(
            group=group, author=first.author, seq=at, rev=at, text=f"Line {at}", client_id=f"line-{at}", sent_at=now
        )
        for at in range(2, 701)
    ]
    Message.objects.bulk_create(rows)
    Group.objects.filter(pk=group.pk).update(last_seq=700, last_rev=700)
    sign_in(page, bob)
    page.goto(f"{site}/projects/{group.pk}/?at=700")
    row(page, "Line 700").wait_for()
    scroll = page.locator(".chat__scroll")
    for _step in range(40):
        scroll.evaluate("(each) => (each.scrollTop = 0)")
        page.wait_for_timeout(150)
        if page.locator(".chat__messages .message").first.get_attribute("data-seq") == "1":
            break
    assert page.locator(".chat__messages .message").count() <= 400
    assert page.locator(".chat__messages .message").first.get_attribute("data-seq") == "1"
    for _step in range(40):
        scroll.evaluate("(each) => (each.scrollTop = each.scrollHeight)")
        page.wait_for_timeout(150)
    seqs = page.locator(".chat__messages .message").evaluate_all("(all) => all.map((each) => Number(each.dataset.seq))")
    assert seqs == list(range(seqs[0], 701))
    assert len(seqs) <= 400
