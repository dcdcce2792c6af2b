"""How likely two contacts are one: SQL that looks up those who share a block, and what their likeness counts."""

from __future__ import annotations

LEAST = 60  # from this score on a pair is worth a look
BLOCK = 40  # so many of one block are looked at; a larger one says too little

# Bits of what the other one was found by.
EMAIL, PHONE, KEY, NUMBER = 1, 2, 4, 8

# What is looked for are CTEs of the caller: subject (id, kind, given, family, employer, organisation_key, city_key,
# birthday, email, phone), mails (id, address), numbers (id, e164), keys (id, key).
SCORED = f"""
hits AS MATERIALIZED (
    SELECT id, other, bit_or(bit) AS bits FROM (
        SELECT mails.id, found.entity_id AS other, {EMAIL} AS bit FROM mails CROSS JOIN LATERAL (
            SELECT entity_id FROM contacts_emailaddress WHERE address = mails.address LIMIT {BLOCK}) AS found
        UNION ALL
        SELECT numbers.id, found.entity_id, {PHONE} FROM numbers CROSS JOIN LATERAL (
            SELECT entity_id FROM contacts_phonenumber WHERE e164 = numbers.e164 LIMIT {BLOCK}) AS found
        UNION ALL
        SELECT keys.id, found.entity_id, CASE WHEN keys.key LIKE 'V%%' THEN {NUMBER} ELSE {KEY} END
        FROM keys CROSS JOIN LATERAL (
            SELECT entity_id FROM contacts_duplicatekey WHERE key = keys.key LIMIT {BLOCK}) AS found
    ) AS one WHERE id <> other GROUP BY id, other),
compared AS (
    SELECT hits.id, hits.other, s.kind,
        bits & {EMAIL} > 0 AS by_email, bits & {PHONE} > 0 AS by_phone, bits & {NUMBER} > 0 AS by_number,
        CASE WHEN regexp_replace(s.family, '[^0-9]', '', 'g') <> regexp_replace(p.family, '[^0-9]', '', 'g') THEN 0
             ELSE rapport_name_likeness(s.given, s.family, p.given, p.family)::float8 END AS likeness,
        s.family = '' OR p.family = '' AS is_nameless,
        s.employer = o.organisation_entity_id OR (s.organisation_key <> '' AND s.organisation_key = o.organisation_key)
            AS by_organisation,
        s.city_key <> '' AND s.city_key = o.city_key AS by_city,
        length(s.birthday) = 10 AND s.birthday = o.birthday AS by_birthday,
        length(s.birthday) = 10 AND length(o.birthday) = 10 AND s.birthday <> o.birthday AS other_birthday,
        (s.organisation_key <> '' AND o.organisation_key <> '' AND s.organisation_key <> o.organisation_key)::int
            + (s.email <> '' AND o.primary_email <> '' AND s.email::citext <> o.primary_email::citext)::int
            + (s.phone <> '' AND o.primary_phone <> '' AND s.phone <> o.primary_phone)::int AS objections
    FROM hits JOIN subject s ON s.id = hits.id JOIN contacts_entity o ON o.id = hits.other AND o.kind = s.kind
    JOIN contacts_duplicateprofile p ON p.entity_id = o.id
    WHERE o.trashed_at IS NULL AND o.merged_into_id IS NULL),
scored AS (
    SELECT *, least(100, greatest(
        CASE WHEN by_number THEN 75 + 25 * likeness ELSE 0 END,
        CASE WHEN by_email AND is_nameless THEN 80 WHEN by_email AND likeness >= 0.3 THEN 70 + 30 * likeness ELSE 0 END,
        CASE WHEN by_phone AND is_nameless AND kind = 'organisation' THEN 65
             WHEN by_phone AND NOT is_nameless AND likeness >= 0.45 THEN 55 + 40 * likeness ELSE 0 END,
        CASE WHEN by_birthday AND likeness >= 0.5 THEN 55 + 42 * likeness ELSE 0 END,
        CASE WHEN by_organisation AND likeness >= 0.55 THEN 45 + 45 * likeness - 4 * objections ELSE 0 END,
        CASE WHEN by_city AND kind = 'organisation' AND likeness >= 0.7 THEN 45 + 40 * likeness - 8 * objections
             WHEN by_city AND likeness >= 0.7 THEN 40 + 28 * likeness - 14 * objections ELSE 0 END
    ) + 3 * (by_email::int + by_phone::int + coalesce(by_organisation, false)::int + by_birthday::int - 1)
      - CASE WHEN other_birthday THEN 35 ELSE 0 END)::int AS score
    FROM compared),
found AS (
    SELECT id, other, score, array_remove(ARRAY[
        CASE WHEN by_email THEN 'email' END, CASE WHEN by_phone THEN 'phone' END,
        CASE WHEN by_number THEN 'number' END, CASE WHEN by_birthday THEN 'birthday' END,
        CASE WHEN by_organisation THEN 'organisation' END, CASE WHEN by_city THEN 'city' END,
        CASE WHEN is_nameless THEN NULL WHEN likeness >= 0.999 THEN 'name' WHEN likeness >= 0.3 THEN 'similar' END
    ], NULL) AS reasons
    FROM scored WHERE score >= {LEAST})
"""  # noqa: S608  our own words
