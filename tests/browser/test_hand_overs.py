"""A vacation: the lead hands a portfolio over, the stand-in works with it, on the day it returns."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from playwright.sync_api import expect

from apps.accounts.models import Team, TeamMembership
from apps.activities.services.task_input import TaskInput
from apps.activities.services.tasks import add_task
from apps.contacts.models import Entity, Folder
from apps.core import clock
from apps.core.clock import company_day
from apps.crm.models import Assignment, HandOver
from apps.crm.selectors.hand_overs import hand_over_figures, standing_in
from apps.crm.selectors.in_charge import who_is_in_charge
from apps.crm.services.hand_over_notices import tell_hand_overs
from tests.conftest import make_user
from tests.contacts.factories import PersonFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
COUNT = 240  # more than is done while one waits


@pytest.fixture
def anna(bob):
    """Bob's colleague, with contacts and a promise for today; alice leads both."""
    anna = make_user("anna@example.com", "Anna Sales", "sales")
    lena = make_user("lena@example.com", "Lena Lead", "sales")
    team = Team.objects.create(name="East", kind=Team.Kind.SALES)
    for user, role in ((lena, "lead"), (anna, "member"), (bob, "member")):
        TeamMembership.objects.create(team=team, user=user, role=role, valid_from=date(2026, 1, 1))
    folder = Folder.objects.get(is_default=True)
    people = Entity.objects.bulk_create(
        PersonFactory.build(first_name="Ivan", last_name=f"Bondar {n:03}", folder=folder) for n in range(COUNT)
    )
    now = clock.now()
    began = company_day(now) - timedelta(days=30)
    Assignment.objects.bulk_create(
        Assignment(entity=person, user=anna, valid_from=began, created_at=now) for person in people
    )
    wish = TaskInput(subject="Call back", zone="Europe/Kyiv", entities=[people[0]], due_on=company_day(now))
    add_task(actor=anna, data=wish, now=now)
    return anna


def test_a_whole_vacation(page, site, worker, sign_in, axe, anna, bob):
    team = Team.objects.get(name="East")
    lena = TeamMembership.objects.get(team=team, role="lead").user
    today = company_day(clock.now())
    back = today + timedelta(days=14)

    # The lead hands everything of Anna to Bob, from the page of the team.
    sign_in(page, lena)
    page.goto(f"{site}/crm/teams/{team.pk}/")
    expect(page.locator("main")).to_contain_text("3 of 3 are there today")
    page.get_by_role("link", name="Hand over: Anna Sales").click()
    sheet = page.locator("#sheet")
    sheet.get_by_label("To whom").select_option(label="Bob Sales")
    sheet.get_by_label("Back on").fill(back.isoformat())
    sheet.get_by_label("What to know").fill("Vacation")
    assert axe(page) == []
    sheet.get_by_role("button", name="Save").click()
    expect(page.locator("#operation")).to_contain_text("Done", timeout=60_000)
    page.goto(f"{site}/crm/hand-overs/")
    expect(page.locator("main")).to_contain_text(f"0 of {COUNT}")
    assert axe(page) == []

    # The stand-in sees it on Home, reads the dossier and confirms.
    sign_in(page, bob)
    page.goto(site)
    expect(page.locator("main")).to_contain_text("You stand in for Anna Sales until")
    expect(page.locator("main")).to_contain_text(f"{COUNT} contacts, 1 thing due today")
    page.get_by_role("link", name="You stand in for Anna Sales").click()
    expect(page.locator("main")).to_contain_text("Call back")
    assert axe(page) == []
    page.get_by_role("button", name="Read: Ivan Bondar 000").click()
    expect(page.locator("main")).to_contain_text(f"1 of {COUNT} read")
    page.get_by_role("link", name="Not read yet").click()
    expect(page.get_by_role("link", name="Ivan Bondar 001")).to_be_visible()
    expect(page.get_by_role("link", name="Ivan Bondar 000")).to_have_count(0)
    page.get_by_role("button", name="Confirm all").click()
    expect(page.locator("main")).to_contain_text(f"{COUNT} of {COUNT} read")

    # Anna's page of a contact says who has it now.
    first = Entity.objects.get(last_name="Bondar 000")
    sign_in(page, anna)
    page.goto(f"{site}/contacts/{first.pk}/charge/")
    expect(page.locator("#contact-tab")).to_contain_text("Bob Sales")
    expect(page.locator("#contact-tab")).to_contain_text("Vacation")

    # On the day it is Anna's again, both hear of it once, and the report shows it.
    assert who_is_in_charge(first.pk, "account", back - timedelta(days=1)) == bob
    assert who_is_in_charge(first.pk, "account", back) == anna
    assert standing_in(bob, on=back) == []
    morning = datetime.combine(back, datetime.min.time(), ZoneInfo(settings.RAPPORT_TIME_ZONE)) + timedelta(hours=7)
    assert tell_hand_overs(now=morning) == 1
    page.goto(f"{site}/activities/notices/")
    expect(page.locator("main")).to_contain_text("The contacts are back with Anna Sales; Bob Sales stood in")
    figure = hand_over_figures(HandOver.objects.all(), first=today, last=today)
    assert (figure.hand_overs, figure.contacts) == (1, COUNT)
