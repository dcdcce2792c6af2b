"""Web push: users let us wake their browsers, and notices do (RFC 8030; encrypted by RFC 8291, signed by RFC 8292)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import requests
import structlog
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from py_vapid import Vapid02
from pywebpush import WebPusher

from apps.accounts.models import User
from apps.accounts.preferences import reading_as
from apps.activities.models import Notice, PushSubscription
from apps.activities.selectors.notices import Line, lines_of
from apps.activities.selectors.pushing import is_key
from apps.activities.selectors.wishes import Wish, wishes_of
from apps.core.hosts import checked_addresses, guarded_session

if TYPE_CHECKING:
    from collections.abc import Iterable

log = structlog.get_logger(__name__)

PORTION = 50
MOST_BROWSERS = 20  # of one user; the oldest makes room
_NEVER = Wish(push=False)
_STALE = timedelta(hours=12)  # nobody is woken for what is older
_KEPT = 12 * 3600  # seconds for which the browser's service keeps it while the device is off
_TIMEOUT = 10
_TEXT = 300


@transaction.atomic
def subscribe(
    *, actor: User, endpoint: str, p256dh: str, auth: str, user_agent: str, now: datetime
) -> PushSubscription:
    """Let `actor` be woken in the browser behind `endpoint`; whoever was so before isn't any more.

    Raises ValidationError under "endpoint" or "keys".
    """
    _check_endpoint(endpoint)
    if not is_key(p256dh, 65) or not is_key(auth, 16):
        raise ValidationError({"keys": _("The browser's keys make no sense.")})
    row, _made = PushSubscription.objects.update_or_create(
        endpoint=endpoint,
        defaults={
            "user": actor,
            "p256dh": p256dh,
            "auth": auth,
            "user_agent": user_agent[:300],
            "created_at": now,
        },
    )
    mine = PushSubscription.objects.filter(user=actor).order_by("-created_at", "-pk")
    PushSubscription.objects.filter(pk__in=list(mine.values_list("pk", flat=True)[MOST_BROWSERS:])).delete()
    return row


def unsubscribe(*, actor: User, endpoint: str) -> None:
    """Not subscribed: nothing happens."""
    PushSubscription.objects.filter(user=actor, endpoint=endpoint).delete()


def send_due(*, now: datetime) -> int:
    """Wake the browsers of all who are to be; return how many messages their services have taken.

    Rows are marked before they are sent: a push that is lost is still in the inbox, one that comes twice annoys.
    """
    taken = 0
    with guarded_session() as session:
        while rows := _claim(now):
            for user, lines in _readable(rows, now):
                taken += sum(_send(session, subscription, line, now) for subscription, line in _each(user, lines))
    return taken


@transaction.atomic
def _claim(now: datetime) -> list[Notice]:
    due = Notice.objects.filter(wants_push=True, pushed_at__isnull=True, at__lte=now)
    rows = list(due.select_for_update(skip_locked=True).order_by("at")[:PORTION])
    Notice.objects.filter(pk__in=[row.pk for row in rows]).update(pushed_at=now)
    return rows


def _readable(rows: Sequence[Notice], now: datetime) -> Iterable[tuple[User, list[Line]]]:
    """By user the words of what they haven't read, still may see and still want."""
    for user in User.objects.filter(pk__in={row.user_id for row in rows}, is_active=True):
        wishes = wishes_of(user)
        mine = [
            row.pk
            for row in rows
            if row.user_id == user.pk and row.at > now - _STALE and wishes.get(row.event, _NEVER).push
        ]
        found = Notice.objects.visible_to(user).unread().filter(pk__in=mine).select_related("actor").order_by("at")
        with reading_as(user):
            yield user, lines_of(list(found), user=user)


def _each(user: User, lines: Sequence[Line]) -> list[tuple[PushSubscription, Line]]:
    subscriptions = list(PushSubscription.objects.filter(user=user).order_by("pk"))
    return [(subscription, line) for line in lines for subscription in subscriptions]


def _send(session: requests.Session, subscription: PushSubscription, line: Line, now: datetime) -> bool:
    words = {"title": line.headline, "body": line.text[:_TEXT], "url": line.url, "tag": f"notice-{line.id}"}
    try:
        answer = session.post(
            subscription.endpoint,
            data=encrypted(subscription, json.dumps(words, ensure_ascii=False)),
            headers={
                **signature(subscription.endpoint, now),
                "Content-Encoding": "aes128gcm",
                "Content-Type": "application/octet-stream",
                "TTL": str(_KEPT),
            },
            timeout=_TIMEOUT,
            allow_redirects=False,
            stream=True,  # what it says beside its status is of no interest
        )
    except (requests.RequestException, OSError) as error:
        log.warning("push.failed", subscription_id=subscription.pk, error=type(error).__name__)
        return False
    answer.close()
    if answer.status_code in (HTTPStatus.NOT_FOUND, HTTPStatus.GONE):
        subscription.delete()
        log.info("push.gone", subscription_id=subscription.pk)
        return False
    if not answer.ok:
        log.warning("push.refused", subscription_id=subscription.pk, status=answer.status_code)
    return bool(answer.ok)


def encrypted(subscription: PushSubscription, words: str) -> bytes:
    """What only the subscribed browser can read."""
    keys = {"p256dh": subscription.p256dh, "auth": subscription.auth}
    pusher = WebPusher({"endpoint": subscription.endpoint, "keys": keys})
    body: bytes = pusher.encode(words.encode(), content_encoding="aes128gcm")["body"]
    return body


def signature(endpoint: str, now: datetime) -> dict[str, str]:
    """The header that says who we are, for this service alone."""
    parts = urlsplit(endpoint)
    claims = {
        "aud": f"{parts.scheme}://{parts.netloc}",
        "exp": int((now + timedelta(hours=12)).timestamp()),
        "sub": settings.RAPPORT_VAPID_SUBJECT,
    }
    headers: dict[str, str] = Vapid02.from_raw(settings.RAPPORT_VAPID_PRIVATE_KEY.encode()).sign(claims)
    return headers


def _check_endpoint(endpoint: str) -> None:
    try:
        parts = urlsplit(endpoint)
        port = parts.port or 443
    except ValueError:
        parts, port = urlsplit(""), 443
    local = bool(settings.RAPPORT_PRIVATE_NETWORKS) and parts.scheme == "http"
    if len(endpoint) > 1000 or not parts.hostname or parts.username or (parts.scheme != "https" and not local):
        raise ValidationError({"endpoint": _("This is no address of a push service.")})
    try:
        checked_addresses(parts.hostname, port)
    except (OSError, UnicodeError) as error:
        raise ValidationError({"endpoint": _("This push service can't be reached from here.")}) from error
