"""What the handbook shows works as it stands there."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.conf import settings

from apps.core import clock
from apps.crm.models import ExternalRef, OrderMoney
from apps.sync.services.ingesting import ingest_files
from tests.crm.factories import a_dealer
from tests.sync.factories import a_source


@pytest.mark.corpus
@pytest.mark.django_db
def test_orders_of_1c_become_ours_by_the_mapping_of_the_handbook(corpus: Path, everyone_folder):
    handbook = (settings.BASE_DIR / "docs" / "howto" / "sources.md").read_text()
    mapping = handbook.partition("CommerceML, for example")[2].partition("{")[2].partition("\n\n")[0]
    source = a_source("kyiv-1c", mapping=json.loads(f"{{{mapping}"))
    ExternalRef.objects.create(
        source="kyiv-1c", type="dealer", external_id="1#admin#Петров Петр", object_id=a_dealer("Petrov").pk
    )

    report = ingest_files(source=source, paths=[str(corpus / "commerceml/carono/orders.xml")], now=clock.now())

    money = OrderMoney.objects.select_related("order").get()
    assert (money.order.number, str(money.amount), money.currency) == ("20", "9683.42", "RUB")
    assert report.as_json() | {"read": 3, "rejected": 0} == report.as_json()
