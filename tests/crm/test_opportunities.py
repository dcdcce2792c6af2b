"""Opportunities: who sees and moves them, what boards and forecasts sum up, what the history keeps."""

from __future__ import annotations

import json
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.accounts.models import Team, TeamMembership
from apps.accounts.services.tokens import create_token
from apps.activities.models import Activity
from apps.contacts.models import Folder
from apps.contacts.models.rights import forget_rights
from apps.core import clock
from apps.core.models import Operation, WebhookEvent
from apps.core.services.operations import undo
from apps.core.services.webhooks.endpoints import make_endpoint
from apps.crm.demo.opportunities import load_opportunities
from apps.crm.models import LostReason, Opportunity, OpportunityContact, OpportunityStep, PipelineStage
from apps.crm.selectors.opportunities import CARDS, OpportunityFilter, board_of, forecast, open_in, won_in
from apps.crm.services.assignments import assign
from apps.crm.services.hand_overs import Terms, begin_hand_over
from apps.crm.services.opportunities import (
    OpportunityChanged,
    OpportunityInput,
    OpportunityMoved,
    change_opportunity,
    make_opportunity,
    move_opportunity,
    trash_opportunity,
)
from apps.crm.services.pipeline_setup import StageInput, change_stage, retire_stage
from tests.conftest import make_user
from tests.contacts.factories import FolderFactory, OrganisationFactory, PersonFactory
from tests.crm.factories import NOW

pytestmark = pytest.mark.django_db
TODAY = NOW.date()


@pytest.fixture
def sam():
    return make_user("sam@example.com", "Sam Sales", "sales")


@pytest.fixture
def eve():
    return make_user("eve@example.com", "Eve Sales", "sales")


@pytest.fixture
def firm():
    return OrganisationFactory(name="Budmayster")


def stage(name):
    return PipelineStage.objects.select_related("pipeline").get(pipeline__name="Sales", name=name)


def an_opportunity(actor, title="Facade", *, at="Enquiry", now=NOW, **fields):
    values = {"owner": actor, "revenue": Decimal("1000.00"), **fields}
    return make_opportunity(actor=actor, data=OpportunityInput(title=title, **values), stage=stage(at), now=now)


def move(actor, opportunity, name, *, now=NOW, **more):
    return move_opportunity(actor=actor, opportunity=opportunity, stage=stage(name), now=now, **more)


def take_back(actor, operation, *, now=NOW):
    undo(actor=actor, operation=Operation.objects.get(pk=operation), now=now)


def columns(user, **wanted):
    board = board_of(user, stage("Enquiry").pipeline, OpportunityFilter(**wanted), now=NOW)
    return {column.stage.name: column for column in board.columns}


def test_one_is_made_for_a_contact_and_stands_in_its_history(sam, firm):
    made = an_opportunity(sam, "  Facade   of the school ", contacts=[firm], competitors=["Vikna", " "])
    assert (made.title, made.stage.name, made.competitors, made.percent) == (
        "Facade of the school",
        "Enquiry",
        ["Vikna"],
        10,
    )
    assert OpportunityContact.objects.get(opportunity=made).is_primary
    entry = Activity.objects.visible_to(sam).get(kind="opportunity")
    assert (entry.verb, entry.subject, entry.facts["to"]) == ("opportunity.made", "Facade of the school", "Enquiry")
    assert "1000" not in json.dumps(entry.facts)


def test_won_closes_it_and_going_back_opens_it_again(sam, firm):
    made = an_opportunity(sam, contacts=[firm])
    later = NOW + timedelta(days=3)
    operation = move(sam, made, "Won", now=later, reason="Signed")
    made.refresh_from_db()
    assert (made.stage.name, made.closed_at) == ("Won", later)
    assert [step.left_at for step in OpportunityStep.objects.filter(opportunity=made).order_by("pk")] == [later, None]
    assert Activity.objects.filter(verb="opportunity.won").count() == 1
    assert move(sam, made, "Won", now=later) is None  # a second call changes nothing
    move(sam, made, "Negotiation", now=later + timedelta(days=1))
    made.refresh_from_db()
    assert made.closed_at is None
    take_back(sam, Operation.objects.filter(verb="opportunity.moved").latest("pk").pk, now=later + timedelta(days=2))
    take_back(sam, operation, now=later + timedelta(days=2))
    made.refresh_from_db()
    assert (made.stage.name, made.closed_at) == ("Enquiry", None)
    assert OpportunityStep.objects.filter(opportunity=made).count() == 1


def test_a_lost_one_bears_its_reason_and_only_a_lost_one(sam):
    made, price = an_opportunity(sam), LostReason.objects.get(name="Price")
    move(sam, made, "Lost", lost_reason=price)
    made.refresh_from_db()
    assert made.lost_reason == price
    move(sam, made, "Won")
    made.refresh_from_db()
    assert made.lost_reason is None
    move(sam, made, "Negotiation", lost_reason=price)
    made.refresh_from_db()
    assert made.lost_reason is None


def test_a_move_from_where_it_stands_no_more_is_refused(sam, eve):
    made = an_opportunity(sam)
    move(sam, made, "Negotiation")
    with pytest.raises(OpportunityMoved, match="Negotiation"):
        move(sam, made, "Won", seen_stage=stage("Enquiry").pk)
    with pytest.raises(OpportunityChanged):
        change_opportunity(
            actor=sam, opportunity=made, data=OpportunityInput(title="Other", owner=sam), seen_version=1, now=NOW
        )
    made.refresh_from_db()
    assert (made.stage.name, made.title) == ("Negotiation", "Facade")


def test_only_who_manages_it_moves_it(sam, eve, firm):
    made = an_opportunity(sam, contacts=[firm])
    assert made in Opportunity.objects.visible_to(eve)
    for deed in (
        lambda: move(eve, made, "Won"),
        lambda: trash_opportunity(actor=eve, opportunity=made, now=NOW),
        lambda: change_opportunity(actor=eve, opportunity=made, data=OpportunityInput(title="X"), now=NOW),
    ):
        with pytest.raises(PermissionDenied):
            deed()
    team = Team.objects.create(name="East", kind=Team.Kind.SALES)
    for user, role in ((sam, "member"), (eve, "lead")):
        TeamMembership.objects.create(team=team, user=user, role=role, valid_from=date(2020, 1, 1))
    assert move(eve, made, "Won") is not None  # a lead of its owner


def test_an_outsider_sees_neither_it_nor_its_contact(sam, eve):
    hidden = FolderFactory(name="Board", kind=Folder.Kind.RESTRICTED)
    forget_rights()
    secret = PersonFactory(first_name="Secret", last_name="Buyer", folder=hidden)
    made = Opportunity.objects.create(
        title="Quiet", pipeline=stage("Enquiry").pipeline, stage=stage("Enquiry"), owner=sam, entered_at=NOW,
        created_at=NOW, changed_at=NOW,
    )  # fmt: skip
    OpportunityContact.objects.create(opportunity=made, entity=secret, is_primary=True)
    client = Client()
    client.force_login(eve)
    assert client.get(reverse("crm:opportunity", args=[made.pk])).status_code == 404
    assert b"Quiet" not in client.get(reverse("crm:opportunity_list")).content
    assert not columns(eve, words="Secret")["Enquiry"].cards
    client.force_login(sam)
    page = client.get(reverse("crm:opportunity", args=[made.pk])).content.decode()
    assert "Secret" not in page
    assert "1 contact that you" in page


def test_a_form_keeps_contacts_that_its_writer_does_not_see(sam, firm):
    hidden = FolderFactory(name="Board", kind=Folder.Kind.RESTRICTED)
    forget_rights()
    secret = PersonFactory(first_name="Secret", last_name="Buyer", folder=hidden)
    made = an_opportunity(sam, contacts=[firm])
    OpportunityContact.objects.create(opportunity=made, entity=secret)
    data = OpportunityInput(title="Facade", owner=sam, revenue=Decimal("1000.00"))
    change_opportunity(actor=sam, opportunity=made, data=data, now=NOW)
    assert list(OpportunityContact.objects.filter(opportunity=made).values_list("entity", flat=True)) == [secret.pk]


def test_a_margin_above_the_revenue_is_refused(sam):
    with pytest.raises(ValidationError):
        an_opportunity(sam, revenue=Decimal(10), margin=Decimal(11))


def test_thrown_away_it_counts_no_more_until_that_is_undone(sam):
    made = an_opportunity(sam)
    operation = trash_opportunity(actor=sam, opportunity=made, now=NOW)
    assert columns(sam)["Enquiry"].number == 0
    take_back(sam, operation)
    assert columns(sam)["Enquiry"].number == 1


def test_a_portfolio_handed_over_takes_the_open_ones_along(sam, eve, firm):
    assign(actor=sam, entity=firm, user=sam, on=TODAY, now=NOW)
    going, won = an_opportunity(sam, contacts=[firm]), an_opportunity(sam, "Old", contacts=[firm], at="Won")
    made = begin_hand_over(
        actor=sam, entity_ids=[firm.pk], terms=Terms(user=eve, starts_on=TODAY), from_user=sam, now=NOW
    )
    going.refresh_from_db()
    won.refresh_from_db()
    assert (going.owner, won.owner) == (eve, sam)
    take_back(sam, made.operation_id)
    going.refresh_from_db()
    assert going.owner == sam


def test_receivers_of_the_house_hear_what_happened(sam, admin_of_house):
    make_endpoint(
        actor=admin_of_house,
        audience="house",
        name="BI",
        url="https://1.1.1.1/hook",
        types=[],
        sees_money=True,
        now=NOW,
    )
    made = an_opportunity(sam)
    move(sam, made, "Won")
    told = list(WebhookEvent.objects.order_by("pk").values_list("type", "subject__id", "subject__from_stage_id"))
    first = stage("Enquiry").pk
    assert told == [
        ("opportunity.created", made.pk, None),
        ("opportunity.stage_changed", made.pk, first),
        ("opportunity.won", made.pk, first),
    ]


@pytest.fixture
def admin_of_house():
    return make_user("root@example.com", "Root", "admin")


def test_a_program_makes_changes_and_moves_one(sam, eve, firm):
    def api(user, method, path="", body=None, **headers):
        _row, token = create_token(
            actor=user,
            user=user,
            name="t",
            scopes=["contacts:read", "contacts:write"],
            expires_at=None,
            now=clock.now(),
        )
        client = Client(headers={"Authorization": f"Bearer {token}", **headers})
        data = b"" if body is None else json.dumps(body)
        return client.generic(method, f"/api/v1/opportunities{path}", data, "application/json")

    body = {"title": "Facade", "stage_id": stage("Enquiry").pk, "contact_ids": [firm.pk], "revenue": "250.50"}
    made = api(sam, "POST", body=body | {"owner_id": sam.pk})
    assert made.status_code == 201
    pk = made.json()["id"]
    assert api(sam, "POST", body={"title": "", "stage_id": stage("Enquiry").pk}).status_code == 422
    assert api(sam, "PATCH", f"/{pk}", {"expected_on": "2026-12-24"}, **{"If-Match": '"7"'}).status_code == 412
    changed = api(sam, "PATCH", f"/{pk}", {"expected_on": "2026-12-24"}, **{"If-Match": '"1"'}).json()
    assert (changed["expected_on"], changed["title"], changed["contact_ids"], changed["version"]) == (
        "2026-12-24", "Facade", [firm.pk], 2,
    )  # fmt: skip
    assert api(eve, "POST", f"/{pk}/move", {"stage_id": stage("Won").pk}).status_code == 403
    seen = {"stage_id": stage("Won").pk, "seen_stage_id": stage("Negotiation").pk}
    assert api(sam, "POST", f"/{pk}/move", seen).status_code == 409
    assert api(sam, "POST", f"/{pk}/move", {"stage_id": stage("Won").pk}).json()["outcome"] == "won"
    assert [each["id"] for each in api(sam, "GET", "?outcome=won").json()["items"]] == [pk]
    assert api(sam, "GET", "/pipelines").json()[0]["stages"][0]["name"] == "Enquiry"


def test_a_board_asks_as_much_for_a_hundred_cards_as_for_one(client, sam, firm):
    an_opportunity(sam, contacts=[firm])
    client.force_login(sam)
    url = reverse("crm:opportunity_board", args=[stage("Enquiry").pipeline_id])
    client.get(url)
    with CaptureQueriesContext(connection) as few:
        client.get(url)
    for number in range(100):
        an_opportunity(sam, f"Window {number}", contacts=[firm])
    with CaptureQueriesContext(connection) as many:
        page = client.get(url).content.decode()
    assert len(many) <= len(few) + 1  # there is a second page of cards now
    assert len(many) <= 20
    assert page.count("data-card=") == CARDS


def test_the_figure_of_a_forecast_opens_the_rows_that_it_counts(client, sam):
    an_opportunity(sam, "In time", expected_on=date(2026, 12, 10))
    an_opportunity(sam, "Next month", expected_on=date(2027, 1, 2))
    won = an_opportunity(sam, "Bought", expected_on=date(2026, 11, 1))
    move(sam, won, "Won", now=NOW)
    client.force_login(sam)
    page = client.get(reverse("crm:opportunity_forecast") + "?first=2026-11-01&last=2027-01-31").content.decode()
    links = [part.split('"')[0].replace("&amp;", "&") for part in page.split('href="')[1:]]
    december = next(link for link in links if "f.expected=2026-12-01" in link)
    assert titles(client, december) == {"In time"}
    november = next(link for link in links if "f.closed=2026-11-01" in link)
    assert titles(client, november) == {"Bought"}


def titles(client, url):
    page = client.get(url).content.decode()
    return {part.split("</a>")[0].split(">")[-1] for part in page.split('class="rows__link"')[1:]}


EACH = st.tuples(
    st.sampled_from(["Enquiry", "Offer sent", "Negotiation", "Won", "Lost"]),
    st.sampled_from(["UAH", "EUR"]),
    st.none() | st.integers(0, 10**6),
    st.none() | st.integers(0, 100),
    st.none() | st.integers(0, 120),
)


@given(st.lists(EACH, max_size=12))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_sums_of_boards_and_forecasts_are_those_of_the_rows(sam, rows):
    Opportunity.objects.all().delete()
    for name, currency, cents, chance, days in rows:
        an_opportunity(
            sam,
            at=name,
            currency=currency,
            revenue=None if cents is None else Decimal(cents) / 100,
            probability=chance,
            expected_on=None if days is None else TODAY + timedelta(days=days),
        )
    for name, column in columns(sam).items():
        there = Opportunity.objects.filter(stage__name=name).select_related("stage")
        assert column.number == there.count()
        for amount in column.sums:
            worth = [(each.revenue or Decimal(0), each.percent) for each in there if each.currency == amount.currency]
            assert amount.full == sum(revenue for revenue, _percent in worth)
            exact = sum((revenue * percent for revenue, percent in worth), Decimal(0)) / 100
            assert abs(amount.weighted - exact) <= Decimal("0.005")
    first, last = TODAY.replace(day=1), TODAY + timedelta(days=150)
    months = forecast(sam, OpportunityFilter(), first=first, last=last)
    seen = Opportunity.objects.visible_to(sam).live()
    assert sum(month.number for month in months if month.month) == open_in(seen, first, last).count()
    assert sum(month.won_number for month in months) == won_in(seen, first, last).count()
    assert sum(month.number for month in months if not month.month) == seen.open().filter(expected_on=None).count()


def test_the_demo_has_three_hundred_in_all_states(sam):
    make_user("sales@demo.rapport.example", "Sales", "sales")
    for number in range(5):
        PersonFactory(first_name=f"Person{number}", last_name="Koval")
    assert load_opportunities(now=NOW) == 300
    assert load_opportunities(now=NOW) == 0
    board = columns(sam)
    assert all(column.number > 3 for column in board.values())
    assert Opportunity.objects.filter(expected_on__lt=TODAY, closed_at=None).exists()
    for each in Opportunity.objects.all():
        assert OpportunityStep.objects.get(opportunity=each, left_at=None).stage_id == each.stage_id


def test_a_stage_in_use_keeps_its_outcome_and_passes_what_it_holds_on(sam, admin_of_house):
    made = an_opportunity(sam)
    data = StageInput(name="Enquiry", outcome="won")
    with pytest.raises(ValidationError, match="stand there"):
        change_stage(actor=admin_of_house, stage=stage("Enquiry"), data=data, now=NOW)
    for into in (None, stage("Won")):
        with pytest.raises(ValidationError):
            retire_stage(actor=admin_of_house, stage=stage("Enquiry"), into=into, now=NOW)
    assert retire_stage(actor=admin_of_house, stage=stage("Enquiry"), into=stage("Offer sent"), now=NOW) == 1
    made.refresh_from_db()
    assert made.stage.name == "Offer sent"
    assert OpportunityStep.objects.get(opportunity=made, left_at=None).stage.name == "Offer sent"
