"""What a mail of notices told, for those who get an answer to it."""

from __future__ import annotations

from collections.abc import Collection

from apps.activities.models import Notice
from apps.core.models import OutgoingMail

PREFIX = "digest"


def digest_key(notices: list[Notice]) -> str:
    """Under which the outbox keeps a mail about these notices of one user, in their order; none goes out twice."""
    return f"{PREFIX}:{notices[0].user_id}:{notices[0].pk}:{notices[-1].pk}"


def told_by(message_ids: Collection[str]) -> dict[str, list[Notice]]:
    """By Message-ID (without angle brackets), for those of these mails that were notices: whom they told of what."""
    keys = dict.fromkeys(f"<{each}>" for each in message_ids)
    found = OutgoingMail.objects.filter(message_id__in=list(keys), dedupe_key__startswith=f"{PREFIX}:")
    return {key.strip("<>"): _told(dedupe_key) for key, dedupe_key in found.values_list("message_id", "dedupe_key")}


def _told(dedupe_key: str) -> list[Notice]:
    """Those between the first and the last of a mail that were marked together with them."""
    user, first, last = dedupe_key.split(":")[1:]
    begin, end = sorted((int(first), int(last)))
    together = Notice.objects.filter(pk=first).values("mailed_at")
    mine = Notice.objects.filter(user=int(user), pk__gte=begin, pk__lte=end, mailed_at__in=together)
    return list(mine.select_related("user").order_by("at", "pk"))
