"""`manage.py feed_schema`: the agreement with the plants as JSON Schema."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand

from apps.sync.schemas import json_schema


class Command(BaseCommand):
    help = "Prints the format of records as JSON Schema."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(json.dumps(json_schema(), indent=2, ensure_ascii=False))
