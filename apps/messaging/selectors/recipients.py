"""Whom one may write to, as one types: contacts with an address, their companies, teams, folders."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.accounts.models import Team
from apps.contacts.models import EmailAddress, Entity
from apps.contacts.selectors.clipboard import clipboard_of
from apps.contacts.selectors.narrowing import find_entities
from apps.core.pickers import PICKER_PAGE, Option
from apps.messaging.recipients import write_row
from apps.messaging.selectors.crowds import folders_of, people_of_company, people_of_folder, people_of_team

if TYPE_CHECKING:
    from collections.abc import Sequence

    from apps.accounts.models import User

_CROWDS = 3  # of each kind, above the contacts


def recipient_options(user: User, text: str, *, page: int = 1) -> tuple[list[Option], bool]:
    """A page of options and whether there are more; on the first one crowds of that name stand above."""
    start = (page - 1) * PICKER_PAGE
    scope = Entity.objects.visible_to(user).live().exclude(primary_email="")
    found = list(find_entities(scope, text)[start : start + PICKER_PAGE + 1])
    more = len(found) > PICKER_PAGE
    if text:
        return [*(_crowds(user, text) if page == 1 else ()), *_people(found[:PICKER_PAGE])], more
    gathered = list(clipboard_of(user).exclude(primary_email=""))
    clipped = {entity.pk for entity in gathered}
    people = _people([entity for entity in found[:PICKER_PAGE] if entity.pk not in clipped])
    return [*map(_main_address, gathered), *people] if page == 1 else people, more


def _main_address(entity: Entity) -> Option:
    """Of a contact on the clipboard: pasted together with the others it is written to once."""
    hint = " · ".join(filter(None, [entity.primary_email, entity.organisation]))
    return Option(write_row([entity.display_name, entity.primary_email]), entity.display_name, hint, is_clipped=True)


def _people(entities: Sequence[Entity]) -> list[Option]:
    """An option for each address of each contact, the main one first."""
    addresses: dict[int, list[str]] = {}
    rows = EmailAddress.objects.filter(entity__in=[entity.pk for entity in entities])
    for entity_id, address in rows.order_by("position", "pk").values_list("entity_id", "address"):
        addresses.setdefault(entity_id, []).append(address)
    options = []
    for entity in entities:
        for address in dict.fromkeys([entity.primary_email, *addresses.get(entity.pk, [])]):
            hint = " · ".join(filter(None, [address, entity.organisation]))
            options.append(Option(write_row([entity.display_name, address]), entity.display_name, hint))
    return options


def _crowds(user: User, text: str) -> Iterator[Option]:
    companies = Entity.objects.visible_to(user).live().organisations()
    for company in find_entities(companies, text)[:_CROWDS]:
        if count := people_of_company(user, company.pk).count():
            yield _crowd("company", company.pk, company.display_name, _("Company"), count)
    for team in Team.objects.filter(name__icontains=text).order_by("name")[:_CROWDS]:
        if count := people_of_team(team.pk).count():
            yield _crowd("team", team.pk, team.name, _("Team"), count)
    for folder in folders_of(user).filter(name__icontains=text).order_by("name", "pk")[:_CROWDS]:
        if count := people_of_folder(user, folder.pk).count():
            yield _crowd("folder", folder.pk, folder.title, _("Folder"), count)


def _crowd(kind: str, key: int, name: str, title: str, count: int) -> Option:
    people = ngettext("%(count)s person", "%(count)s people", count) % {"count": count}
    return Option(f"{kind}:{key}", name, f"{title} · {people}")
