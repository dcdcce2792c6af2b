"""`manage.py load_relations`: the demo company's teams, who looks after whom and what is next; after `load_demo`."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from apps.core import clock
from apps.crm.demo.follow_up import load_follow_up
from apps.crm.demo.teams import found_teams


class Command(BaseCommand):
    help = "Give the demo company teams, absences and hand-overs; does nothing where it has them already."

    def handle(self, *args: Any, **options: Any) -> None:
        now = clock.now()
        if found_teams(password="demo-rapport-1", now=now):  # noqa: S106  the demo's known one
            self.stdout.write("The demo company has its teams.")
        if count := load_follow_up(now=now):
            self.stdout.write(f"{count} contacts go through sequences.")
