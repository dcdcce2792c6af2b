"""`manage.py load_projects`: the demo company's groups and projects; after `load_demo`."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from apps.core import clock
from apps.projects.demo.loading import load_projects


class Command(BaseCommand):
    help = "Give the demo company groups and projects; does nothing where it has some."

    def handle(self, *args: Any, **options: Any) -> None:
        if count := load_projects(now=clock.now(), password="demo-rapport-1"):  # noqa: S106  the demo's known one
            self.stdout.write(f"Colleagues talk in {count} groups.")
