from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from apps.projects.models import Group
from apps.projects.services.finding import index_group


class Command(BaseCommand):
    help = "Makes the messages of all groups findable by their words; may be stopped and begun again."

    def handle(self, *args: Any, **options: Any) -> None:
        for group in Group.objects.order_by("pk").iterator():
            self.stdout.write(f"group={group.pk} messages={index_group(group)}")
