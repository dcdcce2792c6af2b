"""What synchronisation adds to the frame and to the lower floors."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from apps.accounts.permissions import can_hold_app_passwords, is_admin
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
from apps.core.listing import Listing, ListingEntry, listings
from apps.sync import home_contributions
from apps.sync.connection_listing import EVENTS, MEMBERS, event_listing, member_listing
from apps.sync.models import Connection, Source
from apps.sync.order_records import order_record_link, order_records
from apps.sync.services import applying, rejections
from apps.sync.services.connections import asking_by_hand

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
    asking_by_hand.RUN: _("Connection run"),
    "entity.synced": _("Changed on a phone"),
    "connection.created": _("Connection made"),
    "connection.changed": _("Connection changed"),
    "connection.switched_on": _("Connection switched on"),
    "connection.switched_off": _("Connection switched off"),
    "connection.removed": _("Connection removed"),
}


def register() -> None:
    """Called once, when the app is ready."""
    home_contributions.register()
    partitioned.register("sync_batchbody", MonthTable("sync_batchbody", "received_at"))
    encrypted_columns.register("sync.source.database_url", EncryptedColumn(Source, "database_url"))
    encrypted_columns.register("sync.connection.secret", EncryptedColumn(Connection, "secret"))
    for verb, title in VERBS.items():
        verbs.register(verb, title)
    operation_runners.register(rejections.REPLAY_ALL, rejections.run_replay)
    operation_runners.register(asking_by_hand.RUN, asking_by_hand.run_by_hand)
    records = Panel("order", "card", _("As the sources sent it"), order_records, "file-code")
    panels.register("sync.order_records", records, position=95)
    raw = Panel("order_event", "link", _("Record of a source"), order_record_link, "file-code")
    panels.register("sync.order_record", raw)
    menu.register(
        "sync.sources",
        MenuItem("settings", _("Synchronisation"), "sync:sources", "arrows-exchange", is_admin),
        position=180,
    )
    menu.register(
        "sync.phones",
        MenuItem("user", _("Phones and programs"), "sync:phones", "device-mobile", can_hold_app_passwords),
        position=205,
    )
    listings.register(MEMBERS, ListingEntry(_for_admins(member_listing)))
    listings.register(EVENTS, ListingEntry(_for_admins(event_listing)))
    menu.register(
        "sync.connections",
        MenuItem("settings", _("Connections"), "sync:connections", "plug-connected", is_admin),
        position=181,
    )


def _for_admins(make: Callable[[None], Listing]) -> Callable[[HttpRequest], Listing | None]:
    return lambda request: make(None) if is_admin(request.user) else None
