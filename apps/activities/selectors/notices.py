"""The inbox of notices, and the words of each: who did what, where it is read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from apps.activities.models import Activity, Notice
from apps.activities.models.notices import ENTITIES, TRASHED, NoticeQuerySet
from apps.activities.selectors.addresses import absolute, page_of, record_home
from apps.activities.selectors.timelines import dress
from apps.contacts.models import Entity
from apps.core.contributions import notice_records, shown_entity
from apps.core.page_keys import page_key, read_page_key

if TYPE_CHECKING:
    from apps.accounts.models import User

PAGE = 30
_WORDS = 240
Event = Notice.Event
_ICONS = {
    Event.ASSIGNED: "checkbox",
    Event.INVITED: "calendar-event",
    Event.REMINDER: "alarm",
    Event.CHANGED: "pencil",
    Event.STATUS: "flag",
    Event.MAIL: "mail",
}
# What became of a mail that the reader has written.
_OF_OWN_MAIL = {
    "mail.failed": gettext_lazy("Your mail was not sent: %(what)s"),
    "mail.uncertain": gettext_lazy("Your mail may have been sent, nobody knows: %(what)s"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One notice as its reader sees it; `link` is `url` with the house's address, for mails."""

    id: int
    at: datetime
    is_unread: bool
    icon: str
    headline: str
    text: str
    url: str

    @property
    def link(self) -> str:
        return absolute(self.url)


@dataclass(frozen=True, slots=True)
class Inbox:
    lines: list[Line]
    after: str  # the key of the next page, "" at the end
    newest: int  # the id up to which "all" are read; 0 where there is nothing


def inbox_of(user: User, *, after: str = "") -> Inbox:
    """A page of notices, the unread ones first, the newest first; a key that makes no sense begins at the top."""
    mine = Notice.objects.visible_to(user).in_app().order_by("-at", "-pk")
    if shown_entity(user) is None:  # a dealer's people read no users, and what they are told names none
        mine = mine.select_related("actor")
    part, key = _read_key(after)
    rows: list[Notice] = []
    if part != "read":
        rows = list(_beyond(mine.unread(), key)[: PAGE + 1])
    if len(rows) <= PAGE:
        read = _beyond(mine.filter(read_at__isnull=False), key if part == "read" else None)
        rows += read[: PAGE + 1 - len(rows)]
    more = len(rows) > PAGE
    rows = rows[:PAGE]
    last = rows[-1] if more else None
    state = "unread" if last and last.read_at is None else "read"
    next_key = f"{state}_{page_key(last.at, last.pk)}" if last else ""
    return Inbox(lines_of(rows, user=user), next_key, max((row.pk for row in rows), default=0))


def lines_of(notices: Sequence[Notice], *, user: User) -> list[Line]:
    """The words for these notices, which `user` may see, in the active language."""
    ids = {each.activity_id for each in notices if each.activity_id}
    entries = {each.pk: each for each in Activity.objects.visible_to(user).filter(pk__in=ids)} if ids else {}
    if entries:
        dress(entries.values(), user=user)
    names = _names(notices, user)
    own = _own_words(notices, user)
    if shown_entity(user) is not None:
        return [own[each.pk] for each in notices if each.pk in own]
    return [own.get(each.pk) or _line(each, entries.get(each.activity_id or 0), names) for each in notices]


def _own_words(notices: Sequence[Notice], user: User) -> dict[int, Line]:
    """Of records that other apps bring with their words."""
    told: dict[str, list[Notice]] = {}
    for each in notices:
        if each.activity_id is None and each.record_type:
            told.setdefault(each.record_type, []).append(each)
    found: dict[int, Line] = {}
    for record_type, mine in told.items():
        record = notice_records.get(record_type)
        lines = record.lines(user, mine) if record else {}
        for each in mine:
            if each.pk in lines:
                found[each.pk] = Line(each.pk, each.at, each.read_at is None, *lines[each.pk])
    return found


def _line(notice: Notice, entry: Activity | None, names: dict[int, str]) -> Line:
    who = str(notice.actor or _("the house"))
    if entry is not None:
        headline, text = _about_entry(notice, entry, who)
        url = page_of(entry)
        icon = _ICONS.get(Event(notice.event)) or entry.kind_shown.icon
    else:
        headline, text = _about_record(notice, names.get(notice.record_id or 0, ""), who), ""
        url = record_home(notice.record_type, notice.record_id)
        icon = _ICONS.get(Event(notice.event), "bell")
    return Line(notice.pk, notice.at, notice.read_at is None, icon, headline, text, url)


def _about_entry(notice: Notice, entry: Any, who: str) -> tuple[str, str]:
    about = ", ".join(link.entity.display_name for link in entry.subjects[:3])
    title = entry.subject or Truncator(" ".join(entry.snippet.split())).chars(80) or str(entry.kind_shown.title)
    what = {"who": who, "what": title, "about": about, "kind": entry.kind_shown.title}
    if notice.verb in _OF_OWN_MAIL:
        return str(_OF_OWN_MAIL[notice.verb]) % {"what": about or title}, entry.subject
    text = Truncator(" ".join(entry.snippet.split())).chars(_WORDS) if entry.subject else ""
    match notice.event:
        case Event.REMINDER:
            return _("Reminder: %(what)s") % what, about
        case Event.ASSIGNED if entry.kind != "task":
            return _("%(who)s asks you to see to this: %(what)s") % what, text
        case Event.ASSIGNED:
            return _("%(who)s gives you a task: %(what)s") % what, about
        case Event.INVITED:
            return _("%(who)s, appointment: %(what)s") % what, about
    if not entry.subject:
        text = Truncator(" ".join(entry.snippet.split())).chars(_WORDS)
        return (_("%(kind)s: %(who)s about %(about)s") if about else _("%(kind)s: %(who)s")) % what, text
    return (_("%(who)s about %(about)s: %(what)s") if about else _("%(who)s: %(what)s")) % what, text


def _about_record(notice: Notice, name: str, who: str) -> str:
    if notice.verb in _OF_OWN_MAIL:
        return (str(_OF_OWN_MAIL[notice.verb]) % {"what": ""}).rstrip(": ")
    if notice.verb == TRASHED:
        return _trashed(notice, name, who)
    if notice.count > 1:
        words = ngettext(
            "%(who)s changed %(count)s contact that you watch",
            "%(who)s changed %(count)s contacts that you watch",
            notice.count,
        )
        return words % {"who": who, "count": notice.count}
    return _("%(who)s changed %(what)s") % {"who": who, "what": name}


def _trashed(notice: Notice, name: str, who: str) -> str:
    if notice.count == 1:
        return _("%(who)s moved %(what)s to the trash") % {"who": who, "what": name}
    words = ngettext(
        "%(who)s moved %(count)s contact that you watch to the trash",
        "%(who)s moved %(count)s contacts that you watch to the trash",
        notice.count,
    )
    return words % {"who": who, "count": notice.count}


def _names(notices: Iterable[Notice], user: User) -> dict[int, str]:
    about = (each for each in notices if each.activity_id is None and each.record_type == ENTITIES)
    ids = {each.record_id for each in about if each.record_id is not None}
    if not ids:
        return {}
    found = Entity.objects.visible_to(user).filter(pk__in=ids).order_by()
    return dict(found.values_list("pk", "display_name"))


def _beyond(found: NoticeQuerySet, key: tuple[datetime, int] | None) -> NoticeQuerySet:
    if key is None:
        return found
    at, pk = key
    return found.filter(Q(at__lt=at) | Q(at=at, pk__lt=pk), at__lte=at)


def _read_key(after: str) -> tuple[str, tuple[datetime, int] | None]:
    part, _sign, rest = after.partition("_")
    key = read_page_key(rest)
    return (part, key) if part in ("unread", "read") and key is not None else ("", None)
