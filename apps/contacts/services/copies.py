"""What an entity keeps from below and beside it: copies for lists, names, search words. Re-derived on every write."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TypeVar

from django.db.models import FilteredRelation, Q, Value
from django.db.models.functions import Coalesce

from apps.contacts.models import EmailAddress, Entity, Participant, PhoneNumber, SearchToken, Unit
from apps.contacts.services import derive
from apps.core.batch import delete_rows, insert_rows, portions, update_rows

COPIES = (
    *("display_name", "sort_name", "name_key", "search_text"),
    *("primary_email", "primary_phone", "city", "country", "organisation", "organisation_entity", "job_title"),
)
WORKS_FOR = "works_for"
_Detail = TypeVar("_Detail", EmailAddress, PhoneNumber)


@dataclass(slots=True)
class Job:
    """A person's tie to an organisation, as far as copies need it."""

    organisation_id: int | None
    organisation: str
    title: str
    is_primary: bool
    valid_from: date | None
    valid_to: date | None

    def is_current(self, day: date) -> bool:
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day < self.valid_to)


@dataclass(slots=True)
class Aggregate:
    """An entity and what its copies come from. Lists are in the order of their positions."""

    entity: Entity
    units: list[Unit] = field(default_factory=list)
    emails: list[EmailAddress] = field(default_factory=list)
    phones: list[PhoneNumber] = field(default_factory=list)
    jobs: list[Job] = field(default_factory=list)

    def derive(self, today: date) -> None:
        """Set the entity's copies, names and search text."""
        entity = self.entity
        unit = next((unit for unit in self.units if unit.is_primary), None)
        email = _primary([email for email in self.emails if email.unit is unit])
        phone = _primary([phone for phone in self.phones if phone.unit is unit])
        entity.primary_email = email.address if email else ""
        entity.primary_phone = (phone.e164 or phone.raw)[:60] if phone else ""
        entity.city, entity.country = (unit.city, unit.country) if unit else ("", "")
        current = [job for job in self.jobs if job.is_current(today)]
        job = next((job for job in current if job.is_primary), current[0] if current else None)
        entity.organisation = job.organisation if job else ""
        entity.organisation_entity_id = job.organisation_id if job else None
        entity.job_title = job.title if job else ""
        entity.display_name = derive.display_name(
            entity,
            email=entity.primary_email or (self.emails[0].address if self.emails else ""),
            phone=entity.primary_phone or (self.phones[0].raw if self.phones else ""),
            organisation=entity.organisation,
        )
        entity.sort_name = derive.sort_name(entity, entity.display_name)
        entity.name_key = derive.name_key(entity)
        entity.search_text = derive.search_text(entity, emails=self.addresses(), organisations=self.employers(today))

    def addresses(self) -> list[str]:
        return [email.address for email in self.emails]

    def employers(self, today: date) -> list[str]:
        return [job.organisation for job in self.jobs if job.organisation and job.is_current(today)]

    def search_tokens(self, today: date) -> list[SearchToken]:
        """The rows of its search words, unsaved."""
        entity = self.entity
        return [
            SearchToken(entity_id=entity.pk, token=token, rank=rank, folder_id=entity.folder_id)
            for token, rank in sorted(self.tokens(today))
        ]

    def tokens(self, today: date) -> list[tuple[str, int]]:
        """The search words; none for what is in the trash or merged."""
        if self.entity.trashed_at is not None or self.entity.merged_into_id is not None:
            return []
        return derive.search_tokens(self.entity, emails=self.addresses(), organisations=self.employers(today))


def load(entities: Iterable[Entity]) -> list[Aggregate]:
    """The aggregates of `entities` in four queries."""
    found = {entity.pk: Aggregate(entity) for entity in entities}
    ids = list(found)
    if not ids:
        return []
    for unit in Unit.objects.filter(entity__in=ids).order_by("position", "pk"):
        found[unit.entity_id].units.append(unit)
    units = {unit.pk: unit for aggregate in found.values() for unit in aggregate.units}
    for email in EmailAddress.objects.filter(entity__in=ids).order_by("position", "pk"):
        email.unit = units[email.unit_id]
        found[email.entity_id].emails.append(email)
    for phone in PhoneNumber.objects.filter(entity__in=ids).order_by("position", "pk"):
        phone.unit = units[phone.unit_id]
        found[phone.entity_id].phones.append(phone)
    jobs = (
        Participant.objects.filter(entity__in=ids, side=Participant.Side.SOURCE, relationship__type__key=WORKS_FOR)
        # Who has a job title and no employer has a job all the same.
        .annotate(
            target=FilteredRelation(
                "relationship__participants", condition=Q(relationship__participants__side=Participant.Side.TARGET)
            )
        )
        .order_by("position", "pk", "target__position", "target__pk")
        .values_list(
            *("entity_id", "target__entity_id", Coalesce("target__entity__display_name", Value(""))),
            *("job_title", "is_primary", "relationship__valid_from", "relationship__valid_to"),
        )
    )
    for entity_id, *values in jobs:
        found[entity_id].jobs.append(Job(*values))
    return list(found.values())


def refresh(ids: Iterable[int], *, now: datetime) -> set[int]:
    """Re-derive copies and search words of these entities, in portions; versions stay as they are.

    Returns the organisations that are called otherwise now: their people bear their names.
    """
    renamed: set[int] = set()
    for portion in portions(sorted(set(ids))):
        entities = list(Entity.objects.filter(pk__in=portion).order_by("pk"))
        before = {entity.pk: values_of(entity) for entity in entities}
        aggregates = load(entities)
        for aggregate in aggregates:
            aggregate.derive(now.date())
        changed = [entity for entity in entities if values_of(entity) != before[entity.pk]]
        renamed |= {one.pk for one in changed if one.is_organisation and one.display_name != before[one.pk][0]}
        update_rows(Entity, COPIES, [(entity.pk, *values_of(entity)) for entity in changed])
        write_tokens(aggregates, today=now.date())
    return renamed


def refresh_dated(*, now: datetime) -> int:
    """Re-derive the copies of everybody whose job has begun or ended within the last five weeks.

    A day would do, if nobody ever stood still: a repeat changes nothing.
    """
    days = (now.date() - timedelta(days=35), now.date())
    dated = Participant.objects.filter(relationship__type__key=WORKS_FOR, side=Participant.Side.SOURCE)
    ids = dated.filter(Q(relationship__valid_from__range=days) | Q(relationship__valid_to__range=days))
    found = list(ids.values_list("entity_id", flat=True).distinct())
    refresh(found, now=now)
    return len(found)


def values_of(entity: Entity) -> tuple[object, ...]:
    return tuple(
        getattr(entity, "organisation_entity_id" if name == "organisation_entity" else name) for name in COPIES
    )


def write_tokens(aggregates: Sequence[Aggregate], *, today: date) -> None:
    """Make the search words of these entities what they should be."""
    if not aggregates:
        return
    missing: list[SearchToken] = []
    obsolete: list[tuple[int, str]] = []
    kept: dict[int, set[tuple[str, int, int]]] = {aggregate.entity.pk: set() for aggregate in aggregates}
    rows = SearchToken.objects.filter(entity__in=list(kept)).values_list("entity_id", "token", "rank", "folder_id")
    for entity_id, token, rank, folder_id in rows:
        kept[entity_id].add((token, rank, folder_id))
    for aggregate in aggregates:
        entity = aggregate.entity
        wanted = {(token, rank, entity.folder_id) for token, rank in aggregate.tokens(today)}
        there = kept[entity.pk]
        obsolete += [(entity.pk, token) for token, _rank, _folder in there - wanted]
        missing += [
            SearchToken(entity_id=entity.pk, token=token, rank=rank, folder_id=folder_id)
            for token, rank, folder_id in sorted(wanted - there)
        ]
    delete_rows(SearchToken, ("entity", "token"), obsolete)
    for portion in portions(missing, 5000):
        insert_rows(portion)


def employees_of(organisation_ids: Iterable[int]) -> set[int]:
    """The persons whose copies or search words bear these organisations' names."""
    ids = list(organisation_ids)
    tied = Participant.objects.filter(
        side=Participant.Side.SOURCE,
        relationship__type__key=WORKS_FOR,
        relationship__participants__entity__in=ids,
        relationship__participants__side=Participant.Side.TARGET,
    )
    # Two questions: joined by OR, they would read every contact there is.
    copied = Entity.objects.filter(organisation_entity__in=ids)
    return {*tied.values_list("entity_id", flat=True), *copied.values_list("pk", flat=True)}


def _primary(items: list[_Detail]) -> _Detail | None:
    return next((item for item in items if item.is_primary), items[0] if items else None)
