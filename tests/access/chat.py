"""Bob's group with a message; nobody else is in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apps.projects.models import Membership
from apps.projects.services.members import make_group
from apps.projects.services.messages import post_message
from tests.conftest import NOW

if TYPE_CHECKING:
    from tests.access.world import World


def add_chat(world: World) -> None:
    bob = world.users["sales"]
    group = make_group(actor=bob, title="Site visit", users=[], now=NOW)
    message = post_message(actor=bob, group=group, client_id="first-message", text="Oak arrived", now=NOW)
    own = Membership.objects.get(group=group, user=bob)
    world.places["all"] |= {"member_id": own.pk}
    world.places["chat"] = {"group_id": group.pk, "message_id": message.pk}
