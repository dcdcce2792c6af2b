"""ASGI entry point: live events answered raw, phones by Radicale, everything else by Django (ADR 0002, 0028)."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

django_application = get_asgi_application()

# Settings must be ready first.
from django.conf import settings  # noqa: E402

from apps.core.body_limits import with_body_limits  # noqa: E402
from apps.core.garbage import settle  # noqa: E402
from apps.core.live.asgi import with_live_events  # noqa: E402
from apps.projects.hook_words import MOST_BYTES  # noqa: E402
from apps.sync.dav.asgi import with_dav  # noqa: E402

_limits = {"/api/v1/feeds/": settings.RAPPORT_FEED_LIMIT, "/hooks/": MOST_BYTES}
application = with_live_events(with_dav(with_body_limits(django_application, _limits)))
settle()
