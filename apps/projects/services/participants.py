"""Who from outside takes part in a project. The contact itself stands in it, never a copy."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.contacts.models import Entity
from apps.core.services.operations import operate, snapshot
from apps.projects.models import Participant, Project
from apps.projects.permissions import can_write
from apps.projects.services.guests import show_all_out
from apps.projects.services.members import member_of

ROLE_LENGTH = 80
MOST_AT_ONCE = 200


def add_participants(
    *, actor: User, project: Project, entities: Iterable[Entity], role: str, now: datetime
) -> list[Participant]:
    """Those of `entities` that don't take part yet, as `role`; who did before does again.

    Contacts of a personal folder stay their owner's until that one moves them. Raises PermissionDenied,
    ValidationError.
    """
    chosen = {entity.pk: entity for entity in entities}
    if len(chosen) > MOST_AT_ONCE:
        raise ValidationError({"entities": _("At most %(count)s contacts.") % {"count": MOST_AT_ONCE}})
    seen = Entity.objects.visible_to(actor).live().filter(pk__in=chosen).select_related("folder")
    found = list(seen.order_by("pk"))
    if len(found) != len(chosen):
        raise PermissionDenied
    personal = [entity.display_name for entity in found if entity.folder.owner_id is not None]
    if personal:
        words = _("These stand in somebody's own folder; move them first: %(names)s")
        raise ValidationError({"entities": words % {"names": ", ".join(personal)}})
    role = _clean_role(role)
    with operate(actor=actor, verb="project.participants_added", now=now, undoable=False) as recorder:
        _check(actor, project)
        present = set(project.participants.filter(removed_at__isnull=True).values_list("entity_id", flat=True))
        made = [
            Participant(project=project, entity=entity, role=role, added_by=actor, added_at=now)
            for entity in found
            if entity.pk not in present
        ]
        for each in made:
            each.save()
            recorder.created(each)
    return made


def set_participant_role(*, actor: User, participant: Participant, role: str, now: datetime) -> None:
    """Raises PermissionDenied, ValidationError."""
    role = _clean_role(role)
    with operate(actor=actor, verb="project.participant_changed", now=now, undoable=False) as recorder:
        _check(actor, participant.project)
        row = Participant.objects.select_for_update().get(pk=participant.pk)
        if row.role != role and row.removed_at is None:
            before = snapshot(row)
            row.role = role
            row.save(update_fields=["role"])
            recorder.updated(row, before)


def remove_participant(*, actor: User, participant: Participant, now: datetime) -> None:
    """They take part no more, and are no guest; what was said with them stays. Out already: nothing happens."""
    with operate(actor=actor, verb="project.participant_removed", now=now, undoable=False) as recorder:
        _check(actor, participant.project)
        row = Participant.objects.select_for_update().get(pk=participant.pk)
        if row.removed_at is None:
            before = snapshot(row)
            row.removed_at = now
            row.save(update_fields=["removed_at"])
            recorder.updated(row, before)
            show_all_out(recorder, row.project, actor=actor, now=now, entity_id=row.entity_id)


def _check(actor: User, project: Project) -> None:
    """Whoever writes in a project says who takes part."""
    locked = Project.objects.select_for_update(no_key=True, of=("self",)).select_related("group").get(pk=project.pk)
    if locked.closed_at is not None or not can_write(locked.group, member_of(actor, locked.group)):
        raise PermissionDenied


def _clean_role(role: str) -> str:
    cleaned = " ".join(role.replace("\x00", "").split())
    if len(cleaned) > ROLE_LENGTH:
        raise ValidationError({"role": _("This is too long.")})
    return cleaned
