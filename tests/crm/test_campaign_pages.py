"""A campaign is written, tried, planned, started and read on its pages."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from apps.accounts.services.tokens import create_token
from apps.core import clock
from apps.core.models import OutgoingMail
from apps.crm.models import Campaign, MailingTopic
from apps.crm.services.campaigns import run_campaigns, start_campaign
from apps.messaging.models import MailTemplate
from tests.conftest import make_user
from tests.crm.campaigning import HOUR, draft, person, segment_of
from tests.crm.factories import NOW

pytestmark = pytest.mark.django_db
TERMS = {"name": "Oak week", "language": "en", "per_minute": "60", "tracks_clicks": "on"}
WORDS = {"test_share": "20", "wait_hours": "4", "winner_by": "clicked"}


@pytest.fixture(autouse=True)
def _house(settings, monkeypatch):
    settings.RAPPORT_SITE_URL = "https://rapport.example/"
    monkeypatch.setattr(clock, "now", lambda: NOW)


def page(client, campaign) -> str:
    content: str = client.get(reverse("crm:campaign", args=[campaign.pk])).content.decode()
    return content


def read(user, campaign):
    """Over the API."""
    _row, token = create_token(actor=user, user=user, name="test", scopes=["contacts:read"], expires_at=None, now=NOW)
    headers = {"Authorization": f"Bearer {token}"}
    return Client(headers=headers).get(f"/api/v1/campaigns/{campaign.pk}").json()


def post(client, step: str, campaign, data=None):
    return client.post(reverse(f"crm:campaign_{step}", args=[campaign.pk]), data or {})


def test_from_a_segment_to_its_results(client, charlie):
    person("Anna")
    segment = segment_of(charlie)
    topic = MailingTopic.objects.create(key="news", title="News")
    client.force_login(charlie)
    assert "No campaigns yet" in client.get(reverse("crm:campaigns")).content.decode()

    client.post(reverse("crm:campaign_add"), TERMS | {"segment": segment.pk, "topic": topic.pk})
    campaign = Campaign.objects.get()
    assert "It has no subject." in page(client, campaign)
    assert "Send to" not in page(client, campaign)
    words = {"version": campaign.version, "subject": "Oak for {{ contact.first_name }}", "body": "<p>Look</p>"}
    assert post(client, "words", campaign, WORDS | words).status_code == 302
    shown = page(client, campaign)
    assert "Oak for Anna" in shown
    assert "Send to 1 contact now" in shown

    post(client, "test", campaign)
    assert OutgoingMail.objects.get().recipients == ["charlie@example.com"]
    post(client, "start", campaign)
    run_campaigns(now=NOW)
    shown = page(client, campaign)
    assert "Results" in shown
    assert OutgoingMail.objects.count() == 2
    assert "Anna" in client.get(reverse("crm:campaign_recipients", args=[campaign.pk])).content.decode()
    post(client, "copy", campaign)
    assert Campaign.objects.filter(state="draft", name="Oak week (copy)", subject=words["subject"]).exists()


def test_it_begins_with_the_words_of_a_template(client, charlie):
    template = MailTemplate.objects.get(key="free")
    client.force_login(charlie)

    client.post(reverse("crm:campaign_add"), TERMS | {"template": template.pk})

    assert Campaign.objects.get().body == template.versions.filter(language="en").order_by("-number")[0].body


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"subject": "{{ contact.frist_name }}"}, "There is no “contact.frist_name”."),
        ({"subject": "A", "subject_b": "A"}, "Both subjects are the same."),
        ({"subject": "A", "subject_b": "B", "winner_by": "opened"}, "That is not counted in this campaign"),
        ({"subject": "A", "version": "9"}, "Somebody has changed this campaign meanwhile."),
    ],
)
def test_what_cant_be_is_told_where_it_was_typed(client, charlie, typed, said):
    campaign = draft(charlie)
    client.force_login(charlie)

    answer = post(client, "words", campaign, {**WORDS, "version": campaign.version, "body": "<p>Look</p>", **typed})

    assert answer.status_code == 422
    assert said in answer.content.decode()


def test_it_is_planned_paused_resumed_and_stopped(client, charlie):
    for number in range(3):
        person(f"N{number}")
    campaign = draft(charlie, per_minute=1)
    client.force_login(charlie)

    assert post(client, "schedule", campaign, {"at": "2020-01-01T10:00"}).status_code == 422
    post(client, "schedule", campaign, {"at": "2026-11-03T10:00"})
    assert "begins" in page(client, campaign)
    post(client, "unschedule", campaign)
    post(client, "start", campaign)
    run_campaigns(now=NOW)
    post(client, "pause", campaign)
    assert "Go on" in page(client, campaign)
    post(client, "resume", campaign)
    assert 'hx-trigger="every 30s"' in page(client, campaign)
    post(client, "cancel", campaign)
    campaign.refresh_from_db()
    assert campaign.state == "cancelled"
    answer = client.post(reverse("crm:campaign_resume", args=[campaign.pk]), follow=True)
    assert "That can&#x27;t be done any more" in answer.content.decode()


def test_who_is_left_out_can_be_looked_at(client, charlie):
    person("Anna")
    person("Gone", "")
    campaign = draft(charlie)
    client.force_login(charlie)
    assert "No e-mail address" in page(client, campaign)

    shown = client.get(reverse("crm:campaign_left_out", args=[campaign.pk, "no_address"])).content.decode()

    assert "Gone Koval" in shown
    assert client.get(reverse("crm:campaign_left_out", args=[campaign.pk, "nonsense"])).status_code == 404


def test_the_preview_fills_what_is_typed_and_keeps_none_of_it(client, charlie):
    person("Anna")
    campaign = draft(charlie)
    client.force_login(charlie)

    shown = post(client, "preview", campaign, {"subject": "Hi {{ contact.first_name }}", "body": "<p>{{ x.y }}</p>"})

    assert "Hi Anna" in shown.content.decode()
    campaign.refresh_from_db()
    assert campaign.subject == "Oak for {{ contact.first_name }}"


def test_sales_read_it_and_change_nothing_and_others_dont_come_in(client, charlie, bob):
    person("Anna")
    campaign = draft(charlie)
    client.force_login(bob)
    assert "Send to" not in page(client, campaign)
    assert post(client, "start", campaign).status_code == 403
    client.force_login(make_user("fin@example.com", "Fin", "finance"))
    assert client.get(reverse("crm:campaigns")).status_code == 403
    assert reverse("crm:campaigns") not in client.get("/").content.decode()


def test_pages_ask_the_same_number_of_questions_for_few_and_for_many(client, charlie, django_assert_max_num_queries):
    for number in range(40):
        person(f"N{number}")
    segment = segment_of(charlie)
    campaigns = [draft(charlie, segment, name=f"Campaign {number}") for number in range(20)]
    start_campaign(actor=charlie, campaign=campaigns[0], now=NOW)
    run_campaigns(now=NOW + HOUR)
    client.force_login(charlie)
    client.get(reverse("crm:campaigns"))
    with django_assert_max_num_queries(18):
        client.get(reverse("crm:campaigns"))
    with django_assert_max_num_queries(20):
        page(client, campaigns[0])
    with django_assert_max_num_queries(24):
        page(client, campaigns[1])
    with django_assert_max_num_queries(20):
        client.get(reverse("crm:campaign_recipients", args=[campaigns[0].pk]))


def test_a_segment_that_is_not_shared_is_named_nowhere_to_others(client, alice, charlie):
    segment = segment_of(charlie, name="Walk-outs of Lviv", is_shared=False)
    person("Anna")
    campaign = draft(charlie, segment)
    pages = [reverse(name, args=args) for name, args in _places(campaign)]

    client.force_login(alice)
    told = [client.get(url).content.decode() for url in pages]
    for shown in told:
        assert "Walk-outs" not in shown
        assert f"/crm/segments/{segment.pk}/" not in shown
    assert all("a private segment" in shown for shown in told)
    assert "City" not in told[1]
    found = read(alice, campaign)
    assert (found["segment_id"], found["segment"]) == (None, "a private segment")

    client.force_login(charlie)
    assert all("Walk-outs of Lviv" in client.get(url).content.decode() for url in pages)
    found = read(charlie, campaign)
    assert (found["segment_id"], found["segment"]) == (segment.pk, "Walk-outs of Lviv")


def _places(campaign):
    return [("crm:campaigns", []), ("crm:campaign", [campaign.pk]), ("crm:campaign_edit", [campaign.pk])]
