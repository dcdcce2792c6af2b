"""The Django admin's view of shared mailboxes: to read, without secrets. One's own are nobody else's business."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from apps.messaging.models import MailAccount

if TYPE_CHECKING:
    AnyAdmin = admin.ModelAdmin[Any]
else:  # the class takes no parameters when the program runs
    AnyAdmin = admin.ModelAdmin


@admin.register(MailAccount)
class MailAccountAdmin(AnyAdmin):
    list_display = ["address", "display_name", "team", "synced_at", "failing_since", "closed_at"]
    list_select_related = ["team"]
    search_fields = ["address", "display_name"]
    ordering = ["address"]
    exclude = ["owner", "password", "refresh_token", "access_token", "access_token_expires_at"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).filter(owner__isnull=True)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False
