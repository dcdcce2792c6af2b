"""Reports in the browser: a bar opens the rows it counts, and what is sent by mail adds up to the page."""

from __future__ import annotations

import email
import io
import re
from datetime import UTC, datetime, timedelta
from email import policy

import openpyxl
import pytest
from django.core.cache import cache
from playwright.sync_api import expect

from apps.core.models import ReportSchedule
from apps.core.services import outbox
from apps.core.services.report_mails import send_due_reports
from tests.contacts.factories import FolderFactory, PersonFactory
from tests.core.smtp_servers import sink

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
OF_2026 = "period=own&from=2026-01-01&to=2026-12-31"
# Where on the page the middle of a bar lies, which the canvas alone can't tell.
MIDDLE_OF = """([series, place, height]) => {
  const chart = document.querySelector("line-chart");
  const [x, y] = chart.chart.convertToPixel({seriesIndex: series}, [place, height]);
  const {left, top} = chart.getBoundingClientRect();
  return [left + x, top + y];
}"""


@pytest.fixture(autouse=True)
def _nothing_counted():
    cache.clear()


@pytest.fixture
def contacts(everyone_folder, bob):
    """Two of March, three of May; and one of May that only Bob sees."""
    own = FolderFactory(name="Bob's", kind="personal", owner=bob)
    made = [(everyone_folder, 3), (everyone_folder, 3), *[(everyone_folder, 5)] * 3, (own, 5)]
    for number, (folder, month) in enumerate(made):
        at = datetime(2026, month, 10, 12, tzinfo=UTC)
        PersonFactory(folder=folder, first_name="Olha", last_name=f"Koval {month}-{number}", created_at=at)


def names(page):
    page.locator("tbody a", has_text="Koval").first.wait_for()
    return sorted(re.findall(r"Koval (\d-\d)", page.locator("tbody").inner_text()))


def test_a_click_on_a_bar_opens_the_rows_it_counts_and_so_does_the_keyboard(
    page, live_server, sign_in, axe, bob, contacts
):
    sign_in(page, bob)
    page.emulate_media(reduced_motion="reduce")
    page.goto(f"{live_server.url}/reports/new-contacts/?by=month&{OF_2026}")
    page.locator("line-chart[data-ready]").wait_for()
    assert axe(page) == []
    of_may = ["5-2", "5-3", "5-4", "5-5"]

    page.mouse.click(*page.evaluate(MIDDLE_OF, [0, 1, 2]))
    page.wait_for_url("**/reports/new-contacts/rows/**")
    assert names(page) == of_may
    assert axe(page) == []

    page.go_back()
    line = page.get_by_role("row", name="March 2026")
    line.get_by_role("link", name="2", exact=True).first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/reports/new-contacts/rows/**")
    assert names(page) == ["3-0", "3-1"]
    page.get_by_role("link", name="To the report").click()
    expect(page.get_by_role("row", name="May 2026")).to_contain_text("4")


def test_a_report_planned_in_the_browser_lies_in_a_mailbox_and_adds_up_to_the_page(
    page, live_server, sign_in, axe, settings, bob, alice, contacts
):
    sign_in(page, bob)
    page.goto(f"{live_server.url}/reports/new-contacts/?by=month&{OF_2026}")
    page.get_by_role("link", name="Send by mail").click()
    sheet = page.locator("#sheet")
    sheet.locator("[name=recipients]").fill(f"{bob.email}, {alice.email}")
    assert axe(page) == []
    sheet.get_by_role("button", name="Save").click()
    page.wait_for_url("**/reports/mails/")
    expect(page.get_by_role("row", name="New contacts")).to_contain_text(str(alice))
    assert axe(page) == []

    with sink(settings) as mailboxes:
        later = ReportSchedule.objects.get().due_at + timedelta(minutes=1)
        assert send_due_reports(now=later) == 1
        while outbox.send_due(now=later + timedelta(minutes=1)):
            pass

    sent = {each.rcpt_tos[0]: sheet_of(each) for each in mailboxes.envelopes}
    assert set(sent) == {bob.email, alice.email}
    page.goto(f"{live_server.url}/reports/new-contacts/?by=month&{OF_2026}")
    shown = page.locator("table.rows tbody tr").all()
    words = [[line.locator("th").inner_text(), *line.locator("td").all_inner_texts()] for line in shown]
    assert [[str(cell) for cell in row] for row in sent[bob.email][1:]] == words
    assert words[-1] == ["In all", "6", "6", "0"]
    assert sent[alice.email][-1] == ("In all", 5, 5, 0)


def sheet_of(envelope):
    mail = email.message_from_bytes(envelope.content, policy=policy.default)
    (part,) = mail.iter_attachments()
    return list(openpyxl.load_workbook(io.BytesIO(part.get_content())).active.iter_rows(values_only=True))
