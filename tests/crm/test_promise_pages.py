"""Dealers and staff read what was promised, what is expected, and why; staff what became of promises."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils.timezone import localdate

from apps.core import clock
from apps.crm.models import Order, OrderState, Promise, Stage, Status
from apps.crm.services.promises.learning import stored_timings
from apps.crm.services.promises.working_out import Telling, work_out
from tests.crm.factories import a_dealer, a_plant, an_order, into_portal
from tests.crm.promising import a_learned_past, set_state

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def firm(dora):
    firm = a_dealer("Svitlo Windows")
    into_portal(dora, firm)
    return firm


@pytest.fixture
def order(firm):
    now = clock.now()
    a_learned_past(firm, now=now)
    order = an_order(firm, "A-1001", product="Doors", received_at=now)
    set_state(order, now=now, stage=Stage.ACCEPTED, accepted_at=now, promised_on=localdate(now) + 30 * DAY)
    return order


def texts(response) -> str:
    return str(response.content.decode())


def worked_out(order: Order) -> None:
    work_out([order.pk], stored_timings(), now=clock.now(), telling=Telling.ALL)


def test_the_dealer_reads_the_day_promised_the_day_expected_and_why(client, dora, order):
    client.force_login(dora)
    assert "No forecast yet" in texts(client.get(f"/portal/orders/{order.pk}/"))

    worked_out(order)
    page = texts(client.get(f"/portal/orders/{order.pk}/"))

    assert "Kept" in page
    assert page.count('class="awaited"') == 3  # planned delivery, amount, constructions
    assert "orders of Doors at Plant Kyiv" in page
    assert "usually 2 days from “Accepted” to “In production”." in page
    listed = texts(client.get("/portal/orders/?q=A-1001"))
    assert "promise-cell" in listed
    assert "Kept" in listed


def test_a_late_one_and_one_that_stands_say_so(client, dora, order):
    set_state(order, now=clock.now(), promised_on=localdate(clock.now()) + DAY)
    worked_out(order)
    client.force_login(dora)
    assert "Late" in texts(client.get(f"/portal/orders/{order.pk}/"))

    set_state(order, now=clock.now(), status=Status.ON_HOLD, is_on_hold=True)
    worked_out(order)
    assert "No forecast while the order is on hold." in texts(client.get(f"/portal/orders/{order.pk}/"))


def test_staff_read_the_same_and_outsiders_nothing(client, bob, charlie, order):
    worked_out(order)
    client.force_login(bob)
    assert "orders of Doors at Plant Kyiv" in texts(client.get(f"/crm/orders/{order.pk}/"))

    client.force_login(charlie)
    assert client.get("/crm/promises/").status_code == 403


def test_the_notice_leads_to_the_order(client, dora, order):
    worked_out(order)
    set_state(order, now=clock.now(), stage=Stage.MADE, made_at=clock.now())
    worked_out(order)
    client.force_login(dora)

    page = texts(client.get("/portal/notices/"))

    assert "Order A-1001: it is expected on another day now" in page


def settled(firm, number: str, outcome: str, *, plant=None, lost: int | None = None, days: int = 0) -> None:
    order = an_order(firm, number, stage=Stage.DELIVERED, plant=plant or a_plant(), received_at=clock.now())
    Promise.objects.create(
        order=order,
        dealer=firm,
        plant=order.plant,
        promised_on=localdate(clock.now()) - DAY,
        reason="over",
        state_at=OrderState.objects.get(order=order).changed_at,
        outcome=outcome,
        lost_stage=lost,
        lost_days=days,
    )


def test_the_reports_figures_are_those_of_the_lists_that_they_lead_to(client, bob, firm, django_assert_max_num_queries):
    lutsk = a_plant("lutsk")
    for number in range(3):
        settled(firm, f"K-{number}", "kept")
    settled(firm, "M-1", "moved", lost=20, days=3)
    settled(firm, "B-1", "broken", lost=20, days=6)
    settled(firm, "B-2", "broken", lost=40, days=2, plant=lutsk)
    client.force_login(bob)

    today = localdate(clock.now())
    start, end = f"{today - 30 * DAY:%Y-%m-%d}", f"{today:%Y-%m-%d}"

    with django_assert_max_num_queries(20):
        page = texts(client.get(f"/crm/promises/?from={start}&to={end}"))

    assert "60 %" in page
    assert "4.5" in page
    period = f"f.promised={start}&f.promised={end}"
    address = f"/crm/orders/?{period}&f.plant={a_plant().pk}&f.promise=moved&f.promise=broken&f.lost=20"
    assert address.replace("&", "&amp;") in page
    listed = texts(client.get(address))
    assert all(number in listed for number in ("M-1", "B-1"))
    assert not any(number in listed for number in ("B-2", "K-1"))
