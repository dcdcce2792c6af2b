"""Two subjects are tried on a part; the better one goes to the rest by itself."""

from __future__ import annotations

import pytest

from apps.core import clock
from apps.core.models import OutgoingMail
from apps.crm.models import CampaignRecipient
from apps.crm.services.campaigns import pause_campaign, resume_campaign, run_campaigns, start_campaign
from tests.crm.campaigning import HOUR, MINUTE, draft, person
from tests.crm.factories import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _house(settings, monkeypatch):
    settings.RAPPORT_SITE_URL = "https://rapport.example/"
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def trial(charlie):
    """Of ten people four get one of both subjects."""
    for number in range(10):
        person(f"N{number}")
    campaign = draft(charlie, subject="First", subject_b="Second", test_share=40, wait_hours=4)
    start_campaign(actor=charlie, campaign=campaign, now=NOW)
    run_campaigns(now=NOW)
    return campaign


def variants(campaign) -> list[str]:
    made = campaign.recipients.filter(made_at__isnull=False).order_by("pk")
    return list(made.values_list("variant", flat=True))


def click(campaign, variant: str, number: int) -> None:
    rows = CampaignRecipient.objects.filter(campaign=campaign, variant=variant).order_by("pk")[:number]
    CampaignRecipient.objects.filter(pk__in=[row.pk for row in rows]).update(clicked_at=NOW)


def test_the_winner_goes_to_the_rest_when_the_wait_is_over(trial):
    assert sorted(variants(trial)) == ["a", "a", "b", "b"]
    click(trial, "b", 1)

    run_campaigns(now=NOW + 4 * HOUR - MINUTE)
    assert len(variants(trial)) == 4
    run_campaigns(now=NOW + 4 * HOUR)
    run_campaigns(now=NOW + 4 * HOUR)

    trial.refresh_from_db()
    assert (trial.winner, trial.decided_at, trial.state) == ("b", NOW + 4 * HOUR, "done")
    assert sorted(variants(trial)) == ["a", "a", *["b"] * 8]
    subjects = [b"Subject: Second" in bytes(mail.raw) for mail in OutgoingMail.objects.all()]
    assert sum(subjects) == 8


@pytest.mark.parametrize(("a", "b"), [(0, 0), (1, 1), (2, 1)])
def test_even_or_without_a_sign_it_is_the_first(trial, a, b):
    click(trial, "a", a)
    click(trial, "b", b)

    run_campaigns(now=NOW + 4 * HOUR)

    trial.refresh_from_db()
    assert trial.winner == "a"


def test_while_it_rests_nothing_is_decided(trial, charlie):
    pause_campaign(actor=charlie, campaign=trial, now=NOW)
    run_campaigns(now=NOW + 5 * HOUR)
    trial.refresh_from_db()
    assert trial.winner == ""

    resume_campaign(actor=charlie, campaign=trial, now=NOW + 5 * HOUR)
    run_campaigns(now=NOW + 5 * HOUR)
    trial.refresh_from_db()
    assert (trial.winner, len(variants(trial))) == ("a", 10)


def test_one_that_nobody_is_left_of_after_the_test_is_over(charlie):
    person("Anna")
    person("Boris")
    campaign = draft(charlie, subject="First", subject_b="Second", test_share=10)
    start_campaign(actor=charlie, campaign=campaign, now=NOW)

    run_campaigns(now=NOW)

    campaign.refresh_from_db()
    assert (campaign.state, campaign.winner, sorted(variants(campaign))) == ("done", "", ["a", "b"])
