"""An answer by mail to what a dealer's person was told by mail stands in the thread that it is about."""

from __future__ import annotations

from datetime import date, timedelta
from email import message_from_bytes, policy

import pytest
from django.urls import reverse

from apps.activities.models import Activity
from apps.activities.services import digests
from apps.core.models import OutgoingMail
from apps.crm.models import Claim, Inquiry
from apps.crm.services.assignments import assign
from apps.crm.services.claim_steps import ask_dealer
from apps.crm.services.threads import post_message
from tests.conftest import make_user
from tests.crm.claims import a_claim
from tests.crm.factories import NOW, a_dealer, an_order, into_portal
from tests.messaging.mails import arrive, make_account, raw_mail

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=1)


@pytest.fixture
def dealer(dora, bob, everyone_folder):
    dealer = a_dealer("Svitlo Windows")
    into_portal(dora, dealer)
    ann = make_user("ann@example.com", "Ann", "manager")
    assign(actor=ann, entity=dealer.entity, user=bob, on=date(2026, 11, 2), now=NOW)
    dealer.refresh_from_db()
    return dealer


@pytest.fixture
def mailbox(bob):
    return make_account(bob)


def told(to: str = "dora@example.com"):
    """The last mail of notices that went out to this address."""
    digests.send_due(now=NOW)
    sent = OutgoingMail.objects.filter(recipients=[to]).order_by("-pk").first()
    assert sent is not None
    return message_from_bytes(bytes(sent.raw), policy=policy.default)


def answer(notice, text: str = "On Monday, please", **fields):
    headers = {"In-Reply-To": notice["Message-ID"], "References": notice["Message-ID"], **fields.pop("headers", {})}
    written = f"{text}\n\nOn 2 Nov 2026 at 09:30, Rapport wrote:\n> New message\n"
    values = {"sender": "Dora Dealer <dora@example.com>", "id": "answer@svitlo.example"} | fields
    return raw_mail(written, headers=headers, **values)


def messages() -> list[str]:
    return [each.snippet for each in Activity.objects.filter(kind="message").order_by("pk")]


def test_an_answer_to_a_message_goes_to_the_manager_and_joins_the_thread(client, dealer, mailbox, dora, bob):
    post_message(actor=bob, record=dealer, text="When shall we deliver?", now=NOW)
    notice = told()
    assert notice["Reply-To"] == "bob@rapport.example"

    arrive(mailbox, answer(notice), now=LATER)

    assert messages() == ["When shall we deliver?", "On Monday, please"]
    entry = Activity.objects.filter(kind="message").latest("pk")
    assert (entry.actor, entry.shown_to_id, entry.facts["side"]) == (dora, dealer.entity_id, "dealer")
    assert Inquiry.objects.waiting().get().manager == bob
    client.force_login(dora)
    assert "On Monday, please" in client.get(reverse("portal:messages")).content.decode()


def test_an_answer_to_a_question_about_a_claim_joins_that_claim(dealer, mailbox, dora, bob):
    claim = a_claim(an_order(dealer), dora)
    clara = make_user("clara@example.com", "Clara Claims", "claims")
    ask_dealer(actor=clara, claim=claim, version=claim.version, text="Which pane?", now=NOW)

    arrive(mailbox, answer(told(), "The left one", subject="Re: A question"), now=LATER)

    entry = Activity.objects.filter(kind="message").latest("pk")
    assert (entry.snippet, entry.context_type, entry.context_id) == ("The left one", "crm.claim", claim.pk)
    claim.refresh_from_db()
    assert claim.state == Claim.State.IN_REVIEW


def test_the_same_answer_in_two_mailboxes_joins_once(dealer, mailbox, bob, alice):
    post_message(actor=bob, record=dealer, text="When?", now=NOW)
    written = answer(told())

    arrive(mailbox, written, now=LATER)
    arrive(make_account(alice, "alice@rapport.example"), written, now=LATER)

    assert messages() == ["When?", "On Monday, please"]


def test_nobody_else_answers_for_a_dealer_nor_does_a_robot(dealer, mailbox, dora, bob):
    danylo = make_user("danylo@example.com", "Danylo Other", "dealer")
    into_portal(danylo, a_dealer("Other Windows"))
    post_message(actor=bob, record=dealer, text="When?", now=NOW)
    notice = told()

    arrive(mailbox, answer(notice, sender="danylo@example.com", id="a@x"), now=LATER)
    arrive(mailbox, answer(notice, id="b@x", headers={"Auto-Submitted": "auto-replied"}), now=LATER)
    arrive(mailbox, raw_mail("C-000001", sender="dora@example.com", subject="Re: New message", id="c@x"), now=LATER)
    assert messages() == ["When?"]

    dora.is_active = False
    dora.save()
    arrive(mailbox, answer(notice, id="d@x"), now=LATER)
    assert messages() == ["When?"]
