"""The job, the categories, and lines that we have no field for, as a phone changed them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Max

from apps.contacts.formats.vcard.differences import Difference
from apps.contacts.formats.vcard.facts import Value, line
from apps.contacts.formats.vcard.values import escape
from apps.contacts.models import Category, Entity, EntityCategory, Participant, RawProperty
from apps.contacts.selectors.folders import restricted_categories
from apps.contacts.services import derive
from apps.contacts.services.categories import set_categories
from apps.contacts.services.employment import jobs_of
from apps.contacts.services.imports.labels import path_of
from apps.contacts.services.imports.limits import lengths_of
from apps.contacts.services.inputs import JobInput
from apps.contacts.services.journal import editing
from apps.contacts.services.relationships import add_job, remove_relationship, update_participant

if TYPE_CHECKING:
    from apps.accounts.models import User

VERB = "entity.synced"


def set_job(*, actor: User, person: Entity, before: Value, after: Value, now: datetime) -> None:
    """Make `after` the person's main job: rewritten where the firm is the same, else in the place of `before`.

    What a card doesn't tell of (a job at one branch, say) stays as it is. A title without a firm is kept beside. An
    organisation has no job.
    """
    if not person.is_person:
        return
    main = _told_of(person, before)
    if main is None and before.get("organisation"):
        return
    words = {"job_title": after.get("title", ""), "department": after.get("department", "")}
    words["role"] = after.get("role", "")
    firm = after.get("organisation", "")
    same = derive.fold_name(firm) == derive.fold_name(before.get("organisation", ""))
    if main is not None and same and any(after.values()):
        update_participant(actor=actor, participant=main, fields=words, now=now)
        return
    if main is not None:
        remove_relationship(actor=actor, relationship=main.relationship, now=now)
    if firm and not _jobs_at(person, firm):
        job = JobInput(
            organisation_name=firm,
            title=words["job_title"],
            department=words["department"],
            role=words["role"],
            is_primary=not jobs_of(person.pk).filter(is_primary=True).exists(),
        )
        add_job(actor=actor, person=person, job=job, now=now)
    elif words["job_title"] and not firm:
        keep_beside(actor=actor, entity=person, name="TITLE", text=words["job_title"], now=now)


def _told_of(person: Entity, job: Value) -> Participant | None:
    """The person's end of the job that a card tells of like this, if it is still there."""
    if not any(job.values()):
        return None
    there = _jobs_at(person, job.get("organisation", ""))
    titled = (each for each in there if line(each.job_title) == job.get("title", ""))
    return next(titled, there[0] if there else None)


def _jobs_at(person: Entity, firm: str) -> list[Participant]:
    """All that ties the person to a firm of this name, or to none; the main job first."""
    jobs = list(jobs_of(person.pk).order_by("-is_primary", "position", "pk").select_related("relationship__type"))
    targets = Participant.objects.filter(
        relationship__in=[each.relationship_id for each in jobs], side=Participant.Side.TARGET
    )
    names = dict(targets.values_list("relationship_id", "entity__display_name"))
    wanted = derive.fold_name(firm)
    return [each for each in jobs if derive.fold_name(names.get(each.relationship_id, "")) == wanted]


def set_categories_by_name(*, actor: User, entity: Entity, changes: Sequence[Difference], now: datetime) -> None:
    """Add and take away categories that exist and hide nothing; a phone makes no new ones."""
    if not changes:
        return
    categories = {category.pk: category for category in Category.objects.all()}
    hidden = restricted_categories()
    by_name = {path_of(one, categories).casefold(): pk for pk, one in categories.items() if pk not in hidden}
    borne = set(EntityCategory.objects.filter(entity=entity).values_list("category_id", flat=True))
    wanted = set(borne)
    for change in changes:
        if change.after and (pk := by_name.get(change.after.casefold())):
            wanted.add(pk)
        elif change.before and (pk := by_name.get(change.before.casefold())):
            wanted.discard(pk)
    if wanted != borne:
        set_categories(actor=actor, entity=entity, category_ids=wanted, now=now)


def set_raw(
    *, actor: User, entity: Entity, before: dict[str, Any] | None, after: dict[str, Any], now: datetime
) -> None:
    """Keep a line as it came; it replaces `before` where that is still there."""
    lengths = lengths_of(RawProperty)
    with editing([entity], actor=actor, verb=VERB, now=now) as edit:
        kept = RawProperty.objects.filter(entity=entity)
        if kept.filter(name=after["name"], value=after["value"]).exists():
            return
        old = kept.filter(name=before["name"], value=before["value"]).first() if before else None
        if old is not None:
            old.value, old.params = after["value"], after["params"]
            old.save(update_fields=["value", "params"])
        else:
            last = kept.aggregate(last=Max("position"))["last"]
            RawProperty.objects.create(
                entity=entity,
                name=after["name"][: lengths["name"]],
                value=after["value"],
                params=after["params"],
                group=after["group"][: lengths["group"]],
                position=0 if last is None else last + 1,
            )
        edit.touch(entity.pk)


def keep_beside(*, actor: User, entity: Entity, name: str, text: str, now: datetime) -> None:
    """Keep a text that doesn't fit its field, as a line of the card."""
    after = {"name": name, "value": escape(text), "params": {}, "group": ""}
    set_raw(actor=actor, entity=entity, before=None, after=after, now=now)
