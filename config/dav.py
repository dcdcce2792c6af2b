"""WSGI entry point of production's `dav` process: address books and calendars for phones."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

get_wsgi_application()

# Settings must be ready first.
from apps.core.garbage import settle  # noqa: E402
from apps.sync.dav.application import make_application, mounted, with_own_connections  # noqa: E402

application = mounted(with_own_connections(make_application()))
settle()
