"""WSGI entry point of production's `web` process."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

application = get_wsgi_application()

from apps.core.garbage import settle  # noqa: E402  settings must be ready first

settle()
