"""Groups that become projects, what is written of these, and their way back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.validators import URLValidator
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.contacts.services.own_fields import clean_own
from apps.core.services.operations import operate, snapshot
from apps.projects.models import Group, Project
from apps.projects.permissions import can_manage
from apps.projects.project_reach import forget_reach
from apps.projects.services.group_events import tell_state
from apps.projects.services.guests import show_all_out
from apps.projects.services.members import member_of

OWN_FIELDS = "project"  # their target
_is_address = URLValidator(schemes=["http", "https"])


class ProjectChanged(Exception):
    """Somebody has changed it since the form was opened."""

    def __init__(self) -> None:
        super().__init__(_("Somebody has changed this project meanwhile. Look at it again; nothing was saved."))


@dataclass(frozen=True, kw_only=True)
class AboutInput:
    """What is written of a project, as typed."""

    state: str = Project.State.ACTIVE
    city: str = ""
    address: str = ""
    site: str = ""
    specialisation: str = ""
    numbers: str = ""
    about: str = ""
    starts_on: date | None = None
    ends_on: date | None = None
    own: Mapping[str, Any] | None = None  # own fields as typed; None: they stay

    def check(self) -> None:
        """Raises ValidationError under the field's name."""
        if self.state not in Project.State.values:
            raise ValidationError({"state": _("There is no such choice.")})
        if self.site:
            try:
                _is_address(self.site)
            except ValidationError as error:
                raise ValidationError({"site": _("Enter an address that begins with http:// or https://.")}) from error
        if self.starts_on and self.ends_on and self.ends_on < self.starts_on:
            raise ValidationError({"ends_on": _("It ends before it begins.")})


def make_project_of(*, actor: User, group: Group, now: datetime) -> Project:
    """Make a project of a group, or again of one that was; its messages, files and people stay as they are.

    A project already: nothing happens. Raises PermissionDenied unless `actor` manages it, ValidationError for direct
    messages.
    """
    if group.kind == Group.Kind.DIRECT:
        raise ValidationError(_("Direct messages stay between two. Make a group first."))
    with operate(actor=actor, verb="project.made", now=now, undoable=False) as recorder:
        locked = Group.objects.select_for_update(no_key=True).get(pk=group.pk)
        if not can_manage(locked, member_of(actor, locked)):
            raise PermissionDenied
        found = Project.objects.filter(group=locked).first()
        if found is None:
            found = Project.objects.create(group=locked, made_by=actor, created_at=now, changed_at=now)
            recorder.created(found)
        elif found.closed_at is not None:
            before = snapshot(found)
            found.closed_at = None
            _save(found, now)
            recorder.updated(found, before)
        forget_reach()
    return found


def back_to_group(*, actor: User, project: Project, now: datetime) -> None:
    """Let it be a mere group again; what was written of it is kept, its guests are shown out. One already: nothing
    happens.

    Raises PermissionDenied unless `actor` manages it.
    """
    with operate(actor=actor, verb="project.closed", now=now, undoable=False) as recorder:
        locked = _locked(actor, project)
        if locked.closed_at is None:
            before = snapshot(locked)
            locked.closed_at = now
            _save(locked, now)
            recorder.updated(locked, before)
            show_all_out(recorder, locked, actor=actor, now=now)
            forget_reach()


def change_about(*, actor: User, project: Project, data: AboutInput, seen_version: int, now: datetime) -> int | None:
    """Save what was typed; None where nothing differs, else the operation.

    Raises PermissionDenied unless `actor` manages it, ValidationError by field, ProjectChanged.
    """
    data.check()
    with operate(actor=actor, verb="project.changed", now=now) as recorder:
        locked = _locked(actor, project)
        if locked.closed_at is not None:
            raise PermissionDenied
        if locked.version != seen_version:
            raise ProjectChanged
        before, state = snapshot(locked), locked.state
        for each in fields(data):
            if each.name != "own":
                setattr(locked, each.name, getattr(data, each.name))
        locked.attributes = clean_own(data.own, target=OWN_FIELDS, actor=actor, kept=locked.attributes)
        if snapshot(locked) == before:
            return None
        _save(locked, now)
        recorder.updated(locked, before)
        if locked.state != state:
            tell_state(locked, state, now=now)
    return recorder.operation.pk


def _locked(actor: User, project: Project) -> Project:
    locked = Project.objects.select_for_update(no_key=True, of=("self",)).select_related("group").get(pk=project.pk)
    if not can_manage(locked.group, member_of(actor, locked.group)):
        raise PermissionDenied
    return locked


def _save(project: Project, now: datetime) -> None:
    project.version += 1
    project.changed_at = now
    project.save()
