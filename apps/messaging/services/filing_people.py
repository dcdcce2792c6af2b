"""Which contacts a mail is about: those whose addresses it bears, as the people of its mailboxes see them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from apps.contacts.models import EmailAddress, Entity, Folder
from apps.messaging.models import MailAccount

# address (lower case) -> entity ids
Known = dict[str, list[int]]


def known_people(addresses: Collection[str]) -> Known:
    """The live contacts behind these addresses; those of the house's own mailboxes are nobody's to file with."""
    wanted = sorted(set(addresses) - set(own_addresses(addresses)))
    found: Known = {}
    rows = EmailAddress.objects.filter(
        address__in=wanted, entity__trashed_at__isnull=True, entity__merged_into__isnull=True
    ).order_by("entity")
    for address, entity_id in rows.values_list("address", "entity_id"):
        found.setdefault(address.lower(), []).append(entity_id)
    return found


def own_addresses(addresses: Collection[str]) -> list[str]:
    """Those of them that are mailboxes of the house."""
    return list(MailAccount.objects.filter(address__in=set(addresses)).values_list("address", flat=True))


def seen_by(accounts: Iterable[MailAccount], entity_ids: Collection[int]) -> dict[int, dict[int, Entity]]:
    """By account, those of the entities that its people see: of a user's own what the user sees; of a shared one all
    that lies in nobody's personal folder.
    """
    seen: dict[int, dict[int, Entity]] = {}
    by_owner: dict[int | None, dict[int, Entity]] = {}
    for account in accounts:
        if account.owner_id not in by_owner:
            found = Entity.objects.filter(pk__in=entity_ids).defer("search_text", "notes", "public_key", "attributes")
            if account.owner is None:
                found = found.exclude(folder__kind=Folder.Kind.PERSONAL)
            else:
                found = found.visible_to(account.owner)
            by_owner[account.owner_id] = {entity.pk: entity for entity in found} if entity_ids else {}
        seen[account.pk] = by_owner[account.owner_id]
    return seen


def about(
    addresses: Sequence[str], known: Known, holders: Iterable[MailAccount], seen: Mapping[int, Mapping[int, Entity]]
) -> list[Entity]:
    """The contacts of one message, in the order in which it names them."""
    found: dict[int, Entity] = {}
    for address in addresses:
        for pk in known.get(address, ()):
            for account in holders:
                if pk in seen[account.pk]:
                    found.setdefault(pk, seen[account.pk][pk])
    return list(found.values())
