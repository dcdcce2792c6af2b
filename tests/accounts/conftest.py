from __future__ import annotations

import pytest

PASSWORD = "correct-horse-1"


@pytest.fixture(autouse=True)
def _counts_of_its_own(settings, request):
    """Failed sign-ins are counted in the cache, by address and by client: each test begins at nought."""
    settings.CACHES = {
        "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": request.node.nodeid}
    }
    settings.SESSION_ENGINE = "django.contrib.sessions.backends.db"


@pytest.fixture
def sign_in(client):
    """Sign in by the door that people use."""

    def _sign_in(user, password=PASSWORD):
        return client.post("/accounts/login/", {"login": user.email, "password": password})

    return _sign_in
