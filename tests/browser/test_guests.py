"""A guest is invited, finds the tabs that they were given, and talks with the house from a phone."""

from __future__ import annotations

import pytest

from apps.accounts.models import User
from apps.contacts.models import Entity
from apps.projects.models import GuestAccess, Message
from tests.browser.test_chat import row, write
from tests.projects.guests import a_participant, a_project, say

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_staff_invite_a_guest_who_sees_their_tabs_and_talks(
    page, browser, site, sign_in, alice, bob, axe, everyone_folder
):
    project = a_project(alice, users=(bob,))
    a_participant(alice, project)
    say(alice, project, "Between us: they pay late")
    sign_in(page, alice)
    page.goto(f"{site}/projects/{project.pk}/contacts/")
    page.get_by_role("link", name="Guests").click()
    page.get_by_text("No guests yet").wait_for()
    assert axe(page) == []
    page.get_by_role("link", name="Invite a guest").first.click()
    page.get_by_label("Who").select_option(label="Gina Guest (gina@example.com)")
    page.get_by_label("Files").check()
    assert axe(page) == []
    page.get_by_role("button", name="Save").click()
    page.get_by_text("gina@example.com was sent an invitation.").wait_for()
    page.get_by_text("has not signed in yet").wait_for()
    assert axe(page) == []
    page.set_viewport_size({"width": 360, "height": 740})
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert axe(page) == []
    page.set_viewport_size({"width": 1440, "height": 900})

    gina = User.objects.get(email="gina@example.com")
    other = browser.new_context(locale="en-GB", viewport={"width": 360, "height": 740})
    ginas = other.new_page()
    sign_in(ginas, gina)
    with ginas.expect_request(lambda request: "/live/" in request.url):
        ginas.goto(f"{site}/")
    assert ginas.url == f"{site}/guest/{project.pk}/"
    tabs = ginas.get_by_role("navigation", name="Parts of this project").get_by_role("link")
    assert [each.strip() for each in tabs.all_inner_texts()] == ["Chat", "About the project", "Files"]
    assert not row(ginas, "they pay late").count()
    with page.expect_request(lambda request: "/live/" in request.url):
        page.goto(f"{site}/projects/{project.pk}/")

    page.get_by_text("A guest reads along: Gina Guest").wait_for()
    write(page, "Welcome, Gina")
    row(ginas, "Welcome, Gina").wait_for()
    write(ginas, "Good morning from the site")
    row(page, "Good morning from the site").get_by_text("from outside").wait_for()
    row(ginas, "Welcome, Gina").first.get_by_role("button", name="Actions").click()
    for hidden in ("Pin or unpin", "Make a task", "Forward", "Read by"):
        assert not ginas.get_by_text(hidden).count()
    ginas.get_by_role("button", name="👍").click()
    page.locator("[data-react='👍']").wait_for()
    other.set_offline(True)
    write(ginas, "From the cellar")
    ginas.locator(".message--waiting", has_text="From the cellar").wait_for()
    other.set_offline(False)
    row(page, "From the cellar").wait_for()
    assert axe(ginas) == []
    assert ginas.evaluate("document.documentElement.scrollWidth <= innerWidth")

    ginas.get_by_role("link", name="About the project").click()
    ginas.get_by_text("Under way").wait_for()
    assert axe(ginas) == []
    refused = ginas.request.get(f"{site}/guest/{project.pk}/tasks/")
    assert refused.status == 404
    page.goto(f"{site}/projects/{project.pk}/guests/")
    page.get_by_role("button", name="End access").click()
    page.get_by_text("Gina Guest is a guest no more.").wait_for()
    ginas.goto(f"{site}/guest/")
    ginas.get_by_text("No project is open to you now").wait_for()
    assert axe(ginas) == []
    access = GuestAccess.objects.get()
    assert access.entity == Entity.objects.get(user=gina)
    assert Message.objects.filter(author__entity=access.entity).count() == 2
    other.close()
