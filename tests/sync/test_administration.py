"""A second plant, set up in Django's administration alone: rows, a mapping, a token."""

from __future__ import annotations

import json
import re

import pytest
from django.test import Client

from apps.crm.models import Dealer, FieldOwner, OrderState, Plant
from apps.sync.models import Rejection, Source
from apps.sync.services.applying import apply_waiting
from tests.crm.factories import a_plant
from tests.sync.factories import Plug, a_source

pytestmark = pytest.mark.django_db

HEAD = {"version": {"from": "ts", "unit": "ms", "micros": True}, "happened_at": {"from": "ts", "unit": "ms"}}
MAPPING = {
    "type": "was",
    "records": {
        "KUNDE": {
            "to": "dealer",
            "fields": {**HEAD, "key": "nr", "code": {"from": "nr", "prefix": "L-"}, "name": "firma"},
        },
        "AUFTRAG": {
            "to": "order",
            "fields": {
                **HEAD,
                "key": {"from": "auftrag", "strip_prefix": "AU/"},
                "number": "auftrag",
                "dealer": "kunde",
                "received_at": {"from": "eingang", "format": "%d.%m.%Y %H:%M", "zone": "Europe/Warsaw"},
            },
        },
        "STATUS": {
            "to": "order_status",
            "fields": {
                **HEAD,
                "key": {"from": "auftrag", "strip_prefix": "AU/"},
                "stage": {"from": "st", "words": {"10": "accepted", "30": "production", "50": "made"}},
            },
        },
    },
}
FORM = {
    "code": "lublin",
    "title": "Lublin",
    "kind": "push",
    "groups": ["dealer", "identity", "stage"],
    "mapping": json.dumps(MAPPING),
    "settings": "{}",
    "poll_seconds": 5,
    "max_bytes": 100_000,
    "max_batches_a_minute": 60,
    "rejection_percent": 20,
    "breaker_window": 500,
    "late_minutes": 10,
    "silent_minutes": 30,
}


@pytest.fixture
def office(ada) -> Client:
    client = Client()
    client.force_login(ada)
    return client


def test_a_second_plant_needs_rows_and_no_code(office, everyone_folder):
    office.post("/admin/crm/plant/add/", {"key": "lublin", "name": "Lublin", "position": 2, "geo": "[51.2, 22.6]"})
    plant = Plant.objects.get(key="lublin")
    answer = office.post("/admin/sync/source/add/", {**FORM, "plant": plant.pk})
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    source = Source.objects.get(code="lublin")
    listed = {"action": "make_token", "_selected_action": [source.pk]}
    shown = office.post("/admin/sync/source/", listed, follow=True).content.decode()
    plug = Plug(source, re.findall(r"feed_[\w-]{43}", shown)[0])

    plug.post(
        [
            {"was": "KUNDE", "ts": 1793612345000, "nr": 7, "firma": "Okna Lublin"} | {"nr": "7"},
            {"was": "AUFTRAG", "ts": 1793612345000, "auftrag": "AU/99", "kunde": "7", "eingang": "01.11.2026 08:00"},
            {"was": "STATUS", "ts": 1793612346000, "auftrag": "AU/99", "st": 30},
            {"was": "STATUS", "ts": 1793612347000, "auftrag": "AU/99", "st": 31},
        ]
    )
    apply_waiting(source_id=source.pk)

    state = OrderState.objects.select_related("order").get()
    assert (state.order.plant_key, state.get_stage_display()) == ("99", "In production")
    assert Dealer.objects.get().code == "L-7"
    assert "no word for 31" in Rejection.objects.get().reason


def test_nonsense_is_refused_at_its_field(office):
    plant = a_plant("lublin")
    wrong = json.dumps({"type": "was", "records": {"X": {"to": "window", "fields": {}}}})

    answer = office.post("/admin/sync/source/add/", {**FORM, "plant": plant.pk, "mapping": wrong})

    assert "is none of dealer" in str(answer.context["adminform"].form.errors["mapping"])
    assert not Source.objects.exists()


def test_a_second_owner_of_a_group_can_t_be_saved(office):
    plant = a_plant("lublin")
    a_source("lublin-production", plant=plant, groups=["stage"])

    answer = office.post("/admin/sync/source/add/", {**FORM, "plant": plant.pk})

    assert "lublin-production" in str(answer.context["adminform"].form.errors["groups"])
    assert FieldOwner.objects.get(plant=plant).source == "lublin-production"


def test_a_source_is_changed_and_keeps_its_code(office):
    plant = a_plant("lublin")
    source = a_source("lublin", plant=plant, groups=["stage"])

    answer = office.post(f"/admin/sync/source/{source.pk}/change/", {**FORM, "code": "other", "title": "New title"})

    source.refresh_from_db()
    assert answer.status_code == 302
    assert (source.code, source.title, source.version) == ("lublin", "New title", 2)
    assert sorted(FieldOwner.objects.values_list("group", flat=True)) == ["dealer", "identity", "stage"]
