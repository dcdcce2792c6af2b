"""`manage.py replay_rejections SOURCE`: what was rejected, applied again after the cause was mended."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.core import clock
from apps.sync.models import Source
from apps.sync.services.applying import apply_waiting
from apps.sync.services.rejections import replay_rejections


class Command(BaseCommand):
    help = "Applies the open rejections of a source again, by its mapping of today; what still doesn't fit stays open."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("source", metavar="SOURCE", help="the code of the source")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        source = Source.objects.filter(code=options["source"]).first()
        if source is None:
            raise CommandError(f"There is no source {options['source']}.")
        replay = replay_rejections(actor=None, source=source, now=clock.now())
        apply_waiting(source_id=source.pk)  # batches that can be read by now
        if options["json"]:
            found = {"tried": replay.tried, "settled": replay.settled, "rejected": replay.rejected}
            self.stdout.write(json.dumps(found))
        else:
            self.stdout.write(f"tried {replay.tried} settled {replay.settled} rejected {replay.rejected}")
