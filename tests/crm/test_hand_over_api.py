"""Programs hand contacts over, read what was handed over, take it back; the house's receivers hear of it."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest
from django.test import Client

from apps.accounts.services.tokens import create_token
from apps.core import clock
from apps.core.models import WebhookEvent
from apps.crm.models import Assignment
from apps.crm.services.dealer_feed.audiences import HOUSE
from apps.crm.services.dealer_feed.receivers import make_receiver
from apps.crm.services.hand_over_notices import tell_hand_overs
from apps.crm.services.journeys import move_contact
from apps.crm.services.personas import give_persona
from tests.conftest import make_user
from tests.contacts.factories import FolderFactory, PersonFactory
from tests.crm.factories import NOW
from tests.crm.test_journey_bulk import persona, stage

pytestmark = pytest.mark.django_db
TODAY = NOW.date()
BACK = TODAY + timedelta(days=14)


@pytest.fixture(autouse=True)
def _clock(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def sam():
    return make_user("sam@example.com", "Sam Sales", "sales")


@pytest.fixture
def portfolio(bob):
    """Two of Bob's, one of them in his personal folder."""
    people = [PersonFactory(last_name="Koval"), PersonFactory(folder=FolderFactory(kind="personal", owner=bob))]
    for entity in people:
        Assignment.objects.create(entity=entity, user=bob, valid_from=date(2026, 1, 1), created_at=NOW)
    return people


@pytest.fixture
def heard(ada, settings):
    settings.RAPPORT_PRIVATE_NETWORKS = ["127.0.0.0/8"]
    make_receiver(
        actor=ada, audience=HOUSE, name="Desk", url="http://127.0.0.1:9/", types=[], sees_money=False, now=NOW
    )

    def events(kind):
        rows = WebhookEvent.objects.filter(audience=HOUSE, type=kind).order_by("pk")
        return list(rows.values_list("subject", flat=True))

    return events


def api(user, method, path="", body=None, *, scopes=("contacts:read", "contacts:write")):
    _row, token = create_token(actor=user, user=user, name="test", scopes=scopes, expires_at=None, now=clock.now())
    client = Client(headers={"Authorization": f"Bearer {token}"})
    data = b"" if body is None else json.dumps(body)
    return client.generic(method, f"/api/v1/hand-overs{path}", data, "application/json")


def test_a_program_hands_a_portfolio_over_reads_it_and_takes_it_back(bob, sam, portfolio):
    wish = {"from_user_id": bob.pk, "to_user_id": sam.pk, "until": BACK.isoformat(), "note": "Vacation"}
    answer = api(bob, "POST", "", wish)
    assert answer.status_code == 201, answer.content
    made = answer.json()
    assert (made["state"], made["contact_ids"], made["contact_count"]) == ("standing", [portfolio[0].pk], 1)
    assert (made["starts_on"], made["until"], made["takes_tasks"]) == (TODAY.isoformat(), BACK.isoformat(), True)
    assert api(sam, "GET", f"/{made['id']}").json() == made
    [row] = api(sam, "GET", f"?to_user_id={sam.pk}&contact_id={portfolio[0].pk}").json()["items"]
    assert row["id"] == made["id"]
    assert api(sam, "GET", f"?from_user_id={sam.pk}").json()["items"] == []

    assert api(sam, "POST", f"/{made['id']}/undo").status_code == 403
    assert api(bob, "POST", f"/{made['id']}/undo").json()["state"] == "undone"
    assert not Assignment.objects.filter(user=sam).exists()
    assert api(bob, "POST", f"/{made['id']}/undo").status_code in (400, 409, 422)


def test_an_outsider_reads_nothing_and_hands_nothing_over(bob, sam, charlie, portfolio):
    made = api(bob, "POST", "", {"contact_ids": [portfolio[0].pk], "to_user_id": sam.pk}).json()
    assert api(charlie, "GET", f"/{made['id']}").status_code == 404
    assert api(charlie, "GET").json()["items"] == []
    wish = {"contact_ids": [each.pk for each in portfolio], "to_user_id": charlie.pk}
    assert api(charlie, "POST", "", wish).status_code in (400, 422)
    assert not Assignment.objects.filter(user=charlie).exists()
    assert api(bob, "POST", "", wish, scopes=("contacts:read",)).status_code == 403


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        ({}, "contact_ids"),
        ({"contact_ids": [1], "from_user_id": 1}, "contact_ids"),
        ({"contact_ids": [1], "to_user_id": 10**9}, "to_user_id"),
        ({"contact_ids": [1], "to_team_id": 10**9}, "to_team_id"),
        ({"contact_ids": []}, "contact_ids"),
    ],
)
def test_what_makes_no_sense_is_refused_at_its_field(bob, wish, field):
    answer = api(bob, "POST", "", wish)
    assert answer.status_code in (400, 422)
    assert field in answer.content.decode()


def test_receivers_hear_of_hand_overs_returns_and_stages(bob, sam, portfolio, heard):
    give_persona(actor=bob, entity=portfolio[0], persona=persona("lead"), now=NOW)
    wish = {"contact_ids": [portfolio[0].pk], "to_user_id": sam.pk, "until": BACK.isoformat()}
    made = api(bob, "POST", "", wish).json()
    subject = {"id": portfolio[0].pk, "hand_over": made["id"]}
    assert heard("contact.handed_over") == [subject]
    assert heard("contact.returned") == []
    assert tell_hand_overs(now=NOW + timedelta(days=14)) == 1
    assert tell_hand_overs(now=NOW + timedelta(days=15)) == 0
    assert heard("contact.returned") == [subject]

    move_contact(actor=sam, entity=portfolio[0], stage=stage("Contacted"), now=NOW)
    moved = [(each["id"], each["left"], each["stage"]) for each in heard("contact.stage_changed")]
    assert moved[-1] == (portfolio[0].pk, stage("New").pk, stage("Contacted").pk)
