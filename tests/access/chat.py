"""Bob's group with a message; nobody else is in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.files.uploadedfile import SimpleUploadedFile

from apps.core.models import WebhookEndpoint
from apps.projects.models import Attachment, Bot, Membership, Topic
from apps.projects.services.attaching import keep_file, seal
from apps.projects.services.bots import make_bot
from apps.projects.services.group_events import audience_of
from apps.projects.services.members import make_group
from apps.projects.services.messages import post_message
from tests.conftest import NOW

if TYPE_CHECKING:
    from tests.access.world import World


_DOT = (
    b"GIF89a\x01\x00\x01\x00\x80\x00\x00\xff\xff\xff\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;"
)


def add_chat(world: World) -> None:
    bob = world.users["sales"]
    group = make_group(actor=bob, title="Site visit", users=[], now=NOW)
    kept = keep_file(actor=bob, group=group, upload=SimpleUploadedFile("dot.gif", _DOT), now=NOW)
    message = post_message(
        actor=bob,
        group=group,
        client_id="first-message",
        text="Oak arrived",
        files=[seal(kept, actor=bob, group=group)],
        now=NOW,
    )
    photo = Attachment.objects.get()
    own = Membership.objects.get(group=group, user=bob)
    hook, key = make_bot(actor=bob, group=group, kind=Bot.Kind.HOOK, name="Crane", sign="", reads=False, now=NOW)
    receiver = WebhookEndpoint.objects.create(audience=audience_of(group.pk), name="Site", created_at=NOW)
    programs = {"member_id": hook.pk, "endpoint_id": receiver.pk}
    topic = Topic.objects.create(group=group, title="Windows", created_at=NOW)
    world.places["all"] |= {"member_id": own.pk, "chat_topic": topic.pk, "hook_key": key}
    order = Membership.objects.create(
        group=group, record_type="crm.order", record_id=1, display_name="Order", joined_at=NOW
    )
    world.places["chat with an order"] = {"group_id": group.pk, "member_id": order.pk}
    world.places["chat"] = {"group_id": group.pk, "message_id": message.pk, "file_id": photo.pk}
    world.places["chat's program"] = world.places["chat"] | programs
