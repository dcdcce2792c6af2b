"""Jobs: the `works_for` of persons, found or made with their organisations; the primary, current one is copied."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Case, Max, Model, QuerySet, When
from django.utils.translation import gettext as _

from apps.contacts.models import Entity, Folder, Participant, Relationship, RelationshipType
from apps.contacts.services import copies, derive
from apps.contacts.services.errors import InTrash
from apps.contacts.services.inputs import EntityInput, JobInput
from apps.contacts.services.journal import Edit
from apps.core.batch import give_keys, insert_all
from apps.core.kept import Kept
from apps.core.services.operations import snapshot

if TYPE_CHECKING:
    from apps.accounts.models import User
    from apps.contacts.models.entities import EntityQuerySet

# Makes an organisation within an edit: `entities.make_entity`.
Make = Callable[[Edit, EntityInput], Entity]


@Kept
def _works_for() -> RelationshipType:
    return RelationshipType.objects.get(key=copies.WORKS_FOR)


@dataclass(frozen=True, slots=True)
class ResolvedJob:
    """A job whose organisation is known."""

    data: JobInput
    organisation: Entity
    is_primary: bool

    def as_copy(self) -> copies.Job:
        data = self.data
        name = self.organisation.display_name
        return copies.Job(self.organisation.pk, name, data.title, self.is_primary, data.valid_from, data.valid_to)


def resolve_jobs(edit: Edit, jobs: Sequence[JobInput], *, folder: Folder, make: Make) -> list[ResolvedJob]:
    """Find and lock the organisations of these jobs, or `make` them. The first job that says so is primary."""
    wanted = [job for job in jobs if job.organisation_id or job.organisation_name.strip()]
    found = {id(job): job.organisation_id or _named(edit.actor, job, folder) for job in wanted}
    try:
        edit.lock(set(), {pk for pk in found.values() if pk})
    except (PermissionDenied, InTrash) as error:
        raise ValidationError({"jobs": _("There is no such organisation.")}) from error
    main = next((job for job in wanted if job.is_primary), None)
    return [ResolvedJob(job, _organisation(edit, job, found[id(job)], folder, make), job is main) for job in wanted]


def add_jobs(edit: Edit, person: Entity, jobs: Sequence[ResolvedJob]) -> list[Relationship]:
    """Tie `person`, who was here before this edit, to the organisations; these get a new version too."""
    if not jobs:
        return []
    if any(job.is_primary for job in jobs):
        unset_primary(edit, person.pk)
    last = jobs_of(person.pk).aggregate(last=Max("position"))["last"]
    ties = build_ties(person, jobs, first=0 if last is None else last + 1)
    give_keys(*ties.tables())
    insert_all(*ties.tables())
    ties.note(edit)
    return ties.relationships


@dataclass(slots=True)
class Ties:
    """The rows that tie a person to organisations, not yet saved; of each tie the source and the target."""

    relationships: list[Relationship] = field(default_factory=list)
    participants: list[Participant] = field(default_factory=list)

    def tables(self) -> tuple[Sequence[Model], ...]:
        """Its rows by model; a row comes after those that it points to."""
        return self.relationships, self.participants

    def note(self, edit: Edit) -> None:
        """Write them down, as they are saved."""
        ends = iter(self.participants)
        for relationship, source, target in zip(self.relationships, ends, ends, strict=True):
            edit.created(relationship, source.entity_id)
            edit.created(source, source.entity_id)
            edit.created(target, target.entity_id)


def build_ties(person: Entity, jobs: Sequence[ResolvedJob], *, first: int = 0) -> Ties:
    """The rows of these jobs, the first of them at position `first`. Raises ValidationError for an organisation."""
    ties = Ties()
    if jobs and not person.is_person:
        raise ValidationError({"jobs": _("Only a person has a job.")})
    for position, job in enumerate(jobs, first):
        data = job.data
        relationship = Relationship(type=_works_for(), valid_from=data.valid_from, valid_to=data.valid_to)
        source = Participant(
            relationship=relationship,
            entity=person,
            side=Participant.Side.SOURCE,
            role=data.role,
            job_title=data.title,
            department=data.department,
            is_primary=job.is_primary,
            position=position,
        )
        target = Participant(relationship=relationship, entity=job.organisation, side=Participant.Side.TARGET)
        ties.relationships.append(relationship)
        ties.participants += [source, target]
    return ties


def find_organisation(*, actor: User | None, name: str, folder: Folder) -> Entity | None:
    """The organisation of this folded name that `actor` sees, one in `folder` before others."""
    return _called(actor, name, folder).first()


def _called(actor: User | None, name: str, folder: Folder) -> EntityQuerySet:
    found = _seen_by(actor).live().organisations().filter(name_key=derive.fold_name(name))
    return found.order_by(Case(When(folder=folder, then=0), default=1), "pk")


def _named(actor: User | None, job: JobInput, folder: Folder) -> int | None:
    found: int | None = _called(actor, job.organisation_name, folder).values_list("pk", flat=True).first()
    return found


def _seen_by(actor: User | None) -> EntityQuerySet:
    return Entity.objects.all() if actor is None else Entity.objects.visible_to(actor)


def _organisation(edit: Edit, job: JobInput, pk: int | None, folder: Folder, make: Make) -> Entity:
    if pk is None:
        name = " ".join(job.organisation_name.split())
        return make(edit, EntityInput(kind=Entity.Kind.ORGANISATION, name=name, folder_id=folder.pk))
    organisation = edit.entity(pk)
    if not organisation.is_organisation:
        raise ValidationError({"jobs": _("There is no such organisation.")})
    return organisation


def jobs_of(person_id: int) -> QuerySet[Participant]:
    """The source's side of all that `works_for` ties this person to."""
    return Participant.objects.filter(
        entity=person_id, side=Participant.Side.SOURCE, relationship__type__key=copies.WORKS_FOR
    )


def unset_primary(edit: Edit, person_id: int, but: int | None = None) -> None:
    jobs = jobs_of(person_id).filter(is_primary=True)
    for job in jobs.exclude(pk=but) if but else jobs:
        before = snapshot(job)
        job.is_primary = False
        job.save(update_fields=["is_primary"])
        edit.updated(job, before, person_id)
