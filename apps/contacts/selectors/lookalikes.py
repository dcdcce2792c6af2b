"""Whom a contact that is only being typed may be: the search for duplicates, of one that isn't there yet."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection

from apps.accounts.models import User
from apps.contacts.matching_keys import Subject, profile_of
from apps.contacts.models import DuplicatePair, Entity
from apps.contacts.scoring import SCORED
from apps.contacts.words import parse_phone
from apps.core.batch import texts_of
from apps.core.text import fold

MOST = 5
_FOUND = 40
_ROWS = re.compile(r"(emails|phones)-\d{1,3}-(address|raw)")

_LOOK = f"""
WITH subject AS (
    SELECT 0::bigint AS id, %(kind)s::text AS kind, %(given)s::text AS given, %(family)s::text AS family,
           NULL::bigint AS employer, %(organisation)s::text AS organisation_key, %(city)s::text AS city_key,
           %(birthday)s::text AS birthday, %(email)s::text AS email, %(phone)s::text AS phone),
mails AS (SELECT 0::bigint AS id, address FROM unnest(%(emails)s::citext[]) AS t (address)),
numbers AS (SELECT 0::bigint AS id, e164 FROM unnest(%(phones)s::text[]) AS t (e164)),
keys AS (SELECT 0::bigint AS id, key FROM unnest(%(keys)s::text[]) AS t (key)),
{SCORED}
SELECT other, score, reasons FROM found ORDER BY score DESC, other LIMIT {_FOUND}
"""  # noqa: S608  our own words


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands in the form so far."""

    subject: Subject
    emails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()  # E.164


@dataclass(frozen=True, slots=True)
class Lookalike:
    entity: Entity
    score: int
    reasons: list[str]  # in words


def lookalikes(user: User, typed: Typed) -> list[Lookalike]:
    """The likeliest five of those that `user` sees."""
    profile = profile_of(typed.subject)
    if not (profile.keys or typed.emails or typed.phones):
        return []
    values: dict[str, Any] = {
        "kind": typed.subject.kind,
        "given": profile.given,
        "family": profile.family,
        "organisation": fold(typed.subject.organisation),
        "city": fold(typed.subject.city),
        "birthday": typed.subject.birthday,
        "email": next(iter(typed.emails), ""),
        "phone": next(iter(typed.phones), ""),
        "emails": texts_of(typed.emails),
        "phones": texts_of(typed.phones),
        "keys": texts_of(sorted(profile.keys)),
    }
    with connection.cursor() as cursor:
        cursor.execute(_LOOK, values)
        rows = cursor.fetchall()
    seen = Entity.objects.visible_to(user).live().in_bulk([pk for pk, _score, _reasons in rows]) if rows else {}
    found = [Lookalike(seen[pk], score, _words(reasons)) for pk, score, reasons in rows if pk in seen]
    return found[:MOST]


def typed_from(form: Mapping[str, Any]) -> Typed:
    """What a form of a new contact holds, however unfinished it is."""

    def text(name: str) -> str:
        return str(form.get(name, "")).replace("\0", "").strip()[:200]

    kind = "organisation" if text("kind") == "organisation" else "person"
    rows = [(match[1], text(name)) for name in form if (match := _ROWS.fullmatch(name))][:20]
    numbers = (parse_phone(value, text("unit-country")).e164 for what, value in rows if what == "phones" and value)
    subject = Subject(
        kind=kind,
        first_name=text("first_name"),
        last_name=text("last_name"),
        name=text("name"),
        organisation=text("company") if kind == "person" else "",
        city=text("unit-city"),
        birthday=text("birthday"),
    )
    emails = tuple(value for what, value in rows if what == "emails" and "@" in value)
    return Typed(subject, emails, tuple(filter(None, numbers)))


def _words(reasons: list[str]) -> list[str]:
    return [str(DuplicatePair.Reason(reason).label) for reason in reasons]
