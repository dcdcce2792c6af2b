"""Rows of timelines as HTML, drawn by plain functions: a template for each of twenty took 40 % of a contact's page."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from apps.accounts.templatetags.formats import moment
from apps.core.markup import fill, fill_each, icon, joined, prose, record_url

if TYPE_CHECKING:
    from apps.activities.models import Activity


@dataclass(frozen=True, slots=True)
class Reading:
    """Who reads, and where: `about` is the contact whose page it is, `new_from` the id above which entries are new."""

    reader_id: int | None
    token: str
    about: int | None = None
    new_from: int = 0
    is_ahead: bool = False  # the entries are to come: one may be reminded of them


def draw_entries(entries: Iterable[Activity], reading: Reading) -> SafeString:
    """The rows of entries dressed by `selectors.timelines`, in their order."""
    words = _Words()
    return joined("", (_entry(entry, reading, words) for entry in entries))


class _Words:
    """What every row says, asked for once."""

    def __init__(self) -> None:
        self.house = _("the house")
        self.new = _("new")
        self.edit = _("Edit")
        self.pin = _("Pin")
        self.remove = _("Remove")
        self.reminders = _("Reminders")


def _entry(entry: Activity, reading: Reading, words: _Words) -> SafeString:
    mine = entry.actor_id is not None and entry.actor_id == reading.reader_id
    return fill(
        '<li class="activity{}" id="activity-{}"><span class="activity__icon">{}</span><div class="activity__body">'
        '<p class="activity__head">{}{}</p>{}{}{}{}{}</div>{}{}</li>',
        " activity--pinned" if entry.pinned_at else "",
        entry.pk,
        icon(entry.kind_shown.icon, label=str(entry.kind_shown.title)),
        fill('<span class="activity__new">{}</span> ', words.new) if _is_new(entry, reading, mine) else "",
        joined(" · ", _head(entry, reading, words)),
        fill('<p class="activity__subject">{}</p>', entry.subject) if entry.subject else "",
        entry.kind_shown.draw(entry) if entry.kind_shown.draw and entry.facts else "",
        _own_fields(entry) if "fields" in entry.facts else "",
        fill('<div class="prose">{}</div>', prose(entry.snippet)) if entry.snippet else "",
        _files(entry, reading, words, mine) if "files" in entry.facts else "",
        _reminders(entry, words) if reading.is_ahead else "",
        _actions(entry, reading, words) if mine and entry.is_written_here else "",
    )


def _is_new(entry: Activity, reading: Reading, mine: bool) -> bool:
    return bool(reading.new_from) and entry.pk > reading.new_from and not mine


def _head(entry: Activity, reading: Reading, words: _Words) -> list[str]:
    """Who, when, about whom, on which record, for whose eyes."""
    parts = [fill("{}", entry.actor or words.house), moment(getattr(entry, "moment", entry.occurred_at))]
    for link in entry.subjects:
        if link.entity_id != reading.about:
            url = record_url("contacts:entity", link.entity_id)
            parts.append(fill('<a href="{}">{}</a>', url, link.entity.display_name))
    if entry.context_link:
        title, url = entry.context_link
        parts.append(fill('<a href="{}">{}</a>', url, title))
    if entry.visibility != entry.Visibility.PUBLIC:
        parts.append(fill("{}{}", icon("lock"), entry.get_visibility_display()))
    return parts


def _own_fields(entry: Activity) -> SafeString:
    """ "Weather: dry · Floors: 2" """
    link, pair = '<a href="{}">{}</a>', "<div><dt>{}</dt> <dd>{}</dd></div>"
    pairs = [(each.label, fill(link, each.href, each.text) if each.href else each.text) for each in entry.own_fields]
    return fill('<dl class="activity__facts activity__own">{}</dl>', fill_each(pair, pairs)) if pairs else fill("")


def _files(entry: Activity, reading: Reading, words: _Words, mine: bool) -> SafeString:
    link = '<li><a href="{}" download>{}{}</a> <span class="text-secondary">{}</span>{}</li>'
    remove = (
        '<form method="post" action="{}"><input type="hidden" name="csrfmiddlewaretoken" value="{}">'
        '<button class="btn btn--ghost" type="submit" aria-label="{}: {}">{}</button></form>'
    )
    rows = []
    for pk, name, size in entry.facts["files"]:
        taken = reverse("activities:activity_file_remove", args=[entry.pk, pk])
        away = fill(remove, taken, reading.token, words.remove, name, icon("x")) if mine else ""
        url = reverse("activities:activity_file", args=[entry.pk, pk])
        rows.append(fill(link, url, icon("paperclip"), name, filesizeformat(size), away))
    return fill('<ul class="activity__files">{}</ul>', joined("", rows))


def _reminders(entry: Activity, words: _Words) -> SafeString:
    link = '<a class="btn btn--ghost" href="{}" data-sheet aria-label="{}" title="{}">{}</a>'
    url = record_url("activities:reminders", entry.pk)
    return fill(link, url, words.reminders, words.reminders, icon("bell-plus"))


def _actions(entry: Activity, reading: Reading, words: _Words) -> SafeString:
    post = (
        '<form method="post" action="{}"><input type="hidden" name="csrfmiddlewaretoken" value="{}">'
        '<button class="btn btn--ghost" type="submit" aria-label="{}"{}>{}</button></form>'
    )
    pressed = fill(' aria-pressed="{}"', "true" if entry.pinned_at else "false")
    edit = '<a class="btn btn--ghost" href="{}" data-sheet aria-label="{}">{}</a>'
    return fill(
        '<div class="activity__actions">{}{}{}</div>',
        fill(edit, record_url("activities:activity_edit", entry.pk), words.edit, icon("pencil")),
        fill(post, record_url("activities:activity_pin", entry.pk), reading.token, words.pin, pressed, icon("pin")),
        fill(post, record_url("activities:activity_remove", entry.pk), reading.token, words.remove, "", icon("trash")),
    )
