"""Settings, URLs, servers: joins the apps and holds no logic."""

from config.celery import app as celery_app

__all__ = ["celery_app"]
