"""What comes back to mailings counts for the one address that each had gone to, and for nobody else's."""

from __future__ import annotations

import importlib
from types import SimpleNamespace

import pytest
from django.db import connection

from apps.contacts.models import EmailAddress
from apps.core.models import OutgoingMail, Suppression
from apps.core.services.outbox import Envelope, queue_envelope
from apps.crm.models import MailingTopic
from apps.crm.services.mailings import mailing_headers
from apps.crm.services.mailings.tokens import Letter, seal
from apps.crm.signals import mailing_returned
from apps.messaging.models import Bounce, MailMessage
from tests.contacts.factories import PersonFactory
from tests.crm.factories import NOW
from tests.messaging.mails import arrive, make_account, raw_mail

pytestmark = pytest.mark.django_db
ANNA = "anna@example.com"
COMPLAINT = """From: feedback@provider.example
To: bob@rapport.example
Subject: FW: House news
Message-ID: <{id}>
Date: Mon, 02 Nov 2026 09:00:00 +0000
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary=b

--b
Content-Type: text/plain

This is an email abuse report.
--b
Content-Type: message/feedback-report

Feedback-Type: {kind}
User-Agent: Provider/1.0
Version: 1
Original-Rcpt-To: <{named}>
Source-IP: 192.0.2.1

--b
Content-Type: message/rfc822
Content-Disposition: inline

From: news@rapport.example
To: somebody@else.example
Subject: House news
Message-ID: <{original}>
{headers}
Hello
--b--
"""
RETURNED = """From: MAILER-DAEMON@mx.example
To: bob@rapport.example
Subject: Undelivered Mail
Message-ID: <dsn@mx.example>
Date: Mon, 02 Nov 2026 09:00:00 +0000
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b
Content-Type: text/plain

It could not be delivered.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; {recipient}
Action: failed
Status: {status}

--b
Content-Type: text/rfc822-headers

Message-ID: <{original}>
--b--
"""


@pytest.fixture(autouse=True)
def _media(settings, tmp_path, everyone_folder):
    settings.MEDIA_ROOT = tmp_path
    settings.RAPPORT_SITE_URL = "https://rapport.example/"


@pytest.fixture
def account(bob):
    return make_account(bob, unknown_senders="never")


@pytest.fixture
def mailing() -> OutgoingMail:
    envelope = Envelope(
        sender="news@rapport.example",
        recipients=["Anna@example.com"],
        message_id="<m1@rapport.example>",
        raw=b"Subject: News\r\n\r\nHello\r\n",
        scope="topic:news",
    )
    return queue_envelope(envelope, now=NOW)


@pytest.fixture
def told():
    heard: list[dict[str, object]] = []

    def hear(sender, signal, **facts):
        heard.append(facts)

    mailing_returned.connect(hear)
    yield heard
    mailing_returned.disconnect(hear)


def complaint(*, kind="abuse", named=ANNA, original="none@x", headers="", id="arf@provider.example") -> bytes:
    return COMPLAINT.format(kind=kind, named=named, original=original, headers=headers, id=id).encode()


def reasons() -> dict[str, str]:
    return dict(Suppression.objects.values_list("address", "reason"))


def test_a_complaint_is_known_by_the_message_id_we_gave(account, mailing, told):
    arrive(account, complaint(original="m1@rapport.example", named="redacted@provider.example"))

    assert reasons() == {ANNA: "complained"}
    assert Suppression.objects.get().scope == "mailings"
    assert (told[0]["kind"], told[0]["address"]) == ("complained", ANNA)


def test_a_complaint_is_known_by_the_link_in_the_mail(account, told):
    topic = MailingTopic.objects.create(key="news", title="News")
    value = mailing_headers(address=ANNA, topic=topic, origin="campaign:7")["List-Unsubscribe"]
    folded = f"List-Unsubscribe:\n {value[:60]}\n {value[60:]}\n"

    arrive(account, complaint(headers=folded))
    arrive(account, complaint(headers=folded, id="again@provider.example"))

    row = Suppression.objects.get()
    assert (row.address, row.reason, row.origin) == (ANNA, "complained", "campaign:7")
    assert told[0]["origin"] == "campaign:7"


@pytest.mark.parametrize(
    "raw",
    [
        complaint(),
        complaint(original="m2@rapport.example"),
        complaint(headers="List-Unsubscribe: <https://rapport.example/unsubscribe/" + "A" * 80 + "/>\n"),
        complaint(kind="not-spam", original="m1@rapport.example"),
        complaint(kind="virus", original="m1@rapport.example"),
        complaint(kind="", original="m1@rapport.example"),
        complaint(original="").replace(b"feedback-report", b"feedback-report-x"),
        b"Content-Type: multipart/report; report-type=feedback-report; boundary=b\n\n--b\n",
    ],
)
def test_a_complaint_of_what_we_did_not_send_counts_nothing(account, mailing, raw):
    arrive(account, raw)

    assert reasons() == {}


def test_a_complaint_of_a_written_mail_counts_for_its_only_reader(account):
    arrive(account, raw_mail(sender="bob@rapport.example", to=ANNA, id="one@rapport.example"), role="sent")
    two = "anna@example.com, boris@example.com"
    arrive(account, raw_mail(sender="bob@rapport.example", to=two, id="two@rapport.example"), role="sent")

    arrive(account, complaint(original="two@rapport.example"))
    assert reasons() == {}
    arrive(account, complaint(original="one@rapport.example", named="boris@example.com", id="second@provider.example"))
    assert reasons() == {ANNA: "complained"}


def test_a_mailing_that_comes_back_ends_them_for_its_address(account, mailing, told):
    person = PersonFactory()
    person.emails.create(address="Anna@Example.com", unit=person.units.create())

    arrive(account, RETURNED.format(recipient=ANNA, status="5.1.1", original="m1@rapport.example").encode())

    assert reasons() == {ANNA: "bounced"}
    assert EmailAddress.objects.get().bounced_at == NOW
    assert [(each["kind"], each["mail"]) for each in told] == [("bounced", mailing)]


@pytest.mark.parametrize(
    ("recipient", "status", "original"),
    [
        (ANNA, "4.2.2", "m1@rapport.example"),
        ("boris@example.com", "5.1.1", "m1@rapport.example"),
        (ANNA, "5.1.1", "unknown@rapport.example"),
    ],
)
def test_a_full_mailbox_or_a_forged_report_ends_nothing(account, mailing, recipient, status, original):
    arrive(account, RETURNED.format(recipient=recipient, status=status, original=original).encode())

    assert reasons() == {}


def test_a_reader_leaves_by_mail(account):
    token = seal(Letter(ANNA, "topic:news", "campaign:7"))

    arrive(account, raw_mail(sender=f"Anna <{ANNA}>", subject=f"unsubscribe {token}", text=" "))

    row = Suppression.objects.get()
    assert (row.address, row.scope, row.reason, row.origin) == (ANNA, "topic:news", "unsubscribed", "campaign:7")


@pytest.mark.parametrize(
    "subject", ["unsubscribe", "unsubscribe " + "A" * 60, "Please unsubscribe me from all this mail"]
)
def test_a_mail_without_a_token_is_for_people_to_read(account, subject):
    arrive(account, raw_mail(subject=subject))

    assert reasons() == {}
    assert MailMessage.objects.count() == 1


def test_those_of_before_are_on_the_list_and_a_second_run_changes_nothing(bob):
    account = make_account(bob)
    person = PersonFactory()
    unit = person.units.create()
    for address, out, back in (
        ("Left@example.com", NOW, None),
        ("back@example.com", None, NOW),
        ("both@example.com", NOW, NOW),
        ("fine@example.com", None, None),
        ("олена@вікна.укр", NOW, None),
    ):
        person.emails.create(address=address, unit=unit, opted_out_at=out, bounced_at=back)
    sent = arrive(account, raw_mail(sender="bob@rapport.example", to="x@y.example", id="out@r"), role="sent")[0].message
    for recipient in ("nobody@example.com", "fine@example.com"):
        Bounce.objects.create(message=sent, report=sent, recipient=recipient, is_permanent=True, happened_at=NOW)
    migration = importlib.import_module("apps.crm.migrations.0024_suppression_filled")

    for _ in range(2):
        migration.fill(None, SimpleNamespace(connection=connection))

    assert reasons() == {
        "left@example.com": "unsubscribed",
        "back@example.com": "bounced",
        "both@example.com": "unsubscribed",
        "олена@xn--80adym7j.xn--j1amh": "unsubscribed",
        "nobody@example.com": "bounced",
    }
