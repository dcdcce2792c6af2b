"""The cache keeps one client a pool."""

from __future__ import annotations

from django.core.cache import cache


def test_the_cache_answers_through_one_kept_client():
    cache.set("kept-client", {"a": 1})

    assert cache.get("kept-client") == {"a": 1}
    assert cache.get_many(["kept-client", "not-there"]) == {"kept-client": {"a": 1}}
    kept = cache._cache  # type: ignore[attr-defined]  # what is behind Django's Redis cache
    assert kept.get_client() is kept.get_client()
    cache.delete("kept-client")
    assert cache.get("kept-client") is None


def test_clearing_forgets_what_is_ours_and_nothing_else_in_the_same_redis():
    client = cache._cache.get_client(None, write=True)  # type: ignore[attr-defined]
    client.set("another-house:c:1:kept", "theirs", ex=60)
    cache.set("kept-client", 1)
    cache.set("kept*?[client]", 2)

    cache.clear()

    assert cache.get_many(["kept-client", "kept*?[client]"]) == {}
    assert client.get("another-house:c:1:kept") == b"theirs"
    client.delete("another-house:c:1:kept")
