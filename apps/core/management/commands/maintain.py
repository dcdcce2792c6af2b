from typing import Any

from django.core.management.base import BaseCommand

from apps.core import clock
from apps.core.services.maintenance import maintain


class Command(BaseCommand):
    help = "Make next year's month partitions and remove what outlived its use; runs as the tables' owner."

    def handle(self, *args: Any, **options: Any) -> None:
        done = maintain(now=clock.now())
        self.stdout.write(
            f"{done.partitions_made} partitions made, {done.partitions_removed} dropped, "
            f"{done.keys_removed} old API answers removed."
        )
