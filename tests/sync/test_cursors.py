"""A database whose rows are read once more, from a place that an administrator names."""

from __future__ import annotations

import pytest
from django.test import Client

from apps.accounts.models import AuditEvent
from apps.sync.models import Batch
from apps.sync.services.polling import poll
from tests.sync.test_pulling import book, books, reading

__all__ = ["books"]  # a fixture

pytestmark = pytest.mark.django_db


def test_an_administrator_sets_a_cursor_back_and_the_rows_come_once_more(books, ada, bob):
    book(books, "1.00", "2.00", "3.00")
    source = reading(books)
    poll(source_id=source.pk)
    office = Client()
    office.force_login(ada)
    assert "<code>3</code>" in office.get("/sync/kyiv-books/").content.decode()

    unsure = office.post("/sync/kyiv-books/cursor/", {"table": "operations", "cursor": "[1]"})
    wrong = office.post("/sync/kyiv-books/cursor/", {"table": "operations", "cursor": "[1, 2]", "sure": "on"})
    source.refresh_from_db()
    assert (unsure.status_code, wrong.status_code, source.cursor) == (422, 422, {"operations": [3]})
    office.post("/sync/kyiv-books/cursor/", {"table": "operations", "cursor": "[1]", "sure": "on"})
    source.refresh_from_db()
    assert source.cursor == {"operations": [1]}
    poll(source_id=source.pk)

    assert list(Batch.objects.order_by("pk").values_list("records", flat=True)) == [3, 2]
    event = AuditEvent.objects.latest("pk")
    assert (event.verb, event.actor, event.details["from_beginning"]) == ("source.cursor_set", ada, False)
    office.post("/sync/kyiv-books/cursor/", {"table": "operations", "cursor": "", "sure": "on"})
    source.refresh_from_db()
    assert source.cursor == {}
    office.force_login(bob)
    assert office.post("/sync/kyiv-books/cursor/", {"table": "operations", "sure": "on"}).status_code == 403
