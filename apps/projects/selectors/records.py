"""Quiet members of a group, and what they posted, as far as the reader sees the records."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from apps.accounts.models import User
from apps.activities.models import Activity
from apps.core.contributions import contexts, subjects
from apps.projects.models import Group, Membership, Message


@dataclass(frozen=True, slots=True)
class RecordRow:
    """`name` and `url` are "" where the reader doesn't see the record; `kinds` are (verb, title, is silenced)."""

    member: Membership
    title: Any
    icon: str
    name: str = ""
    url: str = ""
    kinds: Sequence[tuple[str, Any, bool]] = ()


@dataclass(frozen=True, slots=True)
class FactLine:
    """A fact of a record that the reader sees."""

    title: Any
    at: datetime


@dataclass(frozen=True, slots=True)
class RecordNews:
    """What one message gathers; nothing where the reader doesn't see the record."""

    name: str = ""
    url: str = ""
    lines: Sequence[FactLine] = field(default_factory=list)


def records_of(group: Group, user: User) -> list[RecordRow]:
    """The records that are in it now."""
    rows = []
    for member in Membership.objects.present().filter(group=group, record_id__isnull=False).order_by("joined_at", "pk"):
        if (subject := subjects.get(member.record_type)) is None:
            continue
        kinds = [(verb, title, verb in member.silenced) for verb, title in subject.facts.items()]
        name, url = _describe(member, user)
        rows.append(RecordRow(member, subject.title, subject.icon, name, url, kinds))
    return rows


def news_of(message: Message, user: User) -> RecordNews:
    subject = subjects.get(message.author.record_type)
    name, url = _describe(message.author, user)
    if subject is None or not name:
        return RecordNews()
    told = Activity.objects.visible_to(user).live().filter(pk__in=message.facts.values("activity"))
    lines = [FactLine(subject.facts.get(verb, ""), at) for verb, at in _lines(told)]
    return RecordNews(name, url, lines)


def found_records(user: User, text: str) -> list[tuple[str, Any, Sequence[tuple[int, str, str]]]]:
    """(type, its title, hits) of what may be brought into a group, by what was typed."""
    found = [(key, subject.title, subject.find(user, text, 10)) for key, subject in subjects.items()] if text else []
    return [each for each in found if each[2]]


def _lines(told: Any) -> list[tuple[str, datetime]]:
    return list(told.order_by("occurred_at", "pk").values_list("verb", "occurred_at"))


def _describe(member: Membership, user: User) -> tuple[str, str]:
    subject, context = subjects.get(member.record_type), contexts.get(member.record_type)
    pk = member.record_id or 0
    if subject is None or context is None or not subject.visible(user).filter(pk=pk).exists():
        return "", ""
    return context.describe([pk]).get(pk, ("", ""))
