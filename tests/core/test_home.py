"""Home: which cards stand there for whom, in which order, and what they ask of the database."""

from __future__ import annotations

import pytest
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext

from apps.accounts.models import ROLES
from apps.core.contributions import home_cards, reports
from apps.core.home.slots import MOST, report_slot, slot_of, usual_slots
from apps.core.models import HomeLayout
from apps.core.reports.asked import read_asked
from apps.core.services.home import HomeIsFull, add_card, choose_cards
from tests.conftest import NOW
from tests.contacts.factories import PersonFactory
from tests.core.home import card_addresses, whole_home

pytestmark = pytest.mark.django_db
PIPELINE = "report:opportunity-pipeline?by=stage&period=this_month"


@pytest.fixture(autouse=True)
def _nothing_kept():
    cache.clear()


def keys(user):
    return [slot.key for slot in usual_slots(user)]


def test_each_role_has_cards_of_its_own(alice, bob, charlie, ada, dora):
    assert keys(bob)[:3] == ["tasks.due", "crm.standing_in", "tasks.waiting"]
    assert PIPELINE in keys(bob)
    assert "sync.rejections" in keys(ada)
    assert "sync.rejections" not in keys(bob)
    assert "report:activity?by=person&period=last_7" in keys(alice)
    assert not any("turnover" in key for key in keys(charlie))
    assert keys(dora) == []


@pytest.mark.parametrize("who", ["alice", "bob", "charlie", "ada"])
def test_each_card_of_a_role_answers_by_itself(client, request, everyone_folder, who):
    PersonFactory(folder=everyone_folder, created_at=NOW)
    client.force_login(request.getfixturevalue(who))

    assert len(card_addresses(client)) >= 7
    assert "Due today" in whole_home(client)


def test_home_asks_little_and_each_card_a_few_questions(client, alice):
    client.force_login(alice)
    whole_home(client)
    cache.clear()
    client.get("/")
    with CaptureQueriesContext(connection) as asked:
        client.get("/")
    assert len(asked) <= 7, [each["sql"][:1500] for each in asked]
    for url in card_addresses(client):
        with CaptureQueriesContext(connection) as asked:
            client.get(url, headers={"HX-Request": "true"})
        assert len(asked) <= 12, (url, [each["sql"][:1500] for each in asked])


def test_a_person_chooses_and_orders_cards_and_goes_back_to_the_roles(client, bob):
    client.force_login(bob)
    slots = ["contacts.recent", "report:new-contacts?by=month&period=this_year", "tasks.due", "sync.rejections", "x"]

    answer = client.post("/home/cards/", {"slots": slots, "save": "own"})

    assert answer.headers["Location"] == "/"
    assert HomeLayout.objects.get(user=bob).slots == slots[:3]
    assert [slot.key for slot in client.get("/").context["slots"]] == slots[:3]
    sheet = client.get("/home/cards/")
    assert [slot.key for slot in sheet.context["chosen"]] == slots[:3]
    assert "tasks.waiting" in [slot.key for slot in sheet.context["others"]]
    assert "Source · This month" not in sheet.text
    client.post("/home/cards/", {"save": "usual"})
    assert [slot.key for slot in client.get("/").context["slots"]] == keys(bob)


def test_all_cards_may_be_taken_away(client, bob):
    client.force_login(bob)
    client.post("/home/cards/", {"save": "own"})
    page = client.get("/")
    assert page.context["slots"] == []
    assert "No cards" in page.text


def test_a_report_is_put_on_home_from_its_page_as_it_stands_there_once(client, bob, everyone_folder):
    PersonFactory(folder=everyone_folder, created_at=NOW, source="form")
    client.force_login(bob)
    page = client.get(
        "/reports/new-contacts/", {"by": "source", "period": "own", "from": "2026-11-01", "to": "2026-11-30"}
    )
    slot = page.context["slot"]

    for _time in range(2):
        client.post("/home/add/", {"slot": slot, "back": "/reports/"})

    slots = HomeLayout.objects.get(user=bob).slots
    assert slots == [*keys(bob), slot]
    card = client.get("/home/card/", {"slot": slot})
    assert [cell.text for cell in card.context["total"].cells] == ["1", "1", "0"]
    assert "Typed in" in card.context["chart"]


def test_what_one_may_not_see_is_no_card_and_a_lost_right_takes_it_away(client, bob, charlie):
    client.force_login(charlie)
    slot = "report:turnover?by=dealer&period=this_year"
    for wrong in (slot, "sync.rejections", "report:none", "nothing", "", "x" * 501):
        assert client.get("/home/card/", {"slot": wrong}).status_code == 404
        assert client.post("/home/add/", {"slot": wrong}).status_code == 404
    with pytest.raises(PermissionDenied):
        add_card(actor=charlie, slot=slot)
    HomeLayout.objects.create(user=charlie, slots=[slot, "tasks.due"])
    assert [each.key for each in client.get("/").context["slots"]] == ["tasks.due"]


def test_home_holds_so_many_cards(bob):
    report = reports.get("new-contacts")
    assert report is not None
    slots = [f"report:new-contacts?by=month&period=own&from=2026-01-{day:02}&to=2026-12-31" for day in range(1, 32)]
    slots += [f"report:activity?by=month&period=own&from=2026-01-{day:02}&to=2026-12-31" for day in range(1, 32)]
    choose_cards(actor=bob, slots=slots)
    assert len(HomeLayout.objects.get(user=bob).slots) == MOST
    with pytest.raises(HomeIsFull):
        add_card(actor=bob, slot="tasks.due")


def test_a_slot_says_what_it_counts(bob):
    report = reports.get("new-contacts")
    assert report is not None
    asked = read_asked(report, QueryDict("by=source&period=last_month"), bob, NOW.date())
    slot = slot_of(bob, report_slot("new-contacts", asked))
    assert slot is not None
    assert (str(slot.title), slot.about) == ("New contacts", "Source · Last month")


def test_cards_stand_on_the_home_of_roles_that_there_are():
    standing = [each for card in home_cards for each in card.roles]
    standing += [each for report in reports for each in report.home_of]
    assert set(standing) <= set(ROLES)
