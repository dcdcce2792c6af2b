"""The Celery application; queues and beat are set in config.settings."""

import os

from celery import Celery
from celery.signals import worker_process_init

from apps.core.garbage import settle

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("rapport")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(related_name="jobs")


@worker_process_init.connect
def _settle(**kwargs: object) -> None:
    settle()
