"""What synchronisation adds to the frame and to the lower floors."""

from __future__ import annotations

from apps.core.contributions import EncryptedColumn, MonthTable, encrypted_columns, partitioned
from apps.sync.models import Source


def register() -> None:
    """Called once, when the app is ready."""
    partitioned.register("sync_batchbody", MonthTable("sync_batchbody", "received_at"))
    encrypted_columns.register("sync.source.database_url", EncryptedColumn(Source, "database_url"))
