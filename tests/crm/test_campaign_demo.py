"""The demo company has sent two campaigns, with figures that say something; and programs read them."""

from __future__ import annotations

import pytest
from django.http import QueryDict

from apps.activities.models import Activity
from apps.core import clock
from apps.core.contributions import reports
from apps.core.reports.asked import read_asked
from apps.core.reports.figures import figures_of
from apps.crm.demo.campaigns import load_campaigns
from apps.crm.models import Campaign
from apps.crm.selectors.campaign_results import results_of
from tests.conftest import make_user
from tests.contacts.factories import PersonFactory
from tests.crm.factories import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)
    user = make_user("manager@demo.rapport.example", "Ihor", "manager")
    for number in range(200):
        PersonFactory(first_name=f"N{number}", primary_email=f"n{number}@example.com")
    return user


def test_two_were_sent_and_one_is_being_written(manager):
    assert load_campaigns(now=NOW) == 3
    assert load_campaigns(now=NOW) == 0

    oak, prices = Campaign.objects.filter(state="done").order_by("pk")
    for campaign in (oak, prices):
        figures = {each.outcome: each.number for each in results_of(campaign, user=manager).figures}
        assert figures["sent"] > figures["opened"] > figures["clicked"] > figures["answered"] > 0
    assert {row.variant for row in results_of(oak, user=manager).variants} == {"a", "b"}
    assert Campaign.objects.filter(state="draft").count() == 1
    assert Activity.objects.filter(kind="campaign").count() > 300


def test_the_report_counts_what_left_and_what_came_of_it(manager):
    load_campaigns(now=NOW)

    report = reports.get("campaigns")
    assert report is not None
    asked = read_asked(report, QueryDict("by=campaign&period=last_365"), manager, NOW.date())
    found = figures_of(manager, asked, now=NOW)

    assert {line.key for line in found.lines} == set(Campaign.objects.filter(state="done").values_list("pk", flat=True))
    assert (found.total.values[0] or 0) > 300
