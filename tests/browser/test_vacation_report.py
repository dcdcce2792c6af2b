"""A vacation from both sides: the stand-in finds the work on Home, on the day it returns, and the report shows both."""

from __future__ import annotations

import io
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import openpyxl
import pytest
from playwright.sync_api import expect

from apps.accounts.models import Team, TeamMembership
from apps.activities.services.task_input import TaskInput
from apps.activities.services.tasks import add_task
from apps.core import clock
from apps.crm.models import Assignment
from apps.crm.services.hand_over_notices import tell_hand_overs
from tests.conftest import make_user
from tests.contacts.factories import PersonFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
KYIV = ZoneInfo("Europe/Kyiv")
LEAVES = datetime(2026, 11, 30, 9, 0, tzinfo=KYIV)
BACK = datetime(2026, 12, 14, 9, 0, tzinfo=KYIV)


@pytest.fixture
def lena(bob):
    lena = make_user("lena@example.com", "Lena Lead", "sales")
    anna = make_user("anna@example.com", "Anna Sales", "sales")
    team = Team.objects.create(name="East", kind=Team.Kind.SALES)
    for user, role in ((lena, "lead"), (anna, "member"), (bob, "member")):
        TeamMembership.objects.create(team=team, user=user, role=role, valid_from=date(2026, 1, 1))
    people = [PersonFactory(first_name="Ivan", last_name=f"Bondar {n:02}") for n in range(12)]
    for person in people:
        Assignment.objects.create(entity=person, user=anna, valid_from=date(2026, 1, 1), created_at=LEAVES)
    wish = TaskInput(subject="Send the offer", zone="Europe/Kyiv", entities=[people[0]], due_on=date(2026, 12, 1))
    add_task(actor=anna, data=wish, now=LEAVES - timedelta(days=1))
    return lena


def test_a_whole_portfolio_before_a_vacation_with_a_stand_in_until_a_date(
    monkeypatch, page, live_server, sign_in, axe, bob, lena
):
    moment = LEAVES
    monkeypatch.setattr(clock, "now", lambda: moment)
    sign_in(page, lena)
    page.goto(f"{live_server.url}/crm/teams/{Team.objects.get().pk}/")
    page.get_by_role("link", name="Hand over: Anna Sales").click()
    sheet = page.locator("#sheet")
    sheet.get_by_label("To whom").select_option(label="Bob Sales")
    sheet.get_by_label("Back on").fill("2026-12-14")
    expect(sheet.get_by_label("Open tasks and meetings go along")).to_be_checked()
    sheet.get_by_role("button", name="Save").click()
    expect(page.locator("main")).to_contain_text("0 of 12 read")

    moment = LEAVES + timedelta(days=1)
    sign_in(page, bob)
    page.goto(live_server.url)
    expect(page.locator("main")).to_contain_text("You stand in for Anna Sales until")
    expect(page.locator(".task-row", has_text="Send the offer")).to_contain_text("Anna Sales")
    assert axe(page) == []
    expect(page.get_by_role("button", name="Complete: Send the offer")).to_be_visible()

    moment = BACK
    assert tell_hand_overs(now=BACK) == 1
    page.goto(live_server.url)
    expect(page.locator("main")).not_to_contain_text("You stand in for")
    expect(page.locator(".task-row", has_text="Send the offer")).to_have_count(0)
    page.goto(f"{live_server.url}/activities/tasks/")
    expect(page.locator("main")).not_to_contain_text("Send the offer")

    sign_in(page, lena)
    days = "period=own&from=2026-11-30&to=2026-11-30"
    assert figures(page, f"{live_server.url}/reports/hand-overs/?by=giver&{days}") == ["1", "12", "1", "0", "–"]
    days = "period=own&from=2026-12-01&to=2026-12-31"
    assert figures(page, f"{live_server.url}/reports/hand-overs/?by=giver&{days}") == ["0", "–", "0", "1", "12"]
    days = "period=own&from=2026-11-01&to=2026-12-31"
    team = Team.objects.get().pk
    query = f"by=from_team&of_team={team}&{days}"
    assert figures(page, f"{live_server.url}/reports/hand-overs/?{query}", "East") == ["1", "12", "1", "1", "12"]
    assert axe(page) == []
    assert figures(page, f"{live_server.url}/reports/handed-contacts/?{query}", "East") == ["12", "12", "12", "0"]
    answer = page.request.get(f"{live_server.url}/reports/hand-overs/file/xlsx/?{query}")
    sheet_of = openpyxl.load_workbook(io.BytesIO(answer.body())).active
    assert sheet_of is not None
    lines = [[cell.value for cell in row] for row in sheet_of.iter_rows()]
    assert ["East", 1, 12, 1, 1, 12] in [line[:6] for line in lines]
    page.locator("tbody tr", has_text="East").get_by_role("link", name="12").last.click()
    expect(page.get_by_role("link", name="Ivan Bondar 11")).to_be_visible()
    expect(page.locator(".rows__link")).to_have_count(12)


def figures(page, address, line="Anna Sales"):
    page.goto(address)
    cells = page.locator("tbody tr", has_text=line).first.locator("td")
    return [text.strip() for text in cells.all_inner_texts()]
