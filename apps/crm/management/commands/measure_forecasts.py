"""`manage.py measure_forecasts`: how good the forecasts would have been on the house's own history."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from django.core.management import CommandError
from django.core.management.base import BaseCommand

from apps.core import clock
from apps.crm.services.promises.measuring import measure


class Command(BaseCommand):
    help = "Learn from orders delivered before each week, forecast the orders of that week, compare. Changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--weeks", type=int, default=8, help="that are measured")
        parser.add_argument("--rest", type=int, default=4, help="weeks left out at the end: their orders may be open")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, weeks: int, rest: int, **options: Any) -> None:
        end = clock.now() - timedelta(weeks=rest)
        try:
            found = measure(start=end - timedelta(weeks=weeks), end=end)
        except ValueError as trouble:
            raise CommandError(str(trouble)) from trouble
        if options["json"]:
            self.stdout.write(json.dumps(asdict(found)))
            return
        self.stdout.write(
            f"{found.forecasts} forecasts of {found.orders} orders: median error {found.median_error:g} days"
            f" (on the first morning {found.first_error:g}), mean {found.mean_error:.2f};"
            f" the range, {found.range_days:g} days wide, held in {found.coverage:.1%};"
            f" {found.without} mornings without a forecast."
        )
