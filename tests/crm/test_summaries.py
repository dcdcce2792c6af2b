"""One mail a day with all that has changed, at the reader's hour, in their language, once; none where nothing has."""

from __future__ import annotations

import re
import threading
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy

import pytest
from django.core.cache import cache
from django.db import connection, transaction
from django.urls import reverse

from apps.accounts.models import Preferences
from apps.activities.models import Notice, NoticePreference
from apps.activities.services import digests
from apps.core import clock
from apps.core.models import OutgoingMail
from apps.crm.models import OrderState, Summary
from apps.crm.services.dealer_notices import tell_dealer
from apps.crm.services.summaries import choose_summary
from tests.conftest import make_user
from tests.crm.factories import a_dealer, an_order, into_portal
from tests.crm.feeding import ACCOUNTS, a_fed_plant, an_entry, feed, known_as

NOON = datetime(2026, 11, 2, 10, tzinfo=UTC)  # in Kyiv
SEVEN = datetime(2026, 11, 3, 5, tzinfo=UTC)
DAY = timedelta(days=1)


def a_firm():
    """A dealer whose owner sees amounts and whose employee doesn't; both want the summary from noon on."""
    cache.clear()
    firm = known_as(a_dealer("Svitlo Windows", plant=a_fed_plant()), "1001")
    people = [make_user(f"{name}@example.com", name.title(), "dealer") for name in ("olena", "emil")]
    into_portal(people[0], firm)
    into_portal(people[1], firm, role="employee")
    for user in people:
        Preferences.objects.create(user=user, time_zone="Europe/Kyiv")
        choose_summary(actor=user, wanted=True, now=NOON)
    return firm, people


@pytest.fixture
def firm(everyone_folder, settings):
    settings.EMAIL_BACKEND = "apps.core.mail.OutboxBackend"
    settings.RAPPORT_SITE_URL = "https://rapport.example/"
    return a_firm()[0]


@pytest.fixture
def order(firm):
    order = an_order(firm, "A-1")
    OrderState.objects.update(changed_at=NOON - DAY)
    return order


def move_on(order, now: datetime) -> None:
    OrderState.objects.filter(order=order).update(changed_at=now)
    feed(an_entry(f"L-{now:%d%H}"), source=ACCOUNTS, now=now)


def mails_to(name: str) -> list:
    rows = OutgoingMail.objects.filter(recipients=[f"{name}@example.com"]).order_by("pk")
    return [message_from_bytes(bytes(row.raw), policy=policy.default) for row in rows]


@pytest.mark.django_db
def test_the_morning_mail_tells_all_since_the_last_one_and_nothing_twice(firm, order):
    assert digests.send_due(now=SEVEN).mails == 0  # nothing has changed
    move_on(order, SEVEN + timedelta(hours=1))
    assert digests.send_due(now=SEVEN + DAY - timedelta(minutes=1)).mails == 0

    assert digests.send_due(now=SEVEN + DAY).mails == 2
    assert digests.send_due(now=SEVEN + 2 * DAY).mails == 0

    own, limited = (mails_to(name)[0] for name in ("olena", "emil"))
    assert "1 order moved on" in own.get_content()
    assert "https://rapport.example/portal/orders/?f.new=yes" in own.get_content()
    assert "1 entry was booked" in own.get_content()
    assert "1 order moved on" in limited.get_content()
    assert "booked" not in limited.get_content()
    assert "UAH" not in limited.get_content()
    for mail in (own, limited):
        assert "https://rapport.example/portal/notices/preferences/" in mail.get_content()
        assert "/portal/notices/preferences/" in mail["List-Unsubscribe"]


@pytest.mark.django_db
def test_notices_of_the_day_stand_in_the_same_mail(firm, order):
    OrderState.objects.filter(order=order).update(changed_at=NOON + timedelta(hours=1))
    tell_dealer(firm.pk, Notice.Event.SHIPPED, "order.shipped", "crm.order", order.pk, now=NOON + timedelta(hours=1))

    digests.send_due(now=SEVEN)

    assert len(mails_to("olena")) == 1
    text = mails_to("olena")[0].get_content()
    assert "1 order moved on" in text
    assert "Order A-1 is shipped" in text


@pytest.mark.django_db
def test_it_comes_in_the_readers_language(firm, order):
    Preferences.objects.filter(user__email="olena@example.com").update(language="uk")
    move_on(order, NOON + timedelta(hours=1))

    digests.send_due(now=SEVEN)

    assert "/portal/orders/?f.new=yes" in mails_to("olena")[0].get_content()
    assert mails_to("emil")[0]["Subject"] == "Rapport: what has changed"


@pytest.mark.django_db
@pytest.mark.parametrize("gone", ["person", "user", "wish"])
def test_whoever_left_or_wants_none_gets_none(firm, order, gone):
    move_on(order, NOON + timedelta(hours=1))
    person = firm.people.get(email="olena@example.com")
    if gone == "person":
        person.ended_at = NOON + timedelta(hours=2)
        person.save()
    elif gone == "user":
        person.user.is_active = False
        person.user.save()
    else:
        choose_summary(actor=person.user, wanted=False, now=NOON + timedelta(hours=2))

    digests.send_due(now=SEVEN)

    assert mails_to("olena") == []
    assert len(mails_to("emil")) == 1


@pytest.mark.django_db
def test_through_both_changes_of_the_clock_there_is_one_a_day(firm, order):
    """At three, an hour that the night of spring leaves out and the night of autumn has twice."""
    for begin, nights in ((datetime(2026, 3, 27, 12, tzinfo=UTC), 4), (datetime(2026, 10, 23, 12, tzinfo=UTC), 4)):
        Preferences.objects.update(digest_hour=3)
        OutgoingMail.objects.all().delete()
        Summary.objects.all().delete()
        for person in firm.people.all():
            choose_summary(actor=person.user, wanted=True, now=begin)
        sent = []
        for quarter in range(nights * 96):
            now = begin + quarter * timedelta(minutes=15)
            OrderState.objects.update(changed_at=now - timedelta(minutes=1))
            if digests.send_due(now=now).mails:
                sent.append(now)
        assert len(sent) == nights
        assert len(mails_to("olena")) == nights


@pytest.mark.django_db
def test_a_person_chooses_it_with_the_hour_in_the_portal(client, firm, order):
    olena = firm.people.get(email="olena@example.com").user
    Summary.objects.update(due_at=clock.now() + timedelta(hours=1))
    client.force_login(olena)
    address = reverse("portal:notice_preferences")
    page = client.get(address).content.decode()
    assert "Europe/Kyiv" in page
    data = {f"{event}-mail": "never" for event in ("accepted", "shipped", "delivered", "on_hold", "planned")}
    data |= {f"{event}-mail": "never" for event in ("claim_answer", "decided", "message", "news")}
    wishes = {**data, **dict.fromkeys(_names(page), "never")}

    assert client.post(address, {**wishes, "hour": "19", "summary": "on"}).status_code == 302

    assert Preferences.objects.get(user=olena).digest_hour == 19
    assert NoticePreference.objects.filter(user=olena, mail="never").count() >= 9
    assert Summary.objects.get(user=olena).due_at.hour in (16, 17)
    assert client.post(address, {**wishes, "hour": "24", "summary": "on"}).status_code == 422
    assert client.post(address, wishes).status_code == 302
    assert not Summary.objects.filter(user=olena).exists()
    assert Preferences.objects.get(user=olena).digest_hour == 19


def _names(page: str) -> list[str]:
    return re.findall(r'<select[^>]* name="([a-z_]+-mail)"', page)


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_send_one_mail(everyone_folder, settings):
    settings.EMAIL_BACKEND = "apps.core.mail.OutboxBackend"
    firm, _people = a_firm()
    move_on(an_order(firm, "A-1"), NOON + timedelta(hours=1))

    def work() -> None:
        try:
            digests.send_due(now=SEVEN)
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(30)

    assert [len(mails_to(name)) for name in ("olena", "emil")] == [1, 1]


@pytest.mark.django_db
def test_a_worker_that_dies_before_the_end_has_told_nothing(firm, order):
    move_on(order, NOON + timedelta(hours=1))

    with pytest.raises(KeyboardInterrupt):
        _send_and_die()
    assert mails_to("olena") == []

    assert digests.send_due(now=SEVEN + timedelta(minutes=3)).mails == 2
    assert len(mails_to("olena")) == 1


def _send_and_die() -> None:
    with transaction.atomic():
        digests.send_due(now=SEVEN)
        raise KeyboardInterrupt
