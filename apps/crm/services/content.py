"""News and guide pages: written, published from/until, taken down; dealers are told of news once it runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from apps.activities.services.telling import News, tell
from apps.core.services.operations import operate, snapshot
from apps.crm.models import Dealer, DealerUser, GuidePage, NewsItem
from apps.crm.permissions.content import keeps_content
from apps.messaging.services.liquid.markup import clean_body

if TYPE_CHECKING:
    from apps.accounts.models import User

Content = NewsItem | GuidePage
Kind = TypeVar("Kind", NewsItem, GuidePage)


class ContentChanged(Exception):
    """Somebody else has saved meanwhile; nothing was kept of this."""

    def __init__(self) -> None:
        super().__init__(_("Somebody has changed this meanwhile. Copy your words and open it anew."))


@dataclass(frozen=True, kw_only=True)
class ContentInput:
    """`body` is HTML of the house's editor; it is cleaned here. Empty audiences mean everybody."""

    title: str
    body: str
    is_published: bool
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    language: str = ""
    plant_ids: Sequence[int] = ()
    dealer_ids: Sequence[int] = ()
    is_important: bool = False  # of news
    chapter: str = ""  # of guide pages
    position: int = 0


def write_news(*, actor: User, item: NewsItem | None, version: int, data: ContentInput, now: datetime) -> NewsItem:
    """Make a news item, or change it as it was at `version`.

    Raises PermissionDenied, ContentChanged, ValidationError.
    """
    return _write(actor, item or NewsItem(), version, data, "news", now)


def write_page(*, actor: User, page: GuidePage | None, version: int, data: ContentInput, now: datetime) -> GuidePage:
    """The same for a page of the guide; its address is made of its first title and stays."""
    return _write(actor, page or GuidePage(slug=_slug(data.title)), version, data, "guide_page", now)


def tell_news(*, now: datetime) -> int:
    """Tell the dealers of news that began to run; each item once. How many notices were written."""
    count = 0
    for pk in NewsItem.objects.running(now).filter(told_at__isnull=True).order_by("pk").values_list("pk", flat=True):
        count += _tell(pk, now)
    return count


@transaction.atomic
def _tell(pk: int, now: datetime) -> int:
    if not NewsItem.objects.filter(pk=pk, told_at__isnull=True).update(told_at=now):
        return 0
    item = NewsItem.objects.get(pk=pk)
    dealers = Dealer.objects.active()
    if item.plant_ids or item.dealer_ids:
        mine = dealers.filter(plant_ids__overlap=item.plant_ids) if item.plant_ids else dealers.none()
        dealers = mine | dealers.filter(pk__in=item.dealer_ids)
    people = DealerUser.objects.current().filter(dealer__in=dealers.order_by().values("pk")).order_by("user")
    news = [
        News(user_id, "news", "news.published", record_type="crm.newsitem", record_id=pk)
        for user_id in people.values_list("user", flat=True)
    ]
    return tell(news, actor_id=None, now=now, seen_by_all=True)


def _write(actor: User, record: Kind, version: int, data: ContentInput, word: str, now: datetime) -> Kind:
    if not keeps_content(actor):
        raise PermissionDenied
    title = " ".join(data.title.split())
    if not title:
        raise ValidationError({"title": _("Give it a title.")})
    if data.starts_at and data.ends_at and data.ends_at <= data.starts_at:
        raise ValidationError({"ends_at": _("It ends before it begins.")})
    is_new = record.pk is None
    verb = f"{word}.made" if is_new else f"{word}.changed"
    with operate(actor=actor, verb=verb, now=now, undoable=not is_new) as recorder:
        if not is_new:
            record = type(record).objects.select_for_update().get(pk=record.pk)
            if record.version != version:
                raise ContentChanged
            before = snapshot(record)
            record.version += 1
        _fill(record, data, title, now)
        if is_new:
            record.author, record.created_at = actor, now
            _insert(record)
            recorder.created(record)
        else:
            record.save()
            recorder.updated(record, before)
    return record


def _fill(record: Content, data: ContentInput, title: str, now: datetime) -> None:
    record.title, record.body = title[:200], clean_body(data.body)
    record.is_published, record.language = data.is_published, data.language
    begins = now if data.is_published and isinstance(record, NewsItem) else None
    record.starts_at, record.ends_at = data.starts_at or begins, data.ends_at
    record.plant_ids, record.dealer_ids = sorted(set(data.plant_ids)), sorted(set(data.dealer_ids))
    record.changed_at = now
    if isinstance(record, NewsItem):
        record.is_important = data.is_important
    else:
        record.chapter, record.position = data.chapter.strip()[:100], data.position


def _insert(record: Content) -> None:
    try:
        with transaction.atomic():
            record.save(force_insert=True)
    except IntegrityError:
        if not isinstance(record, GuidePage):
            raise
        record.slug = f"{record.slug[:60]}-{int(record.changed_at.timestamp())}"
        record.save(force_insert=True)


def _slug(title: str) -> str:
    return slugify(title, allow_unicode=False)[:70] or "page"
