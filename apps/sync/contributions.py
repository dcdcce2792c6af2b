"""What synchronisation adds to the frame and to the lower floors."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from apps.accounts.permissions import is_admin
from apps.core.contributions import (
    EncryptedColumn,
    MenuItem,
    MonthTable,
    Panel,
    encrypted_columns,
    menu,
    operation_runners,
    panels,
    partitioned,
    verbs,
)
from apps.sync import home_contributions
from apps.sync.models import Source
from apps.sync.order_records import order_record_link, order_records
from apps.sync.services import applying, rejections

VERBS = {
    applying.VERB: _("Plant data applied"),
    rejections.REPLAYED: _("Rejections replayed"),
    rejections.REPLAY_ALL: _("All rejections replayed"),
    "source.created": _("Source made"),
    "source.changed": _("Source changed"),
    "source.paused": _("Source paused"),
    "source.resumed": _("Source resumed"),
    "source.cursor_set": _("Source read again"),
    "source.token_granted": _("Token of a source made"),
    "source.token_revoked": _("Token of a source revoked"),
}


def register() -> None:
    """Called once, when the app is ready."""
    home_contributions.register()
    partitioned.register("sync_batchbody", MonthTable("sync_batchbody", "received_at"))
    encrypted_columns.register("sync.source.database_url", EncryptedColumn(Source, "database_url"))
    for verb, title in VERBS.items():
        verbs.register(verb, title)
    operation_runners.register(rejections.REPLAY_ALL, rejections.run_replay)
    records = Panel("order", "card", _("As the sources sent it"), order_records, "file-code")
    panels.register("sync.order_records", records, position=95)
    raw = Panel("order_event", "link", _("Record of a source"), order_record_link, "file-code")
    panels.register("sync.order_record", raw)
    menu.register(
        "sync.sources",
        MenuItem("settings", _("Synchronisation"), "sync:sources", "arrows-exchange", is_admin),
        position=180,
    )
