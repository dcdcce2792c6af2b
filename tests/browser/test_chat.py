"""Two people talk in two browsers: what one writes the other reads, also what was written without a connection."""

from __future__ import annotations

import pytest
from PIL import Image
from playwright.sync_api import expect

from apps.projects.models import Attachment, Message, ReadMark
from apps.projects.services.members import make_group
from apps.projects.services.messages import post_message
from apps.projects.services.reading import mark_read

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def write(page, text):
    page.get_by_label("Message", exact=True).fill(text)
    page.keyboard.press("Enter")


def row(page, text):
    return page.locator(".chat__messages .message", has_text=text)


def test_two_people_write_react_mend_and_delete(page, browser, site, sign_in, alice, bob, now, axe):
    group = make_group(actor=alice, title="Site visit", users=[bob], now=now)
    other = browser.new_context(locale="en-GB", viewport={"width": 360, "height": 740})
    bobs = other.new_page()
    sign_in(bobs, bob)
    sign_in(page, alice)
    for each in (page, bobs):
        with each.expect_request(lambda request: "/live/" in request.url):
            each.goto(f"{site}/projects/{group.pk}/")

    write(page, "Oak arrived")
    row(bobs, "Oak arrived").wait_for()
    row(page, "Oak arrived").wait_for()
    page.locator(".message--seen").wait_for()
    assert ReadMark.objects.get(membership__user=bob).read_seq == 1

    bobs.get_by_role("button", name="Actions").click()
    bobs.get_by_role("button", name="👍").click()
    page.locator("[data-react='👍']").wait_for()
    bobs.get_by_role("button", name="Actions").click()
    assert bobs.get_by_role("button", name="Delete").is_hidden()
    bobs.get_by_role("button", name="Reply").click()
    write(bobs, "When?")
    row(page, "When?").locator(".message__quote", has_text="Oak arrived").wait_for()

    row(page, "Oak arrived").first.get_by_role("button", name="Actions").click()
    page.get_by_role("button", name="Edit").click()
    write(page, "Oak comes at ten")
    row(bobs, "Oak comes at ten").first.get_by_text("edited").wait_for()
    for each in (page, bobs):
        assert axe(each) == []
        assert each.evaluate("document.documentElement.scrollWidth <= innerWidth")
    row(bobs, "When?").last.get_by_role("button", name="Actions").click()
    bobs.get_by_role("button", name="Delete").click()
    page.get_by_text("This message was deleted.").wait_for()

    other.set_offline(True)
    write(bobs, "From the cellar")
    write(bobs, "And again")
    bobs.locator(".message--waiting", has_text="And again").wait_for()
    write(page, "Are you there?")
    other.set_offline(False)
    row(page, "And again").wait_for()
    row(bobs, "Are you there?").wait_for()
    bobs.locator(".message--waiting").first.wait_for(state="detached")
    said = Message.objects.filter(author__user=bob, deleted_at=None).order_by("seq").values_list("text", flat=True)
    assert list(said) == ["From the cellar", "And again"]
    other.close()


def test_files_are_brought_shown_and_tried_again(page, site, sign_in, alice, bob, now, axe, tmp_path):
    group = make_group(actor=alice, title="Site visit", users=[bob], now=now)
    Image.new("RGB", (900, 600), "teal").save(tmp_path / "window.png")
    (tmp_path / "plan.txt").write_text("Oak")
    page.set_viewport_size({"width": 360, "height": 740})
    sign_in(page, bob)
    page.goto(f"{site}/projects/{group.pk}/")
    page.get_by_label("Add files").set_input_files([tmp_path / "window.png", tmp_path / "plan.txt"])
    page.locator(".chat__file[data-state=there]").nth(1).wait_for()
    assert axe(page) == []
    write(page, "Two files")
    row(page, "Two files").locator("img").wait_for()
    assert list(Attachment.objects.order_by("pk").values_list("name", flat=True)) == ["window.jpg", "plan.txt"]
    page.locator("a[data-picture]").click()
    page.locator(".viewer__picture").wait_for()
    assert axe(page) == []
    page.keyboard.press("Escape")

    page.context.set_offline(True)
    page.get_by_label("Add files").set_input_files(tmp_path / "plan.txt")
    page.get_by_text("Files wait for the connection").wait_for()
    write(page, "From the cellar")
    page.context.set_offline(False)
    row(page, "From the cellar").get_by_text("plan.txt").wait_for()
    page.get_by_label("Add files").set_input_files([tmp_path / "plan.txt"] * 31)
    page.get_by_text("A message may have 30 files. The others were left out.").wait_for()
    assert page.locator(".chat__file").count() == 30
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_voice_is_recorded_and_somebody_is_mentioned_by_keys(page, site, sign_in, alice, bob, now, axe):
    group = make_group(actor=alice, title="Site visit", users=[bob], now=now)
    page.context.grant_permissions(["microphone"])
    page.set_viewport_size({"width": 360, "height": 740})
    sign_in(page, bob)
    page.goto(f"{site}/projects/{group.pk}/")
    page.get_by_role("button", name="Record a voice message").click()
    page.locator("[data-length]", has_text="0:01").wait_for()
    assert axe(page) == []
    page.get_by_role("button", name="Done").click()
    page.locator(".chat__file[data-state=there]", has_text="Voice message").wait_for()
    page.get_by_label("Message", exact=True).press_sequentially("Ask @ma")
    page.get_by_role("option", name="Alice Manager").wait_for()
    assert axe(page) == []
    page.keyboard.press("Enter")
    assert page.get_by_label("Message", exact=True).input_value() == "Ask @Alice Manager "
    page.keyboard.press("Enter")
    row(page, "Ask @Alice Manager").locator("audio").wait_for()
    voice = Attachment.objects.get()
    assert (voice.kind, voice.file.mime_type) == ("voice", "audio/webm")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_list_of_groups_follows_what_is_said_and_read(page, site, sign_in, alice, bob, now, axe):
    quiet, _loud = (make_group(actor=alice, title=title, users=[bob], now=now) for title in ("Quiet", "Loud"))
    page.set_viewport_size({"width": 360, "height": 740})
    sign_in(page, bob)
    with page.expect_request(lambda request: "/live/" in request.url):
        page.goto(f"{site}/projects/")
    assert page.locator(".groups__row strong").all_inner_texts() == ["Loud", "Quiet"]

    post_message(actor=alice, group=quiet, client_id="message-1", text="Oak arrived", now=now)
    page.get_by_text("Alice Manager: Oak arrived").wait_for()
    row_of_quiet = page.locator(".groups__row", has_text="Quiet")
    row_of_quiet.locator("[data-count]", has_text="1").wait_for()
    expect(page.locator(".groups__row strong")).to_have_text(["Quiet", "Loud"])
    mark_read(actor=bob, group=quiet, seq=1, now=now)
    row_of_quiet.locator(".groups__unread").wait_for(state="hidden")
    made = make_group(actor=alice, title="New one", users=[bob], now=now)
    post_message(actor=alice, group=made, client_id="message-2", text="Welcome", now=now)
    page.get_by_text("Alice Manager: Welcome").wait_for()
    assert axe(page) == []

    shown = page.locator(".groups__words").all_inner_texts()
    page.reload()
    assert page.locator(".groups__words").all_inner_texts() == shown
