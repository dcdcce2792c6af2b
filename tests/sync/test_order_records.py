"""What a source sent of an order, as it came, for managers who ask why the order says what it does."""

from __future__ import annotations

import pytest
from django.test import Client

from apps.crm.models import OrderEvent
from apps.sync.models import Source
from apps.sync.services.applying import apply_waiting
from apps.sync.services.raw_records import raw_record_of
from tests.sync.factories import Plug, a_source, dealer, order, status

pytestmark = pytest.mark.django_db


@pytest.fixture
def event(everyone_folder) -> OrderEvent:
    plug = Plug(a_source())
    plug.post([dealer(), order(), status(stage="accepted"), status(stage="production", version=2)])
    apply_waiting(source_id=plug.source.pk)
    return OrderEvent.objects.get(record="status:A-1", version=2)


def reading(user, address: str):
    client = Client()
    client.force_login(user)
    return client.get(address)


def test_a_manager_finds_the_record_that_an_event_came_from(event, alice):
    page = reading(alice, f"/crm/orders/{event.order_id}/").content.decode()
    assert f"/sync/order-records/{event.pk}/" in page

    sheet = reading(alice, f"/sync/order-records/{event.pk}/").content.decode()

    assert "&quot;stage&quot;: &quot;production&quot;" in sheet
    assert "&quot;accepted&quot;" not in sheet
    assert ", record 4" in sheet


def test_sales_and_dealers_have_no_such_panel(event, bob, dora):
    assert "/sync/order-records/" not in reading(bob, f"/crm/orders/{event.order_id}/").content.decode()
    for user in (bob, dora):
        assert reading(user, f"/sync/order-records/{event.pk}/").status_code == 403


@pytest.mark.parametrize("gone", ["batch", "record"])
def test_what_is_no_longer_found_says_so(event, alice, gone):
    if gone == "batch":
        OrderEvent.objects.filter(pk=event.pk).update(batch_id=None)
        event.refresh_from_db()
    else:
        Source.objects.update(mapping={"type": "kind", "records": {}})

    assert raw_record_of(event).text == ""
    assert "no longer kept" in reading(alice, f"/sync/order-records/{event.pk}/").content.decode()


def test_a_voyage_is_found_by_each_order_on_board(event):
    plug = Plug(Source.objects.get())
    voyage = {
        "type": "shipment", "key": "S-1", "version": 1, "happened_at": "2026-11-02T09:00:00Z", "number": "S-1",
        "planned_on": "2026-11-05", "stops": [{"dealer": "1001", "position": 1}], "items": [{"order": "A-1"}],
    }  # fmt: skip
    plug.post([voyage])
    apply_waiting(source_id=plug.source.pk)

    found = raw_record_of(OrderEvent.objects.get(kind="shipment"))

    assert '"S-1"' in found.text
