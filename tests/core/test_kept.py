"""What is kept in each process counts until somebody changes it, here or elsewhere."""

from __future__ import annotations

import pytest
from django.core.cache import cache
from django.db import transaction

from apps.core import epochs
from apps.core.kept import Kept, forget_kept

pytestmark = pytest.mark.django_db


def test_it_is_read_once_until_it_is_forgotten():
    table = ["oak"]
    woods = Kept(lambda: list(table))
    assert woods() == ["oak"]

    table.append("larch")
    assert woods() == ["oak"]

    forget_kept()
    assert woods() == ["oak", "larch"]


@pytest.mark.django_db(transaction=True)
def test_what_was_read_before_a_change_was_committed_is_forgotten_with_it():
    table = ["oak"]
    woods = Kept(lambda: list(table))

    with transaction.atomic():
        forget_kept()
        assert woods() == ["oak"]  # as another process would read it by now
        table.append("larch")

    assert woods() == ["oak", "larch"]


def test_another_process_that_forgets_is_heard_after_half_a_second(monkeypatch):
    table = ["oak"]
    woods = Kept(lambda: list(table))
    assert woods() == ["oak"]

    table.append("larch")
    cache.set("core:kept-epoch", "raised elsewhere", None)
    assert woods() == ["oak"]

    monkeypatch.setattr(epochs, "_TRUSTED", 0)
    assert woods() == ["oak", "larch"]


def test_an_emptied_redis_lets_everything_be_read_anew(monkeypatch):
    monkeypatch.setattr(epochs, "_TRUSTED", 0)
    table = ["oak"]
    woods = Kept(lambda: list(table))
    assert woods() == ["oak"]

    table.append("larch")
    cache.delete("core:kept-epoch")

    assert woods() == ["oak", "larch"]
