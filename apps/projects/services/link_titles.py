"""Titles of the pages that messages name. The row is the queue: due until it was asked for, or thrice in vain."""

from __future__ import annotations

import functools
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import F

from apps.core.fetching import Unreachable, fetch_page
from apps.core.jobs import nudge
from apps.projects.models import Message, MessageLink
from apps.projects.services.announcing import announce
from apps.projects.services.counting import take_rev
from apps.projects.titles import title_in
from apps.projects.wording import links_in

log = structlog.get_logger(__name__)

_TYPES = frozenset({"text/html", "application/xhtml+xml"})
_MOST_BYTES = 256 * 1024
_MOST_TITLED = 5  # addresses of one message that are asked for
_AT_ONCE = 8
_LEASE = timedelta(minutes=2)  # longer than asking takes; then another worker may ask
_TRIES = 3
_PAUSE = timedelta(minutes=10)
_SHIFT = 60.0  # seconds of one job


def note_links(message: Message, *, now: datetime) -> None:
    """Keep the addresses that a message names, within its transaction; their titles follow."""
    wanted = settings.RAPPORT_LINK_TITLES
    links = [
        MessageLink(
            group_id=message.group_id,
            message=message,
            url=url,
            title_due_at=now if wanted and place < _MOST_TITLED else None,
        )
        for place, url in enumerate(links_in(message.text))
    ]
    MessageLink.objects.bulk_create(links)
    if links and wanted:
        from apps.projects import jobs

        transaction.on_commit(functools.partial(nudge, jobs.fetch_link_titles))


def fetch_due(*, now: datetime) -> int:
    """Ask for what is due until nothing is left or the shift is over; how many addresses that were."""
    asked, began = 0, time.monotonic()
    with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="titles") as pool:
        while settings.RAPPORT_LINK_TITLES and time.monotonic() < began + _SHIFT:
            at = now + timedelta(seconds=time.monotonic() - began)
            links = _claim(at)
            if not links:
                break
            for link, title in zip(links, pool.map(_title, [link.url for link in links]), strict=True):
                _settle(link, title, at)
            asked += len(links)
    return asked


@transaction.atomic
def _claim(now: datetime) -> list[MessageLink]:
    """Committed before anybody is asked: whoever dies leaves them due again after a while."""
    due = MessageLink.objects.select_for_update(skip_locked=True).filter(title_due_at__lte=now)
    links = list(due.order_by("title_due_at", "pk")[:_AT_ONCE])
    rows = MessageLink.objects.filter(pk__in=[link.pk for link in links])
    rows.update(title_due_at=now + _LEASE, title_tries=F("title_tries") + 1)
    return links


def _title(url: str) -> str | None:
    """In a thread, without the database. None: another time may do."""
    try:
        page = fetch_page(url, types=_TYPES, most=_MOST_BYTES)
        return title_in(page.body, page.charset) if page is not None else ""
    except Unreachable:
        return None
    except Exception:  # whatever a page does is its own failure, and nobody waits for it
        log.exception("link.title.failed")
        return ""


@transaction.atomic
def _settle(link: MessageLink, title: str | None, now: datetime) -> None:
    """Write what came, and let open pages see it; a message that was edited meanwhile has other rows."""
    row = MessageLink.objects.filter(pk=link.pk)
    if title is None and link.title_tries + 1 < _TRIES:
        row.update(title_due_at=now + _PAUSE * (link.title_tries + 1))
        return
    if not title:
        row.update(title_due_at=None)
        return
    rev = take_rev(link.group_id)
    message = Message.objects.standing().filter(pk=link.message_id).first()
    if message is None or not row.update(title=title, title_due_at=None):
        return
    message.rev = rev
    message.save(update_fields=["rev"])
    announce(message)
