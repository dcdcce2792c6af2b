"""Reports by mail: when their turn is, who gets what, once; and what happens when something fails."""

from __future__ import annotations

import email
import io
from datetime import UTC, date, datetime, timedelta

import openpyxl
import pytest
from django.core.cache import cache
from django.core.exceptions import PermissionDenied

from apps.contacts.models import Folder
from apps.core.models import OutgoingMail, ReportSchedule
from apps.core.reports import company_zone
from apps.core.reports.periods import PRESETS, Period, period_of
from apps.core.reports.turns import Turns
from apps.core.services import report_mails
from apps.core.services.report_mails import Wish, plan_report, send_due_reports
from tests.conftest import NOW
from tests.contacts.factories import PersonFactory


def local(turn):
    return turn.astimezone(company_zone()).strftime("%Y-%m-%d %H:%M")


@pytest.fixture(autouse=True)
def _in_kyiv(settings):
    settings.RAPPORT_TIME_ZONE = "Europe/Kyiv"
    cache.clear()


def turns(start, number, wanted):
    found = []
    for _each in range(number):
        start = wanted.after(start)
        found.append(local(start))
    return found


def test_a_daily_turn_keeps_its_hour_when_clocks_change():
    begin = datetime(2026, 10, 23, 12, tzinfo=UTC)
    assert turns(begin, 3, Turns("day", 7)) == ["2026-10-24 07:00", "2026-10-25 07:00", "2026-10-26 07:00"]


def test_an_hour_that_comes_twice_is_one_turn_and_one_that_is_left_out_comes_later():
    autumn = datetime(2026, 10, 24, 12, tzinfo=UTC)
    assert turns(autumn, 2, Turns("day", 3)) == ["2026-10-25 03:00", "2026-10-26 03:00"]
    spring = datetime(2026, 3, 28, 12, tzinfo=UTC)
    assert turns(spring, 2, Turns("day", 3)) == ["2026-03-29 04:00", "2026-03-30 03:00"]


def test_a_monthly_turn_on_the_31st_falls_on_the_last_day_of_shorter_months():
    begin = datetime(2027, 12, 31, 12, tzinfo=UTC)
    found = turns(begin, 4, Turns("month", 8, day=31))
    assert found == ["2028-01-31 08:00", "2028-02-29 08:00", "2028-03-31 08:00", "2028-04-30 08:00"]


def test_a_weekly_turn_is_on_its_weekday():
    assert turns(NOW, 2, Turns("week", 7, weekday=0)) == ["2026-11-09 07:00", "2026-11-16 07:00"]


def test_named_periods_move_with_the_calendar():
    today = date(2026, 3, 31)
    assert period_of("last_month", today) == Period(date(2026, 2, 1), date(2026, 2, 28))
    assert period_of("last_quarter", today) == Period(date(2025, 10, 1), date(2025, 12, 31))
    assert period_of("this_year", today) == Period(date(2026, 1, 1), date(2026, 12, 31))
    assert period_of("this_week", today) == Period(date(2026, 3, 30), date(2026, 4, 5))
    assert period_of("last_week", today) == Period(date(2026, 3, 23), date(2026, 3, 29))
    assert period_of("last_30", today) == Period(date(2026, 3, 1), date(2026, 3, 30))
    assert period_of("today", today).before() == period_of("yesterday", today)
    assert {period_of(preset, today).last <= date(2026, 12, 31) for preset in PRESETS} == {True}
    assert period_of("last_month", today).before() == Period(date(2026, 1, 1), date(2026, 1, 31))
    assert period_of("last_7", today).before() == Period(date(2026, 3, 17), date(2026, 3, 23))


@pytest.fixture
def contacts(everyone_folder, bob):
    """Three of October; one of them Bob's own."""
    own = Folder.objects.create(name="Bob's", kind="personal", owner=bob)
    for folder in (everyone_folder, everyone_folder, own):
        PersonFactory(folder=folder, created_at=datetime(2026, 10, 15, 12, tzinfo=UTC), source="form")


def plan(actor, *people, **how):
    given = {"report": "new-contacts", "query": "by=source&period=last_month", "formats": ["xlsx"]}
    wish = Wish(**{**given, "turns": Turns("month", 7, day=1), "recipients": people, "language": "en", **how})
    return plan_report(actor=actor, wish=wish, now=NOW - timedelta(days=5))


def mails():
    return {each.recipients[0]: email.message_from_bytes(bytes(each.raw)) for each in OutgoingMail.objects.all()}


def sheet(mail):
    part = next(part for part in mail.walk() if part.get_filename())
    return list(openpyxl.load_workbook(io.BytesIO(part.get_payload(decode=True))).active.iter_rows(values_only=True))


@pytest.mark.django_db
def test_each_recipient_gets_what_they_may_see_and_it_adds_up_to_their_page(client, contacts, bob, alice):
    made = plan(bob, bob, alice)

    assert send_due_reports(now=NOW) == 1

    sent = mails()
    assert {address: sheet(mail)[-1][1] for address, mail in sent.items()} == {bob.email: 3, alice.email: 2}
    client.force_login(bob)
    page = client.get(
        "/reports/new-contacts/", {"by": "source", "period": "own", "from": "2026-10-01", "to": "2026-10-31"}
    )
    shown = [(line.title, *(int(cell.text) for cell in line.cells)) for line in page.context["lines"]]
    assert sheet(sent[bob.email])[1:] == shown
    made.refresh_from_db()
    assert (local(made.due_at), made.sent_at, made.trouble) == ("2026-12-01 07:00", NOW, "")


@pytest.mark.django_db
def test_a_turn_is_sent_once(contacts, bob):
    made = plan(bob, bob)
    send_due_reports(now=NOW)
    assert send_due_reports(now=NOW) == 0
    # A worker that was killed left everything as it was: the same turn makes no second mail.
    ReportSchedule.objects.filter(pk=made.pk).update(due_at=made.due_at, next_at=made.due_at)
    send_due_reports(now=NOW + timedelta(minutes=1))
    assert OutgoingMail.objects.count() == 1


@pytest.mark.django_db
def test_a_paused_one_rests_and_goes_on_with_its_next_turn(contacts, bob):
    made = plan(bob, bob)
    report_mails.pause_report(actor=bob, schedule=made, now=NOW - timedelta(days=4))
    assert send_due_reports(now=NOW) == 0
    report_mails.resume_report(actor=bob, schedule=made, now=NOW)
    assert send_due_reports(now=NOW) == 0
    made.refresh_from_db()
    assert local(made.next_at) == "2026-12-01 07:00"


@pytest.mark.django_db
def test_who_left_or_may_not_see_it_any_more_gets_none_and_the_list_says_so(client, contacts, bob, alice):
    alice.is_active = False
    alice.save()
    plan(bob, alice)
    send_due_reports(now=NOW)
    assert OutgoingMail.objects.count() == 0
    client.force_login(bob)
    assert "None of its recipients may see this report any more." in client.get("/reports/mails/").text


@pytest.mark.django_db
def test_nobody_touches_anothers_and_nobody_plans_what_they_may_not_see(client, contacts, bob, alice, charlie):
    made = plan(bob, bob)
    client.force_login(alice)
    for path in ("", "pause/", "send/", "remove/"):
        assert client.post(f"/reports/mails/{made.pk}/{path}").status_code == 404
    with pytest.raises(PermissionDenied):
        report_mails.remove_plan(actor=alice, schedule=made)
    with pytest.raises(PermissionDenied):
        plan(charlie, charlie, report="turnover")


@pytest.mark.django_db
def test_a_report_is_planned_sent_at_once_changed_and_removed_by_its_pages(client, contacts, bob, alice, dora):
    client.force_login(bob)
    form = {"every": "week", "weekday": 4, "day": 1, "hour": 9, "formats": ["xlsx", "csv"], "recipients": bob.email}
    page = "/reports/new-contacts/mails/new/?by=source&period=last_month"

    assert client.post(page, form | {"recipients": dora.email}).status_code == 422
    client.post(page, form)
    made = ReportSchedule.objects.get()
    client.post(f"/reports/mails/{made.pk}/", form | {"recipients": f"{bob.email}, {alice.email}"})
    client.post(f"/reports/mails/{made.pk}/send/")

    assert set(mails()) == {bob.email, alice.email}
    assert (made.query, made.every, made.weekday, made.hour) == ("by=source&period=last_month", "week", 4, 9)
    client.post(f"/reports/mails/{made.pk}/remove/")
    assert not ReportSchedule.objects.exists()
