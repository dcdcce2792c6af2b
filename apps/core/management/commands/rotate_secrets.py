from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.core.services.key_rotation import rotate_secrets


class Command(BaseCommand):
    help = "Encrypt all stored secrets anew under the first key of RAPPORT_SECRETS_KEYS."

    def handle(self, *args: Any, **options: Any) -> None:
        rotated, broken = rotate_secrets()
        self.stdout.write(
            f"{rotated} secrets are under the newest key. Keep the older keys for another 30 days: "
            "an undo may bring a secret back as it was then."
        )
        if broken:
            raise CommandError(f"{broken} secrets open with none of the keys and were left as they are.")
