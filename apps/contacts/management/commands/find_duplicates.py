"""`manage.py find_duplicates`: compare all contacts and say how many pairs may be one."""

from __future__ import annotations

import json
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from apps.contacts.selectors.duplicates import pairs_as_json
from apps.contacts.services.duplicates.searching import search_all


class Command(BaseCommand):
    help = "Compares all contacts with one another; the pairs wait on the page Duplicates."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON object with all open pairs")

    def handle(self, *args: Any, **options: Any) -> None:
        began = time.monotonic()
        compared = search_all(on_portion=self._progress)
        self.stderr.write("", ending="\n" if self.stderr.isatty() else "")
        pairs = pairs_as_json()
        if options["json"]:
            self.stdout.write(json.dumps({"contacts": compared, "pairs": pairs}, ensure_ascii=False))
        else:
            took = time.monotonic() - began
            self.stdout.write(f"{compared:,} contacts compared in {took:.1f} s, {len(pairs):,} pairs to be looked at")

    def _progress(self, compared: int) -> None:
        if self.stderr.isatty():
            self.stderr.write(f"\r{compared:,} compared", ending="")
            self.stderr.flush()
