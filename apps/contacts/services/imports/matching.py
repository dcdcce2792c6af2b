"""Which contacts already here is a card? One query for a portion of cards, then one for what the actor sees.

The rules, in their order (DECISIONS 5): same UID; same e-mail and compatible names; same phone number and equal
folded name; equal folded name and organisation.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from django.db import connection

from apps.contacts.models import Entity
from apps.contacts.services.imports.copying import array_of
from apps.contacts.services.imports.drafts import Draft

if TYPE_CHECKING:
    from apps.accounts.models import User

# Each rule gives (number of the draft, rule, entity). Arrays are bound once and unnested into rows, so that Postgres
# walks the indexes a portion at a time. Two bearers of one name and no organisation are the same only where no
# address or number speaks against it. Of a common name only those are read who work for the firm, so its employers
# are looked up first, those in the trash by the trash's index.
_CANDIDATES = """
WITH uids AS (SELECT * FROM unnest(%(uid_n)s::int[], %(uid)s::text[]) AS t (n, uid)),
own AS (SELECT * FROM unnest(%(own_n)s::int[], %(own)s::uuid[]) AS t (n, uid)),
mails AS (SELECT * FROM unnest(%(mail_n)s::int[], %(mail)s::citext[], %(mail_name)s::text[], %(mail_kind)s::text[])
          AS t (n, address, name, kind)),
phones AS (SELECT * FROM unnest(%(phone_n)s::int[], %(phone)s::text[], %(phone_name)s::text[], %(phone_kind)s::text[])
           AS t (n, number, name, kind)),
names AS (SELECT * FROM unnest(%(name_n)s::int[], %(name)s::text[], %(name_org)s::text[], %(name_kind)s::text[],
                               %(name_reach)s::bool[]) AS t (n, name, org, kind, has_reach)),
employed AS (SELECT * FROM names WHERE kind <> 'organisation' AND org <> ''),
unemployed AS (SELECT * FROM names WHERE kind = 'organisation' OR org = ''),
employers AS (
    SELECT employed.*, o.id AS employer_id FROM employed JOIN contacts_entity o ON o.name_key = employed.org
    WHERE o.trashed_at IS NULL AND o.merged_into_id IS NULL
    UNION ALL
    SELECT employed.*, o.id FROM employed JOIN contacts_entity o ON o.name_key = employed.org
    WHERE o.trashed_at IS NOT NULL)
SELECT own.n, 1, e.id FROM own JOIN contacts_entity e ON e.uid = own.uid
WHERE e.trashed_at IS NULL AND e.merged_into_id IS NULL
UNION
SELECT uids.n, 1, e.id FROM uids JOIN contacts_externaluid x ON MD5(x.uid) = MD5(uids.uid) AND x.uid = uids.uid
JOIN contacts_entity e ON e.id = x.entity_id WHERE e.trashed_at IS NULL AND e.merged_into_id IS NULL
UNION
SELECT mails.n, 2, e.id FROM mails JOIN contacts_emailaddress m ON m.address = mails.address
JOIN contacts_entity e ON e.id = m.entity_id
WHERE e.trashed_at IS NULL AND e.merged_into_id IS NULL
  AND ((e.name_key = mails.name AND e.kind = mails.kind) OR e.name_key = '' OR mails.name = '')
UNION
SELECT phones.n, 3, e.id FROM phones JOIN contacts_phonenumber p ON p.digits_reversed = phones.number
JOIN contacts_entity e ON e.id = p.entity_id
WHERE e.trashed_at IS NULL AND e.merged_into_id IS NULL AND e.name_key = phones.name AND e.kind = phones.kind
UNION
SELECT names.n, 4, e.id FROM unemployed AS names
JOIN contacts_entity e ON e.name_key = names.name AND e.kind = names.kind
WHERE e.trashed_at IS NULL AND e.merged_into_id IS NULL
  AND (names.kind = 'organisation'
       OR (e.organisation = '' AND (NOT names.has_reach OR (e.primary_email = '' AND e.primary_phone = ''))))
UNION
SELECT employers.n, 4, e.id FROM employers
JOIN contacts_entity e ON e.name_key = employers.name AND e.organisation_entity_id = employers.employer_id
WHERE e.trashed_at IS NULL AND e.merged_into_id IS NULL AND e.kind = employers.kind
"""


class Found(NamedTuple):
    """An entity that a card is, as far as an import has to know it."""

    entity_id: int
    rule: int
    source: str
    version: int
    folder_id: int
    created_at: datetime


def find_matches(drafts: Sequence[Draft], *, actor: User) -> list[Found | None]:
    """The best match of each draft among the live contacts that `actor` sees, or None."""
    found: list[Found | None] = [None] * len(drafts)
    candidates = _candidates(drafts)
    if not candidates:
        return found
    ids = {entity_id for _, _, entity_id in candidates}
    rows = Entity.objects.live().visible_to(actor).filter(pk__in=ids)
    seen = {row[0]: row for row in rows.values_list("pk", "source", "version", "folder_id", "created_at")}
    for number, rule, entity_id in sorted(candidates):
        if found[number] is None and (row := seen.get(entity_id)):
            found[number] = Found(entity_id, rule, *row[1:])
    return found


def _candidates(drafts: Sequence[Draft]) -> set[tuple[int, int, int]]:
    columns: dict[str, list[object]] = {name: [] for name in _ARRAYS}

    def add(table: str, *values: object) -> None:
        for name, value in zip(_TABLES[table], values, strict=True):
            columns[name].append(value)

    for number, draft in enumerate(drafts):
        kind = draft.values["kind"]
        for uid in (draft.card.uid, *draft.foreign_uids):
            if uid:
                add("uids", number, uid.replace("\0", ""))
        if draft.uid:
            add("own", number, str(draft.uid))
        for address in draft.emails:
            add("mails", number, address, draft.name_key, kind)
        for phone in draft.numbers:
            add("phones", number, phone, draft.name_key, kind)
        if draft.name_key:
            has_reach = bool(draft.emails or draft.numbers)
            add("names", number, draft.name_key, draft.organisation_key, kind, has_reach)
    with connection.cursor() as cursor:
        cursor.execute(_CANDIDATES, {name: array_of(values) for name, values in columns.items()})
        return set(cursor.fetchall())


_TABLES = {
    "uids": ("uid_n", "uid"),
    "own": ("own_n", "own"),
    "mails": ("mail_n", "mail", "mail_name", "mail_kind"),
    "phones": ("phone_n", "phone", "phone_name", "phone_kind"),
    "names": ("name_n", "name", "name_org", "name_kind", "name_reach"),
}
_ARRAYS = tuple(name for names in _TABLES.values() for name in names)
