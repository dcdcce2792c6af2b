"""The rows of dealers: the firm among the contacts, what sources call it, its accounts with plants."""

from __future__ import annotations

from collections.abc import Sequence

from apps.contacts.services.inputs import EmailInput, EntityInput, PhoneInput, UnitInput
from apps.contacts.services.organisations import make_organisations, rename_organisations
from apps.crm.models import Dealer
from apps.crm.services.feed.run import Item, Run
from apps.crm.services.feed.staging import run

Pairs = Sequence[tuple[Item, int]]  # records and the dealers that they are of

MADE, RENAMED = "dealers.received", "dealers.renamed"
_REFS = """
INSERT INTO crm_externalref (source, type, external_id, object_id, version, digest)
SELECT %s, 'dealer', k.key, k.dealer, k.version, k.digest
FROM unnest(%s::text[], %s::bigint[], %s::bigint[], %s::bigint[]) AS k (key, dealer, version, digest) ORDER BY k.key
ON CONFLICT (source, type, external_id) DO UPDATE
SET object_id = excluded.object_id, version = excluded.version, digest = excluded.digest
WHERE crm_externalref.version < excluded.version
"""
# Where two plants know a firm, the one that was here first says how it is called.
_FIRST = """
SELECT k FROM unnest(%s::bigint[]) k WHERE NOT EXISTS (
    SELECT FROM crm_externalref r JOIN crm_fieldowner f ON f."group" = 'dealer' AND f.source = r.source
    WHERE r.type = 'dealer' AND r.object_id = k AND f.plant_id < %s
)
"""
_FACTS = """
UPDATE crm_dealer d SET name = k.name, city = k.city, code = k.code, is_active = k.active
FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[], %s::bool[]) AS k (id, name, city, code, active),
    (SELECT id, name FROM crm_dealer WHERE id = ANY(%s) ORDER BY id FOR UPDATE) AS before
WHERE d.id = k.id AND before.id = d.id AND (d.name, d.city, d.code, d.is_active) IS DISTINCT FROM
    (k.name, k.city, k.code, k.active)
RETURNING d.entity_id, d.name, before.name
"""
_ACCOUNTS = """
INSERT INTO crm_dealerplant (dealer_id, plant_id, currency, credit_limit, version)
SELECT DISTINCT ON (k.dealer, k.currency) k.dealer, %s, k.currency, k.credit, k.version
FROM unnest(%s::bigint[], %s::text[], %s::numeric[], %s::bigint[]) AS k (dealer, currency, credit, version)
ORDER BY k.dealer, k.currency, k.version DESC
ON CONFLICT (dealer_id, plant_id, currency) DO UPDATE
SET credit_limit = excluded.credit_limit, version = excluded.version
WHERE crm_dealerplant.version < excluded.version
"""
_PLANTS = """
UPDATE crm_dealer SET plant_ids = ARRAY(SELECT DISTINCT p FROM unnest(plant_ids || %s::bigint) p ORDER BY p)
WHERE id = ANY(%s) AND NOT plant_ids @> ARRAY[%s::bigint]
"""


def make(items: Sequence[Item], going: Run) -> dict[str, int]:
    """New dealers, with an organisation each; their ids by code."""
    entities = make_organisations([_organisation(item) for item in items], verb=MADE, now=going.now)
    made = Dealer.objects.bulk_create(
        Dealer(
            entity=entity,
            code=item.record.code,
            name=item.record.name,
            city=item.record.city,
            is_active=item.record.is_active,
            plant_ids=[going.plant.pk],
            created_at=going.now,
        )
        for item, entity in zip(items, entities, strict=True)
    )
    return {dealer.code: dealer.pk for dealer in made}


def save_refs(going: Run, pairs: Pairs) -> None:
    if pairs:
        rows = [(item.record.key, dealer, item.version, item.digest) for item, dealer in pairs]
        run(_REFS, [going.source, *(list(column) for column in zip(*rows, strict=True))])


def save_facts(going: Run, pairs: Pairs) -> None:
    """Name, town and whether they still buy; the organisation among the contacts is called the same."""
    first = {pk for (pk,) in run(_FIRST, [[dealer for _item, dealer in pairs], going.plant.pk])}
    records = {dealer: item.record for item, dealer in pairs if dealer in first}
    if not records:
        return
    rows = [(pk, one.name, one.city, one.code, one.is_active) for pk, one in records.items()]
    changed = run(_FACTS, [*(list(column) for column in zip(*rows, strict=True)), list(records)])
    renamed = [(entity_id, name) for entity_id, name, before in changed if name != before]
    rename_organisations(renamed, verb=RENAMED, now=going.now)


def save_accounts(going: Run, pairs: Pairs) -> None:
    """The dealers' accounts with this plant; their credit limit is for the owner of dealers to say."""
    if not pairs:
        return
    owns = going.owns_dealers
    rows = [
        (dealer, item.record.currency, item.record.credit_limit if owns else None, item.version if owns else 0)
        for item, dealer in pairs
    ]
    run(_ACCOUNTS, [going.plant.pk, *(list(column) for column in zip(*rows, strict=True))])
    run(_PLANTS, [going.plant.pk, sorted({dealer for _item, dealer in pairs}), going.plant.pk])


def _organisation(item: Item) -> EntityInput:
    record = item.record
    place = UnitInput(kind="work", city=record.city, street=record.address)
    if record.phone:
        place.phones.append(PhoneInput(record.phone))
    if record.email:
        place.emails.append(EmailInput(record.email))
    return EntityInput(kind="organisation", name=record.name, source="feed", units=[place])
