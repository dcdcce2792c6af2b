"""Reports of opportunities, in spelled-out figures; that each opens its rows is shown with all other reports."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.core.cache import cache

from apps.crm.models import LostReason, PipelineStage
from apps.crm.services.opportunities import OpportunityInput, make_opportunity, move_opportunity, trash_opportunity
from tests.contacts.factories import FolderFactory, PersonFactory

pytestmark = pytest.mark.django_db
OF_2026 = {"period": "own", "from": "2026-01-01", "to": "2026-12-31"}


@pytest.fixture(autouse=True)
def _in_kyiv(settings):
    settings.RAPPORT_TIME_ZONE = "Europe/Kyiv"
    cache.clear()


def at(month, day, hour=9):
    return datetime(2026, month, day, hour, tzinfo=UTC)


def stage(name):
    return PipelineStage.objects.select_related("pipeline").get(pipeline__name="Sales", name=name)


def an_opportunity(actor, revenue, *, now, in_stage="Enquiry", **fields):
    data = OpportunityInput(title="Facade", owner=actor, revenue=revenue and Decimal(revenue), **fields)
    return make_opportunity(actor=actor, data=data, stage=stage(in_stage), now=now)


def move(actor, opportunity, name, *, now, **more):
    move_opportunity(actor=actor, opportunity=opportunity, stage=stage(name), now=now, **more)
    opportunity.refresh_from_db()


def lines(client, key, **query):
    page = client.get(f"/reports/{key}/", OF_2026 | query)
    return {line.title: [cell.text for cell in line.cells] for line in page.context["lines"]}


def test_the_open_pipeline_is_as_it_stood_at_the_end_of_the_last_day(client, bob):
    client.force_login(bob)
    one = an_opportunity(bob, "1000.00", now=at(3, 10), probability=50)
    an_opportunity(bob, "33.33", now=at(3, 10), probability=50)
    an_opportunity(bob, None, now=at(3, 10), probability=50)
    an_opportunity(bob, "700.00", now=at(3, 10), currency="EUR", probability=10)
    move(bob, one, "Offer sent", now=at(3, 31, 20))  # 23:00 in Kyiv
    move(bob, one, "Won", now=at(3, 31, 21))  # 00:00 of April in Kyiv

    assert lines(client, "opportunity-pipeline", to="2026-03-30") == {
        "Enquiry": ["3", "1,033.33", "516.67"],
        "In all": ["3", "1,033.33", "516.67"],
    }
    assert lines(client, "opportunity-pipeline", to="2026-03-31") == {
        "Enquiry": ["2", "33.33", "16.67"],
        "Offer sent": ["1", "1,000.00", "500.00"],
        "In all": ["3", "1,033.33", "516.67"],
    }
    assert lines(client, "opportunity-pipeline", to="2026-04-01")["In all"] == ["2", "33.33", "16.67"]
    assert lines(client, "opportunity-pipeline", currency="EUR")["In all"] == ["1", "700.00", "70.00"]
    file = client.get("/reports/opportunity-pipeline/file/csv/", OF_2026).content.decode()
    assert file.splitlines()[-1] == "In all,2,33.33,16.67"


def test_what_was_won_and_lost_counts_in_the_month_of_the_company_and_by_its_reason(client, bob):
    client.force_login(bob)
    price = LostReason.objects.get(name="Price")
    won = an_opportunity(bob, "1000.00", now=at(3, 31, 12), source="Exhibition")
    move(bob, won, "Won", now=at(3, 31, 21))
    lost = an_opportunity(bob, "200.50", now=at(4, 1))
    move(bob, lost, "Lost", now=at(4, 11), lost_reason=price)
    again = an_opportunity(bob, "9000.00", now=at(4, 1))
    move(bob, again, "Lost", now=at(4, 2), lost_reason=price)
    move(bob, again, "Negotiation", now=at(4, 3))

    assert lines(client, "opportunities-closed", by="month") == {
        "April 2026": ["1", "1", "5.2 days"],
        "In all": ["1", "1", "5.2 days"],
    }
    assert lines(client, "opportunities-closed", by="reason")["Price"][:2] == ["0", "1"]
    assert lines(client, "opportunity-revenue", by="source") == {
        "Exhibition": ["1,000.00", "–", "1"],
        "Not told": ["–", "200.50", "1"],
        "In all": ["1,000.00", "200.50", "2"],
    }
    assert lines(client, "opportunities-made", by="month") == {
        "March 2026": ["1", "0", "1", "0"],
        "April 2026": ["2", "1", "0", "1"],
        "In all": ["3", "1", "1", "1"],
    }


def test_what_is_in_the_bin_or_of_a_contact_that_one_may_not_see_is_not_counted(client, bob, charlie):
    seen = PersonFactory(folder=FolderFactory(name="Bob's", kind="personal", owner=bob))
    an_opportunity(bob, "5.00", now=at(5, 5), contacts=[seen])
    gone = an_opportunity(bob, "7.00", now=at(5, 5))
    trash_opportunity(actor=bob, opportunity=gone, now=at(5, 6))

    client.force_login(bob)
    assert lines(client, "opportunity-pipeline")["In all"][:2] == ["1", "5.00"]
    client.force_login(charlie)
    assert client.get("/reports/opportunity-pipeline/", OF_2026).context["figures"].lines == ()


def test_stages_bear_their_pipeline_where_there_are_several(client, bob):
    client.force_login(bob)
    an_opportunity(bob, "5.00", now=at(5, 5))
    first = stage("Enquiry").pipeline
    type(first).objects.create(name="Service", purpose="opportunity", position=5)

    assert list(lines(client, "opportunity-pipeline")) == ["Sales: Enquiry", "In all"]
