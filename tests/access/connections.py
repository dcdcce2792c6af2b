"""A connection, for the doors of connections; its key can't be read, so that nobody outside is asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apps.sync.models import Connection
from apps.sync.services.connections.options import MailchimpOptions
from tests.conftest import NOW

if TYPE_CHECKING:
    from tests.access.world import World


def add_connections(world: World) -> None:
    """What routes call connection_id."""
    options = MailchimpOptions(audience="a1b2c3d4e5", choice="view:1").as_json()
    connection = Connection.objects.create(
        kind="mailchimp", name="Newsletter", secret="none", options=options, created_at=NOW
    )
    world.records |= {"connection": connection}
    world.places["all"] |= {"connection_id": connection.pk}
