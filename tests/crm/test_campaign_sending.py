"""A campaign reaches everybody of its segment once, at its pace, and nobody who wants no mail."""

from __future__ import annotations

from email import message_from_bytes, policy

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction

from apps.activities.models import Activity
from apps.contacts.models import FolderPermission
from apps.contacts.services.trash import trash_entities
from apps.core import clock
from apps.core.models import OutgoingMail, Suppression
from apps.core.services import outbox
from apps.core.services.suppression import suppress
from apps.crm.models import Campaign, CampaignRecipient, MailingTopic
from apps.crm.selectors.campaign_audience import audience_of, left_out_of
from apps.crm.services.campaigns import (
    WrongState,
    cancel_campaign,
    pause_campaign,
    resume_campaign,
    run_campaigns,
    schedule_campaign,
    send_test,
    start_campaign,
    unschedule_campaign,
)
from tests.conftest import make_user
from tests.contacts.factories import FolderFactory
from tests.core.smtp_servers import sink
from tests.crm.campaigning import HOUR, MINUTE, draft, person, segment_of
from tests.crm.factories import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _house(settings, monkeypatch):
    settings.RAPPORT_SITE_URL = "https://rapport.example/"
    monkeypatch.setattr(clock, "now", lambda: NOW)


def addresses(campaign) -> list[str]:
    return sorted(CampaignRecipient.objects.filter(campaign=campaign).values_list("address", flat=True))


def state_of(campaign) -> str:
    campaign.refresh_from_db()
    return str(campaign.state)


def mails() -> list:
    return [message_from_bytes(bytes(mail.raw), policy=policy.default) for mail in OutgoingMail.objects.order_by("pk")]


def test_each_contact_gets_a_mail_of_their_own_words_once(settings, charlie):
    for name in ("Anna", "Boris"):
        person(name)
    campaign = draft(charlie, topic=MailingTopic.objects.create(key="news", title="News"))

    with sink(settings) as server:
        start_campaign(actor=charlie, campaign=campaign, now=NOW)
        start_campaign(actor=charlie, campaign=campaign, now=NOW)
        for _round in range(3):
            run_campaigns(now=NOW)
            outbox.send_due(now=NOW)
        run_campaigns(now=NOW)

    assert sorted(each.rcpt_tos[0] for each in server.envelopes) == ["anna@example.com", "boris@example.com"]
    mail = next(each for each in mails() if "anna" in each["To"])
    assert mail["Subject"] == "Oak for Anna"
    assert "Dear Anna, see" in mail.get_body(("plain",)).get_content()
    assert "https://vikna.example/oak?a=1&b=2" in mail.get_body(("plain",)).get_content()
    shown = mail.get_body(("html",)).get_content()
    assert "https://rapport.example/m/" in shown
    assert "vikna.example" not in shown
    assert "https://rapport.example/unsubscribe/" in shown
    assert mail["List-Unsubscribe"].startswith("<https://rapport.example/unsubscribe/")
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert state_of(campaign) == "done"
    assert set(OutgoingMail.objects.values_list("scope", flat=True)) == {"topic:news"}
    assert set(campaign.recipients.values_list("state", "is_noted")) == {("sent", True)}
    assert Activity.objects.filter(kind="campaign", verb="campaign.received", subject="Oak week").count() == 2


def test_who_is_left_out_is_told_by_reason(bob, charlie):
    hidden = FolderFactory(kind="restricted")
    FolderPermission.objects.create(folder=hidden, group=charlie.groups.get())
    person("Anna")
    person("Twin", "ANNA@example.com")
    person("Gone", "")
    person("Odd", "not an address")
    person("Left")
    person("Back")
    person("Angry")
    person("Topic")
    person("Zoe", folder=hidden)
    person("Кава", "кава@пошта.укр")
    suppress(addresses=["left@example.com"], reason=Suppression.Reason.UNSUBSCRIBED, now=NOW)
    suppress(addresses=["back@example.com"], reason=Suppression.Reason.BOUNCED, now=NOW)
    suppress(addresses=["angry@example.com"], reason=Suppression.Reason.COMPLAINED, now=NOW)
    suppress(addresses=["topic@example.com"], reason=Suppression.Reason.BY_HAND, scope="topic:news", now=NOW)
    suppress(addresses=["КАВА@пошта.укр"], reason=Suppression.Reason.BY_HAND, now=NOW)
    segment = segment_of(charlie)
    alice = make_user("alice@example.com", "Alice", "content", "manager")
    alice.groups.remove(charlie.groups.get())

    found = audience_of(segment, user=alice, scope="topic:news")

    assert found.number == 1
    assert found.left_out == {
        "no_address": 1,
        "broken": 1,
        "unsubscribed": 1,
        "bounced": 1,
        "complained": 1,
        "by_hand": 2,
        "double": 1,
        "hidden": 1,
    }
    assert [each.first_name for each in left_out_of(segment, "double", user=alice, scope="topic:news", limit=9)] == [
        "Twin"
    ]
    assert not left_out_of(segment, "hidden", user=alice, scope="topic:news", limit=9)
    assert audience_of(segment, user=charlie, scope="mailings").number == 3  # Zoe, and who left another topic alone


def test_it_is_frozen_at_the_start_with_the_sight_of_who_starts_it(charlie):
    person("Anna")
    campaign = draft(charlie)
    start_campaign(actor=charlie, campaign=campaign, now=NOW)
    person("Boris")

    run_campaigns(now=NOW)
    run_campaigns(now=NOW)

    assert addresses(campaign) == ["anna@example.com"]
    campaign.refresh_from_db()
    assert (campaign.total, campaign.left_out) == (1, {})


def test_who_unsubscribes_before_their_mail_is_made_or_sent_gets_none(settings, charlie):
    for name in ("Anna", "Boris", "Carl"):
        person(name)
    campaign = draft(charlie, per_minute=2)
    start_campaign(actor=charlie, campaign=campaign, now=NOW)
    run_campaigns(now=NOW)
    made = list(CampaignRecipient.objects.filter(state="made").order_by("pk"))
    waiting = CampaignRecipient.objects.get(state="waiting")

    suppress(addresses=[made[0].address, waiting.address], reason=Suppression.Reason.UNSUBSCRIBED, now=NOW)
    with sink(settings) as server:
        outbox.send_due(now=NOW)
        run_campaigns(now=NOW + 2 * MINUTE)
        outbox.send_due(now=NOW + 2 * MINUTE)

    assert [each.rcpt_tos[0] for each in server.envelopes] == [made[1].written]
    assert sorted(campaign.recipients.values_list("state", flat=True)) == ["sent", "withheld", "withheld"]


def test_it_keeps_its_pace_and_rests_while_paused(charlie):
    for number in range(5):
        person(f"N{number}")
    campaign = draft(charlie, per_minute=2)
    start_campaign(actor=charlie, campaign=campaign, now=NOW)

    for later, count in ((0 * MINUTE, 2), (MINUTE / 2, 2)):
        run_campaigns(now=NOW + later)
        assert OutgoingMail.objects.count() == count
    pause_campaign(actor=charlie, campaign=campaign, now=NOW)
    run_campaigns(now=NOW + 2 * MINUTE)
    assert OutgoingMail.objects.count() == 2
    resume_campaign(actor=charlie, campaign=campaign, now=NOW)
    run_campaigns(now=NOW + 2 * MINUTE)
    assert OutgoingMail.objects.count() == 4
    run_campaigns(now=NOW + 4 * MINUTE)
    assert (OutgoingMail.objects.count(), state_of(campaign)) == (5, "done")


def test_a_stopped_one_sends_no_more_and_says_so(charlie):
    for number in range(3):
        person(f"N{number}")
    campaign = draft(charlie, per_minute=1)
    start_campaign(actor=charlie, campaign=campaign, now=NOW)
    run_campaigns(now=NOW)

    cancel_campaign(actor=charlie, campaign=campaign, now=NOW)
    run_campaigns(now=NOW + 5 * MINUTE)

    assert OutgoingMail.objects.count() == 1
    assert campaign.recipients.filter(state="failed", error="The campaign was stopped before.").count() == 2
    with pytest.raises(WrongState):
        resume_campaign(actor=charlie, campaign=campaign, now=NOW)


def test_it_begins_by_itself_when_its_time_has_come(charlie):
    person("Anna")
    campaign = draft(charlie)
    with pytest.raises(ValidationError):
        schedule_campaign(actor=charlie, campaign=campaign, at=NOW, now=NOW)
    schedule_campaign(actor=charlie, campaign=campaign, at=NOW + HOUR, now=NOW)

    run_campaigns(now=NOW)
    assert state_of(campaign) == "scheduled"
    run_campaigns(now=NOW + HOUR)
    assert OutgoingMail.objects.count() == 1


def test_one_that_cant_begin_by_itself_is_a_draft_again_and_says_why(charlie):
    campaign = draft(charlie)
    schedule_campaign(actor=charlie, campaign=campaign, at=NOW + HOUR, now=NOW)

    run_campaigns(now=NOW + HOUR)

    assert state_of(campaign) == "draft"
    assert campaign.trouble == "Nobody of this segment can get it."
    person("Anna")
    schedule_campaign(actor=charlie, campaign=campaign, at=NOW + HOUR, now=NOW)
    unschedule_campaign(actor=charlie, campaign=campaign, now=NOW)
    assert state_of(campaign) == "draft"


def test_the_database_lets_no_campaign_go_a_forbidden_way(charlie):
    campaign = draft(charlie)
    moved = {"started_by": charlie, "started_at": NOW, "finished_at": NOW}
    with pytest.raises(IntegrityError, match="does not become"), transaction.atomic():
        Campaign.objects.filter(pk=campaign.pk).update(state="done", **moved)
    with pytest.raises(IntegrityError), transaction.atomic():
        Campaign.objects.filter(pk=campaign.pk).update(state="running")


def test_a_contact_whose_words_cant_be_filled_or_who_is_gone_holds_up_no_other(charlie, alice):
    person("Anna")
    person("Nameless").__class__.objects.filter(first_name="Nameless").update(first_name="")
    boris = person("Boris")
    campaign = draft(charlie)
    start_campaign(actor=charlie, campaign=campaign, now=NOW)
    trash_entities(actor=alice, ids=[boris.pk], now=NOW)

    run_campaigns(now=NOW)

    errors = dict(campaign.recipients.filter(state="failed").values_list("address", "error"))
    assert errors == {
        "nameless@example.com": "Not known of this contact: contact.first_name",
        "boris@example.com": "The contact is gone.",
    }
    assert OutgoingMail.objects.count() == 1


def test_a_test_goes_to_its_writer_alone_and_counts_nothing(charlie):
    person("Anna")
    campaign = draft(charlie, subject_b="Windows for {{ contact.first_name }}")

    assert send_test(actor=charlie, campaign=campaign, now=NOW) == 2

    assert [(each["To"], each["Subject"]) for each in mails()] == [
        ("Charlie Content <charlie@example.com>", "[Test] Oak for Anna"),
        ("Charlie Content <charlie@example.com>", "[Test] Windows for Anna"),
    ]
    assert "/m/" not in mails()[0].get_body(("html",)).get_content()
    assert not campaign.recipients.exists()


def test_only_who_sends_campaigns_starts_one(bob, charlie):
    person("Anna")
    campaign = draft(charlie)
    for act in (start_campaign, send_test, cancel_campaign):
        with pytest.raises(PermissionDenied):
            act(actor=bob, campaign=campaign, now=NOW)
    assert state_of(campaign) == "draft"
