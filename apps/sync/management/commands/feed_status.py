"""`manage.py feed_status [--json]`: how every source stands."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from apps.core import clock
from apps.sync.selectors.standing import standings

_COUNTS = ("read", "applied", "unchanged", "stale", "rejected", "waiting")


class Command(BaseCommand):
    help = "Prints how every source stands: read = applied + unchanged + stale + rejected + waiting, at any moment."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        rows = [standing.as_json() for standing in standings(now=clock.now())]
        if options["json"]:
            self.stdout.write(json.dumps({"sources": rows}))
            return
        for row in rows:
            counts = " ".join(f"{name} {row[name]}" for name in _COUNTS)
            as_of = row["as_of"] or "nothing yet"
            self.stdout.write(f"{row['code']}: {row['state']}, {counts}, lag {row['lag_s']} s, data as of {as_of}")
        if not rows:
            self.stdout.write("There are no sources.")
