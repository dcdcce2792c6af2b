"""Reports on paper: the PDF says what the page says, is its asker's alone, and goes with mails."""

from __future__ import annotations

import email
from datetime import UTC, datetime, timedelta
from email import policy

import pytest
from django.core.cache import cache

from apps.core import clock
from apps.core.models import Operation, OutgoingMail
from apps.core.reports.turns import Turns
from apps.core.services.operations import run
from apps.core.services.report_mails import Wish, plan_report, send_due_reports
from tests.conftest import NOW
from tests.contacts.factories import PersonFactory
from tests.core.pdf_text import text_of_pdf

pytestmark = pytest.mark.django_db
OF_2026 = "by=source&period=own&from=2026-01-01&to=2026-12-31"


@pytest.fixture(autouse=True)
def contacts(everyone_folder):
    cache.clear()
    for source in ("form", "form", "mail"):
        PersonFactory(folder=everyone_folder, created_at=datetime(2026, 10, 15, 12, tzinfo=UTC), source=source)


def test_the_paper_says_what_the_page_says(client, bob, alice):
    client.force_login(bob)
    asked = client.post(f"/reports/new-contacts/paper/?{OF_2026}&user={bob.pk}")
    waiting = client.get(asked.headers["Location"])
    assert "operation-progress" in waiting.text
    client.post(f"/reports/new-contacts/paper/?{OF_2026}")
    last = Operation.objects.latest("pk")
    run(operation_id=last.pk, now=clock.now())

    page = client.get(f"/reports/papers/{last.pk}/", follow=True)

    words = text_of_pdf(b"".join(page.streaming_content))
    for text in ("New contacts", "Typed in", "Mail", "In all", "Page 1 of 1"):
        assert text in words
    client.force_login(alice)
    assert client.get(f"/reports/papers/{last.pk}/").status_code == 404
    assert client.get(f"/reports/papers/{last.pk}/report.pdf").status_code == 404


def test_a_paper_goes_with_a_mail(bob):
    wish = Wish(
        report="new-contacts",
        query=OF_2026,
        turns=Turns("day", 7),
        formats=["pdf"],
        recipients=[bob],
        language="en",
    )
    plan_report(actor=bob, wish=wish, now=NOW)

    send_due_reports(now=NOW + timedelta(days=1))

    mail = email.message_from_bytes(bytes(OutgoingMail.objects.get().raw), policy=policy.default)
    part = next(mail.iter_attachments())
    assert part.get_content_type() == "application/pdf"
    assert "Typed in" in text_of_pdf(part.get_content())
