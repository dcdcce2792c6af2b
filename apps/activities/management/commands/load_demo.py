"""`manage.py load_demo`: the demo company."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from apps.activities.demo.loading import load_demo
from apps.core import clock


class Command(BaseCommand):
    help = "Fill an empty database with the demo company; does nothing where it is there already."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--contacts", type=int, default=2000)
        parser.add_argument("--password", default="demo-rapport-1")

    def handle(self, *args: Any, contacts: int, password: str, **options: Any) -> None:
        if load_demo(total=contacts, password=password, now=clock.now()):
            self.stdout.write(f"The demo company has moved in with {contacts} contacts.")
