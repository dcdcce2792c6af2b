"""What comes of a campaign: openings, clicks, answers, what came back and who left, each figure with its rows."""

from __future__ import annotations

import re
from email import message_from_bytes, policy

import pytest
from django.urls import reverse

from apps.contacts.models import FolderPermission
from apps.core import clock
from apps.core.models import OutgoingMail, Suppression
from apps.core.services import outbox
from apps.core.services.suppression import suppress
from apps.crm.models import CampaignClick, CampaignRecipient
from apps.crm.selectors.campaign_results import results_of
from apps.crm.services.campaigns import run_campaigns, start_campaign
from apps.crm.services.campaigns.links import click_url
from tests.contacts.factories import FolderFactory
from tests.core.smtp_servers import sink
from tests.crm.campaigning import draft, person
from tests.crm.factories import NOW
from tests.messaging.mails import arrive, make_account, raw_mail

pytestmark = pytest.mark.django_db
OAK = "https://vikna.example/oak?a=1&b=2"


@pytest.fixture(autouse=True)
def _house(settings, monkeypatch):
    settings.RAPPORT_SITE_URL = "https://rapport.example/"
    settings.RAPPORT_TRACK_OPENS = True
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def sent(settings, charlie):
    """A campaign that Anna, Boris and Carl have got."""
    for name in ("Anna", "Boris", "Carl"):
        person(name)
    campaign = draft(charlie, tracks_opens=True)
    start_campaign(actor=charlie, campaign=campaign, now=NOW)
    run_campaigns(now=NOW)
    with sink(settings):
        outbox.send_due(now=NOW)
    run_campaigns(now=NOW)
    return campaign


def to(name: str) -> CampaignRecipient:
    found: CampaignRecipient = CampaignRecipient.objects.get(address=f"{name}@example.com")
    return found


def html_of(name: str) -> str:
    raw = OutgoingMail.objects.get(recipients=[f"{name}@example.com"]).raw
    part = message_from_bytes(bytes(raw), policy=policy.default).get_body(("html",))
    assert part is not None
    return str(part.get_content())


def path_in(pattern: str, html: str) -> str:
    found = re.search(rf'"https://rapport\.example({pattern})"', html)
    assert found is not None
    return found[1]


def figures(campaign, user) -> dict[str, int]:
    return {each.outcome: each.number for each in results_of(campaign, user=user).figures if each.number}


def test_a_link_leads_on_and_counts_once_for_its_reader(client, sent, charlie):
    link = path_in(r"/m/[^\"]*", html_of("anna").replace(path_in(r"/m/open/[^\"]*", html_of("anna")), ""))

    assert client.head(link)["Location"] == OAK
    assert figures(sent, charlie) == {"sent": 3}
    for _time in range(2):
        answer = client.get(link)
        assert (answer.status_code, answer["Location"], answer["Referrer-Policy"]) == (302, OAK, "no-referrer")

    assert figures(sent, charlie) == {"sent": 3, "clicked": 1}
    assert CampaignClick.objects.get().number == 2
    (shown,) = results_of(sent, user=charlie).links
    assert (shown.url, shown.people, shown.clicks) == (OAK, 1, 2)


@pytest.mark.parametrize("broken", ["x", "1-0", "1-0.AAAA", "%00", "https:evil.example"])
def test_nothing_but_a_sealed_link_of_that_mail_leads_anywhere(client, sent, broken):
    assert client.get(f"/m/{broken}/").status_code == 404
    path = click_url(to("anna").pk, 7).removeprefix("https://rapport.example")  # sealed, but stands in no mail
    assert client.get(path).status_code == 404


def test_an_opened_mail_is_counted_only_where_the_house_allows_it(client, sent, charlie, settings):
    picture = path_in(r"/m/open/[^\"]*", html_of("boris"))
    settings.RAPPORT_TRACK_OPENS = False
    assert client.get(picture)["Content-Type"] == "image/gif"
    assert to("boris").opened_at is None

    settings.RAPPORT_TRACK_OPENS = True
    client.get(picture)
    client.get("/m/open/forged/")
    assert figures(sent, charlie) == {"sent": 3, "opened": 1}


def test_an_answer_is_counted_and_leads_to_its_mail(sent, charlie, bob):
    message_id = to("carl").message_id

    headers = {"In-Reply-To": f"<{message_id}>", "References": f"<{message_id}>"}
    arrive(
        make_account(bob), raw_mail("Gladly", sender="carl@example.com", subject="Re: Oak", headers=headers), now=NOW
    )

    assert figures(sent, charlie) == {"sent": 3, "answered": 1}
    answer = to("carl").answer
    assert answer is not None
    assert answer.subject == "Re: Oak"


REPORT = """From: MAILER-DAEMON@mx.example
To: bob@rapport.example
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b
Content-Type: text/plain

It came back.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; {recipient}
Action: failed
Status: 5.1.1

--b
Content-Type: message/rfc822

Message-ID: <{original}>
Subject: Oak

x
--b--
"""


@pytest.mark.parametrize(("recipient", "counted"), [("anna@example.com", 1), ("boris@example.com", 0)])
def test_mail_that_came_back_is_counted_and_bars_the_address_unless_the_report_is_forged(
    sent, charlie, bob, recipient, counted
):
    report = REPORT.format(recipient=recipient, original=to("anna").message_id)

    arrive(make_account(bob), report.replace("\n", "\r\n").encode(), now=NOW)

    assert figures(sent, charlie).get("returned", 0) == counted
    barred = Suppression.objects.filter(reason=Suppression.Reason.BOUNCED).values_list("address", flat=True)
    assert list(barred) == [recipient] * counted


def test_who_leaves_or_complains_by_its_link_is_counted_here(sent, charlie):
    reasons = Suppression.Reason
    suppress(addresses=["anna@example.com"], reason=reasons.UNSUBSCRIBED, origin=f"campaign:{sent.pk}", now=NOW)
    suppress(addresses=["boris@example.com"], reason=reasons.COMPLAINED, origin=f"campaign:{sent.pk}", now=NOW)
    suppress(addresses=["carl@example.com"], reason=reasons.UNSUBSCRIBED, origin="campaign:999", now=NOW)

    assert figures(sent, charlie) == {"sent": 3, "unsubscribed": 1, "complained": 1}


def test_each_figure_is_as_many_as_the_rows_it_leads_to_and_only_of_contacts_one_sees(client, charlie, bob, settings):
    hidden = FolderFactory(kind="restricted")
    FolderPermission.objects.create(folder=hidden, group=charlie.groups.get())
    person("Anna")
    person("Zoe", folder=hidden)
    campaign = draft(charlie, subject_b="Windows", test_share=100)
    campaign = start_campaign(actor=charlie, campaign=campaign, now=NOW)
    run_campaigns(now=NOW)
    CampaignRecipient.objects.update(clicked_at=NOW)

    for user, number in ((charlie, 2), (bob, 1)):
        client.force_login(user)
        results = results_of(campaign, user=user)
        assert (results.number, results.hidden) == (number, 2 - number)
        for figure in [*results.figures, *(each for row in results.variants for each in row.figures)]:
            assert client.get(figure.url).context["list"].total.number == figure.number
    assert "Zoe" not in client.get(reverse("crm:campaign_recipients", args=[campaign.pk])).content.decode()


def test_a_contacts_page_says_what_it_got_when(client, sent, bob):
    anna = to("anna").entity
    assert anna is not None
    client.force_login(bob)
    part = reverse("crm:contact_mailings", args=[anna.pk])
    assert part in client.get(reverse("contacts:entity", args=[anna.pk])).content.decode()

    shown = client.get(part, headers={"HX-Request": "true"}).content.decode()

    assert "Oak week" in shown
    assert "Sent" in shown
    assert "No mailings so far" in client.get(reverse("crm:contact_mailings", args=[person("Dan").pk])).content.decode()


def test_results_are_told_in_a_fixed_number_of_questions(sent, charlie, django_assert_max_num_queries):
    with django_assert_max_num_queries(6):
        results_of(sent, user=charlie)
