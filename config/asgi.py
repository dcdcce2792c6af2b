"""ASGI entry point: live events answered raw, everything else by Django (ADR 0002)."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

django_application = get_asgi_application()

from apps.core.live.asgi import with_live_events  # noqa: E402  settings must be ready first

application = with_live_events(django_application)
