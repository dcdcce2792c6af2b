"""Duplicates among all contacts: the same few statements for one that is new, an import's and the whole house's."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import connection, transaction

from apps.accounts.models import User
from apps.contacts.matching_keys import Profile, Subject, profile_of
from apps.contacts.models import DuplicateCheck, DuplicateKey, DuplicatePair, DuplicateProfile, Entity
from apps.contacts.scoring import SCORED
from apps.core.batch import array_of, insert_rows, portions

PORTION = 2000
_LOCK = 7_305_111  # two searches at once would each miss what the other one writes

_PAIRS = f"""
WITH subject AS MATERIALIZED (
    SELECT e.id, e.kind, p.given, p.family, e.organisation_entity_id AS employer, e.organisation_key, e.city_key,
           e.birthday, e.primary_email AS email, e.primary_phone AS phone
    FROM unnest(%(ids)s::bigint[]) AS wanted (id) JOIN contacts_entity e ON e.id = wanted.id
    JOIN contacts_duplicateprofile p ON p.entity_id = e.id),
mails AS (SELECT s.id, m.address FROM subject s JOIN contacts_emailaddress m ON m.entity_id = s.id),
numbers AS (SELECT s.id, n.e164 FROM subject s JOIN contacts_phonenumber n ON n.entity_id = s.id AND n.e164 <> ''),
keys AS (SELECT s.id, k.key FROM subject s JOIN contacts_duplicatekey k ON k.entity_id = s.id),
{SCORED},
pairs AS (
    SELECT DISTINCT ON (least(id, other), greatest(id, other))
           least(id, other) AS "left", greatest(id, other) AS "right", score, reasons
    FROM found ORDER BY least(id, other), greatest(id, other), score DESC),
gone AS (
    DELETE FROM contacts_duplicatepair d USING unnest(%(ids)s::bigint[]) AS wanted (id)
    WHERE d.state = 'open' AND (d.left_id = wanted.id OR d.right_id = wanted.id)
      AND NOT EXISTS (SELECT FROM pairs WHERE pairs."left" = d.left_id AND pairs."right" = d.right_id))
INSERT INTO contacts_duplicatepair AS d (left_id, right_id, score, reasons, state, found_at)
SELECT "left", "right", score, reasons, 'open', %(now)s FROM pairs ORDER BY "left", "right"
ON CONFLICT (left_id, right_id) DO UPDATE
SET score = excluded.score, reasons = excluded.reasons, state = 'open'
WHERE (d.state = 'open' AND (d.score, d.reasons) IS DISTINCT FROM (excluded.score, excluded.reasons))
   OR (d.state = 'dismissed' AND excluded.score >= d.score + 10)
"""  # noqa: S608  our own words


_ASK = """
INSERT INTO contacts_duplicatecheck (entity_id, asked_at)
SELECT id, %(now)s FROM unnest(%(ids)s::bigint[]) AS wanted (id) ORDER BY id
ON CONFLICT (entity_id) DO UPDATE SET asked_at = excluded.asked_at
"""


def enqueue(ids: Iterable[int], *, now: datetime) -> None:
    """Have these contacts compared with the others soon; called in the transaction that changed them."""
    for portion in portions(sorted(set(ids)), 5000):
        with connection.cursor() as cursor:
            cursor.execute(_ASK, {"ids": array_of(portion), "now": now})


def check_waiting(*, now: datetime, limit: int = PORTION) -> int:
    """Compare those that wait, a portion in one transaction, and return how many they were.

    Killed half-way it leaves them waiting. What another process is at already is left to it. Who was changed while
    they were compared waits on.
    """
    with transaction.atomic():
        if not _alone():
            return 0
        asked = dict(DuplicateCheck.objects.order_by("asked_at", "pk").values_list("pk", "asked_at")[:limit])
        compare(list(asked), now=now)
        still = DuplicateCheck.objects.select_for_update(skip_locked=True).filter(pk__in=asked).order_by("pk")
        done = [pk for pk, asked_at in still.values_list("pk", "asked_at") if asked_at == asked[pk]]
        DuplicateCheck.objects.filter(pk__in=done)._raw_delete(DuplicateCheck.objects.db)
        return len(asked)


def compare(ids: Sequence[int], *, now: datetime) -> None:
    """Make the open pairs of these contacts what they should be; those in the trash or merged lose theirs.

    What was dismissed stays so, unless ten points more speak for it than did then.
    """
    if not ids:
        return
    _write_profiles(ids)
    with connection.cursor() as cursor:
        cursor.execute(_PAIRS, {"ids": array_of(ids), "now": now})


def wait_for_turn() -> None:
    """Within a transaction: until it ends, nobody else compares."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def _alone() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
        return bool(cursor.fetchone()[0])


def _write_profiles(ids: Sequence[int]) -> None:
    profiles = _profiles(ids)
    DuplicateProfile.objects.filter(pk__in=ids)._raw_delete(DuplicateProfile.objects.db)
    DuplicateKey.objects.filter(entity__in=ids)._raw_delete(DuplicateKey.objects.db)
    insert_rows([DuplicateProfile(entity_id=pk, given=one.given, family=one.family) for pk, one in profiles.items()])
    insert_rows([DuplicateKey(entity_id=pk, key=key) for pk, one in profiles.items() for key in sorted(one.keys)])


def _profiles(ids: Sequence[int]) -> dict[int, Profile]:
    columns = ("pk", "kind", "first_name", "last_name", "name", "legal_name", "organisation", "city", "birthday")
    rows = Entity.objects.live().filter(pk__in=ids).values_list(*columns, "vat_number", "registration_number")
    return {
        pk: profile_of(Subject(kind, first, last, name or legal_name, *rest))
        for pk, kind, first, last, name, legal_name, *rest in rows
    }


def open_pairs(reader: User | None) -> int:
    """How many wait for a decision, as far as this user sees them; None: the house, which sees all."""
    found = DuplicatePair.objects.open()
    return (found if reader is None else found.visible_to(reader)).count()
