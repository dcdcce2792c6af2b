"""The organisations that people on their way in work for: found by folded name where the actor sees, else made."""

from __future__ import annotations

from collections.abc import Sequence

from apps.contacts.formats.records import Card, Job
from apps.contacts.models import Entity, ExternalUid
from apps.contacts.services import derive
from apps.contacts.services.imports.context import IMPLIED, Context
from apps.contacts.services.imports.drafts import Draft, as_uuid, draft_of
from apps.core.batch import reserve_ids

_REMEMBERED = 100_000


def job_key(job: Job) -> str:
    """What an employer is looked up by: the UID that our own exports give, else the folded name."""
    return f"uid:{job.organisation_uid}" if job.organisation_uid else derive.fold_name(job.organisation)


def employers_for(drafts: Sequence[Draft], coming: Sequence[Draft], context: Context) -> list[Draft]:
    """Make sure that the context knows every employer in `drafts`; return those to be made, as drafts with ids.

    `coming` are the cards about to be created in the same portion: an organisation among them is taken.
    """
    wanted: dict[str, tuple[Job, Draft]] = {}
    for draft in drafts:
        for job in draft.jobs:
            if (key := job_key(job)) and key not in context.organisations:
                wanted.setdefault(key, (job, draft))
    if not wanted:
        return []
    if len(context.organisations) > _REMEMBERED:
        context.organisations.clear()
        wanted |= {key: (job, draft) for draft in drafts for job in draft.jobs if (key := job_key(job))}
    _find_by_uid(wanted, context)
    _find_by_name(wanted, context)
    there: dict[str, Draft] = {}
    for draft in coming:
        if draft.values["kind"] == Entity.Kind.ORGANISATION:
            _put(there, draft)
    made = []
    missing = [key for key in wanted if key not in context.organisations]
    ids = iter(reserve_ids({Entity: len(missing)})[Entity])
    for key, (job, draft) in wanted.items():
        if key in context.organisations:
            continue
        name = derive.fold_name(job.organisation)
        found = there.get(key) or (there.get(name) if name else None)
        if found is not None:
            context.organisations[key] = (found.entity_id, found.values["display_name"])
        elif name in context.organisations and name != key:
            context.organisations[key] = context.organisations[name]
        elif job.organisation:
            implied = _implied(job, draft)
            implied.entity_id = next(ids)
            made.append(implied)
            _put(there, implied)
            context.organisations[key] = (implied.entity_id, implied.values["display_name"])
    return made


def _put(there: dict[str, Draft], draft: Draft) -> None:
    if draft.card.uid:
        there.setdefault(f"uid:{draft.card.uid}", draft)
    if draft.name_key:
        there.setdefault(draft.name_key, draft)


def _implied(job: Job, draft: Draft) -> Draft:
    card = Card(kind="organisation", uid=job.organisation_uid, name=job.organisation, full_name=job.organisation)
    implied = draft_of(card)
    implied.is_implied = True
    implied.folder_id = draft.folder_id
    implied.values["source"] = IMPLIED
    return implied


def _find_by_uid(wanted: dict[str, tuple[Job, Draft]], context: Context) -> None:
    uids = {job.organisation_uid for job, _ in wanted.values() if job.organisation_uid}
    if not uids:
        return
    seen = Entity.objects.live().visible_to(context.actor).organisations()
    own = {uid: parsed for uid in uids if (parsed := as_uuid(uid))}
    rows = {
        str(uid): (pk, name)
        for pk, uid, name in seen.filter(uid__in=own.values()).values_list("pk", "uid", "display_name")
    }
    for uid, parsed in own.items():
        if found := rows.get(str(parsed)):
            context.organisations[f"uid:{uid}"] = found
    foreign = ExternalUid.objects.filter(uid__in=uids, entity__in=seen)
    for uid, pk, name in foreign.order_by("-pk").values_list("uid", "entity_id", "entity__display_name"):
        context.organisations.setdefault(f"uid:{uid}", (pk, name))


def _find_by_name(wanted: dict[str, tuple[Job, Draft]], context: Context) -> None:
    names = {derive.fold_name(job.organisation) for key, (job, _) in wanted.items() if key not in context.organisations}
    names = {name for name in names if name and name not in context.organisations}
    if not names:
        return
    rows = Entity.objects.live().visible_to(context.actor).organisations().filter(name_key__in=names)
    # Of several that bear a name the oldest is meant.
    for name, pk, shown in rows.order_by("-pk").values_list("name_key", "pk", "display_name"):
        context.organisations[name] = (pk, shown)
