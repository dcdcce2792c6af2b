"""The mail of a day goes out at the hour that its reader chose, once, on the odd days of a zone too."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from apps.accounts.models import Preferences
from apps.accounts.services.preferences import change_preferences
from apps.activities.models import Notice
from apps.activities.selectors.wishes import Wish, mail_due_at
from apps.activities.services import digests
from apps.activities.services.notes import add_note
from apps.activities.services.watching import watch_entity
from apps.activities.services.wishes import choose_digest_hour, set_wishes
from tests.contacts.factories import PersonFactory

KYIV = ZoneInfo("Europe/Kyiv")
NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)


def due(now: datetime, hour: int, zone: ZoneInfo = KYIV) -> datetime:
    found = mail_due_at("daily", zone=zone, now=now, hour=hour)
    assert found is not None
    return found


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc,arg-type]  # year to minute


@pytest.mark.parametrize(
    ("now", "hour", "expected"),
    [
        (utc(2026, 11, 2, 4, 59), 7, utc(2026, 11, 2, 5)),  # a minute before seven
        (utc(2026, 11, 2, 5), 7, utc(2026, 11, 3, 5)),  # what comes at seven sharp waits for tomorrow
        (utc(2026, 11, 2, 21, 30), 0, utc(2026, 11, 2, 22)),  # midnight is the day after
        (utc(2026, 3, 28, 12), 7, utc(2026, 3, 29, 4)),  # the night of the change: an hour earlier by UTC
        (utc(2026, 3, 28, 12), 3, utc(2026, 3, 29, 1)),  # three o'clock isn't there: when it would have begun
        (utc(2026, 3, 29, 0, 59), 3, utc(2026, 3, 29, 1)),
        (utc(2026, 3, 29, 1), 3, utc(2026, 3, 30, 0)),
        (utc(2026, 10, 24, 12), 3, utc(2026, 10, 25, 0)),  # three o'clock comes twice: the first one
        (utc(2026, 10, 25, 0, 30), 3, utc(2026, 10, 26, 1)),
        (utc(2026, 10, 25, 1, 30), 3, utc(2026, 10, 26, 1)),  # within the second one
    ],
)
def test_the_hour_is_that_of_the_zone_on_each_day(now, hour, expected):
    assert due(now, hour) == expected


@pytest.mark.parametrize("hour", range(24))
@pytest.mark.parametrize(
    "zone", ["Europe/Kyiv", "America/New_York", "Pacific/Apia", "Australia/Lord_Howe", "Asia/Tokyo"]
)
def test_through_a_year_there_is_one_mail_a_day_and_always_a_later_one(hour, zone):
    now, end, count = utc(2026, 1, 1), utc(2027, 1, 1), 0
    while now < end:
        following = due(now, hour, ZoneInfo(zone))
        assert timedelta(hours=22) <= following - now <= timedelta(hours=26) or count == 0
        now, count = following, count + 1
    assert count in (365, 366)


@pytest.fixture
def told(alice, bob, settings):
    """Alice is told of a note once a day."""
    settings.EMAIL_BACKEND = "apps.core.mail.OutboxBackend"
    olena = PersonFactory()
    Preferences.objects.create(user=alice, time_zone="Europe/Kyiv", digest_hour=18)
    set_wishes(actor=alice, wishes={"commented": Wish(mail="daily")})
    watch_entity(actor=alice, entity=olena, now=NOON)
    add_note(actor=bob, entity=olena, text="Oak", now=NOON)
    return alice


@pytest.mark.django_db
def test_the_chosen_hour_is_when_it_goes_out(told):
    assert digests.send_due(now=utc(2026, 11, 2, 15, 59)).mails == 0
    assert digests.send_due(now=utc(2026, 11, 2, 16)).mails == 1
    assert digests.send_due(now=utc(2026, 11, 3, 16)).mails == 0  # nothing new, no mail


@pytest.mark.django_db
def test_another_hour_or_zone_takes_along_what_waits(told):
    choose_digest_hour(actor=told, hour=21, now=NOON + timedelta(minutes=5))
    assert Notice.objects.get(user=told).mail_due_at == utc(2026, 11, 2, 19)

    change_preferences(actor=told, changes={"time_zone": "Asia/Tokyo"}, now=NOON + timedelta(minutes=5))
    assert Notice.objects.get(user=told).mail_due_at == utc(2026, 11, 3, 12)

    assert digests.send_due(now=utc(2026, 11, 2, 19)).mails == 0
    assert digests.send_due(now=utc(2026, 11, 3, 12)).mails == 1
