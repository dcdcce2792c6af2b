"""The commands of synchronisation."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from apps.crm.models import Dealer
from apps.sync.models import Rejection
from apps.sync.services.applying import apply_waiting
from tests.sync.factories import Plug, a_source, dealer, order, status

pytestmark = pytest.mark.django_db


@pytest.fixture
def plug(everyone_folder) -> Plug:
    return Plug(a_source())


def told(*command: str) -> Any:
    out = io.StringIO()
    call_command(*command, stdout=out, stderr=io.StringIO())
    return json.loads(out.getvalue())


def test_feed_status_names_every_source_and_its_figures_add_up(plug):
    plug.post([dealer(), order(), status("B-1"), {"kunde": 1}])
    apply_waiting(source_id=plug.source.pk)
    plug.post([status()])

    (row,) = told("feed_status", "--json")["sources"]

    assert {name: row[name] for name in row if name not in ("lag_s", "as_of")} == {
        "code": "kyiv-production", "state": "active", "read": 5, "applied": 2, "unchanged": 0, "stale": 0,
        "rejected": 1, "waiting": 2,
    }  # fmt: skip
    assert row["lag_s"] >= 0


def test_files_are_brought_in_and_counted(plug, tmp_path: Path):
    lines = [dealer(), order(), status(), status(), {"kunde": 1}]
    path = tmp_path / "orders-1.jsonl"
    path.write_text("\n".join(map(json.dumps, lines)))

    first = told("ingest_feed", "kyiv-production", str(path), "--json")
    again = told("ingest_feed", "kyiv-production", str(path), "--json")

    assert first == {"read": 5, "applied": 3, "unchanged": 1, "stale": 0, "rejected": 1, "waiting": 0}
    assert again == {"read": 0, "applied": 0, "unchanged": 0, "stale": 0, "rejected": 0, "waiting": 0}


def test_what_can_t_be_read_ends_with_code_2(plug, tmp_path: Path):
    (tmp_path / "broken.json").write_text("{")

    with pytest.raises(SystemExit) as ended:
        told("ingest_feed", "kyiv-production", str(tmp_path / "broken.json"), str(tmp_path / "absent.xml"), "--json")
    with pytest.raises(CommandError, match="no source"):
        told("ingest_feed", "nobody", str(tmp_path / "broken.json"))

    assert ended.value.code == 2
    assert Rejection.objects.get().code == "unreadable"


def test_rejections_are_replayed(plug):
    plug.post([dealer() | {"name": ""}])
    apply_waiting(source_id=plug.source.pk)

    assert told("replay_rejections", "kyiv-production", "--json") == {"tried": 1, "settled": 0, "rejected": 1}
    assert not Dealer.objects.exists()


def test_the_schema_is_printed():
    assert told("feed_schema")["title"] == "Rapport feed"
