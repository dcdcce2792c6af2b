"""`manage.py send_digests`: mails about notices, as beat sends them every minute."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from apps.activities.services.digests import send_due
from apps.core import clock


class Command(BaseCommand):
    help = "Send the mails about notices that are due: at once, hourly, daily. Several at once are no harm."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print the counts as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        counts = send_due(now=clock.now()).as_json()
        words = ", ".join(f"{count} {name}" for name, count in counts.items())
        self.stdout.write(json.dumps(counts) if options["json"] else words)
