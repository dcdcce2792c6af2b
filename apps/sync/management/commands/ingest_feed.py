"""`manage.py ingest_feed SOURCE FILE... [--json]`: files of a plant, as if the source had sent them."""

from __future__ import annotations

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.core import clock
from apps.sync.models import Source
from apps.sync.services.ingesting import ingest_files


class Command(BaseCommand):
    help = "Brings files (JSON, JSON Lines, CSV, CommerceML) in as a source's. Exit code 2: one could not be read."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("source", metavar="SOURCE", help="the code of the source")
        parser.add_argument("files", nargs="+", metavar="FILE")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        source = Source.objects.select_related("plant").filter(code=options["source"]).first()
        if source is None:
            raise CommandError(f"There is no source {options['source']}.")
        report = ingest_files(source=source, paths=options["files"], now=clock.now())
        found = report.as_json()
        if options["json"]:
            self.stdout.write(json.dumps(found))
        else:
            self.stdout.write(" ".join(f"{name} {count}" for name, count in found.items()))
        for path, reason in report.unreadable:
            self.stderr.write(f"{path}: {reason}")
        if report.unreadable:
            sys.exit(2)
