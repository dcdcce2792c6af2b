"""Reports that take longer than a page waits: a bar, then the kept figures; stopped, failed, counted anew."""

from __future__ import annotations

import pytest
from django.core.cache import cache
from django.db.models import F, Func, TextField, Value
from django.utils import translation

from apps.activities.task_listing import task_listing
from apps.contacts.models import Entity
from apps.core import clock
from apps.core.contributions import reports
from apps.core.models import Operation
from apps.core.reports import Measure, Report, by_choice
from apps.core.services.operations import request_cancel, run
from apps.core.views import reports as views
from tests.contacts.factories import PersonFactory

pytestmark = pytest.mark.django_db
SLOW = Func(Value(0.3), function="pg_sleep", output_field=TextField())


@pytest.fixture
def page(monkeypatch, client, bob, everyone_folder):
    """Of a report that sleeps for 0.3 s at each of its rows, while pages wait for a tenth of that."""

    def rows(user, first, last):
        return Entity.objects.visible_to(user).annotate(slept=SLOW).filter(slept__isnull=False)

    report = Report(
        title="Slow one",
        about="",
        group="",
        icon="clock",
        may_see=bool,
        rows=rows,
        dimensions=[by_choice("source", "Source", F("source"), dict)],
        measures=[Measure(key="all", title="All")],
        listing=task_listing,
    )
    monkeypatch.setitem(reports._items, "slow", (900, report))
    monkeypatch.setattr(views, "PAGE_MS", 30)
    cache.clear()
    PersonFactory(folder=everyone_folder, source="form")
    client.force_login(bob)
    return lambda **query: client.get("/reports/slow/", query)


def test_a_bar_stands_until_a_worker_has_counted_and_then_the_kept_figures(client, page, bob):
    first = page()

    assert "operation-progress" in first.text
    assert 'data-then="reload"' in first.text
    assert page().context["work"].id == first.context["work"].id
    assert Operation.objects.count() == 1
    with translation.override("uk"):
        run(operation_id=first.context["work"].id, now=clock.now())

    shown = page()
    assert "operation-progress" not in shown.text
    assert [cell.text for cell in shown.context["lines"][-1].cells] == ["1"]
    assert shown.context["figures"].as_of <= clock.now()
    assert Operation.objects.count() == 1


def test_counted_anew_it_is_a_bar_again(client, page, everyone_folder):
    run(operation_id=page().context["work"].id, now=clock.now())
    PersonFactory(folder=everyone_folder, source="mail")
    assert [cell.text for cell in page().context["lines"][-1].cells] == ["1"]

    client.post("/reports/slow/anew/")

    run(operation_id=page().context["work"].id, now=clock.now())
    assert [cell.text for cell in page().context["lines"][-1].cells] == ["2"]


def test_one_that_was_stopped_stays_so_until_somebody_tries_again(client, page, bob):
    work = Operation.objects.get(pk=page().context["work"].id)
    request_cancel(actor=bob, operation=work, now=clock.now())

    again = page()

    assert "operation-progress" not in again.text
    assert "It was stopped, or could not be counted." in again.text
    client.post("/reports/slow/anew/")
    assert page().context["work"].id != work.pk


def test_both_periods_are_counted_where_they_are_compared(page):
    work = page(compare="1").context["work"]
    run(operation_id=work.id, now=clock.now())
    assert page(compare="1").context["earlier"] is not None


def test_a_file_of_it_waits_until_it_is_counted(client, page):
    answer = client.get("/reports/slow/file/csv/")
    assert answer.headers["Location"].startswith("/reports/slow/?by=source")
    run(operation_id=page().context["work"].id, now=clock.now())
    assert client.get("/reports/slow/file/csv/").content.decode().splitlines()[-1] == "In all,1"


def test_readers_of_another_language_share_the_figures(client, page):
    run(operation_id=page().context["work"].id, now=clock.now())
    with translation.override("uk"):
        assert "operation-progress" not in client.get("/reports/slow/", headers={"Accept-Language": "uk"}).text


def test_a_card_of_home_asks_again_until_it_is_counted(client, page, monkeypatch):
    from apps.core.views import home

    monkeypatch.setattr(home, "PAGE_MS", 30)
    address = {"slot": "report:slow?period=this_year"}
    card = client.get("/home/card/", address)
    assert card.context["is_counting"]
    assert "load delay" in card.text
    run(operation_id=Operation.objects.get().pk, now=clock.now())
    assert [cell.text for cell in client.get("/home/card/", address).context["total"].cells] == ["1"]
