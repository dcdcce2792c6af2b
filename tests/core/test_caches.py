"""The cache keeps one client a pool."""

from __future__ import annotations

from django.core.cache import cache


def test_the_cache_answers_through_one_kept_client():
    cache.set("kept-client", {"a": 1})

    assert cache.get("kept-client") == {"a": 1}
    assert cache.get_many(["kept-client", "not-there"]) == {"kept-client": {"a": 1}}
    assert cache._cache.get_client() is cache._cache.get_client()
    cache.delete("kept-client")
    assert cache.get("kept-client") is None
