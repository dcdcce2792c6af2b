"""The pages of the portal with the first wall pulled down: whatever a view forgets to filter isn't there."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from apps.crm.models import (
    Claim,
    ConstructionPhoto,
    LedgerEntry,
    Order,
    OrderEvent,
    Shipment,
    ShipmentItem,
    ShipmentStop,
)
from tests.crm.accounts import an_entry
from tests.crm.factories import NOW, a_construction, a_dealer, a_plant, an_order, into_portal

pytestmark = pytest.mark.django_db

MODELS = (Order, OrderEvent, Shipment, ShipmentStop, ShipmentItem, LedgerEntry, Claim, ConstructionPhoto)
FOREIGN = ("B-2002", "Their secret", "S-FOREIGN", "777.77", "77777")


@pytest.fixture
def _no_first_wall(monkeypatch):
    for model in MODELS:
        queryset = type(model.objects.all())
        monkeypatch.setattr(queryset, "visible_to", lambda self, _user: self.filter())


@pytest.fixture
def dealers(client, dora):
    mine, theirs = a_dealer("Svitlo Windows"), a_dealer("Promin")
    into_portal(dora, mine)
    client.force_login(dora)
    own, foreign = an_order(mine, "A-1001"), an_order(theirs, "B-2002", reference="Their secret", amount=Decimal(77777))
    a_construction(foreign)
    an_entry(mine, date(2026, 10, 1), "10.00")
    an_entry(theirs, date(2026, 10, 1), "777.77", order=foreign)
    shipment = Shipment.objects.create(
        plant=a_plant(),
        plant_key="S-FOREIGN",
        number="S-FOREIGN",
        planned_on=NOW.date(),
        dealer_ids=[theirs.pk],
        as_of=NOW,
        changed_at=NOW,
    )
    return own, foreign, shipment


@pytest.mark.usefixtures("_no_first_wall")
def test_lists_files_and_reports_hold_nothing_of_another_dealer(client, dealers):
    pages = ["orders/", "orders/?q=secret", "orders/download/csv/", "deliveries/", "finances/", "reports/"]
    pages += ["finances/?order=b-2002", "finances/download/csv/?from=2026-01-01"]
    for page in pages:
        text = client.get(f"/portal/{page}").content.decode()
        found = [words for words in FOREIGN if words in text]
        assert found == [], page


@pytest.mark.usefixtures("_no_first_wall")
def test_another_dealers_records_are_not_there(client, dealers):
    own, foreign, shipment = dealers

    assert client.get(f"/portal/orders/{foreign.pk}/").status_code == 404
    assert client.get(f"/portal/deliveries/{shipment.pk}/").status_code == 404
    assert client.get(f"/portal/orders/{own.pk}/").status_code == 200
