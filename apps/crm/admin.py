"""The Django admin's view of plants: a second one is a row here and its sources."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

from apps.crm.models import Plant

if TYPE_CHECKING:
    AnyAdmin = admin.ModelAdmin[Any]
else:  # the class takes no parameters when the program runs
    AnyAdmin = admin.ModelAdmin


@admin.register(Plant)
class PlantAdmin(AnyAdmin):
    list_display = ["name", "key", "city", "position"]
    ordering = ["position", "name"]

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> list[str]:
        return ["key"] if obj else []  # what came is filed under it

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False
