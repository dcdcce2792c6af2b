"""Contacts in teams: put in, taken out; the past is kept."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.translation import gettext as _

from apps.accounts.models import Team
from apps.activities.services.recording import Entry, record
from apps.contacts.models import Entity
from apps.core.clock import company_day
from apps.core.services.operations import operate, snapshot
from apps.crm.models import TeamContact
from apps.crm.permissions.contacts import manages_contact

if TYPE_CHECKING:
    from apps.accounts.models import User


KIND = "contact_team"


def set_teams(*, actor: User, entity: Entity, teams: Sequence[Team], now: datetime) -> int | None:
    """Let `entity` belong to exactly these teams from today. Does already: nothing happens.

    Returns the operation to undo. Raises PermissionDenied, ValidationError where one is retired.
    """
    today = company_day(now)
    if not manages_contact(actor, entity, on=today):
        raise PermissionDenied
    with operate(actor=actor, verb="contact_teams.set", now=now) as recorder:
        Entity.objects.select_for_update(no_key=True).get(pk=entity.pk)
        held = {row.team_id: row for row in TeamContact.objects.current().filter(entity=entity)}
        wanted = {team.pk: team for team in teams}
        gone = [row for pk, row in held.items() if pk not in wanted]
        added = [team for pk, team in wanted.items() if pk not in held]
        if any(team.retired_at is not None for team in added):
            raise ValidationError({"teams": _("There is no such choice.")})
        for row in gone:
            before = snapshot(row)
            row.valid_to = max(today, row.valid_from)
            row.save(update_fields=["valid_to"])
            recorder.updated(row, before)
        for team in added:
            recorder.created(
                TeamContact.objects.create(entity=entity, team=team, valid_from=today, made_by=actor, created_at=now)
            )
        if not gone and not added:
            return None
        names = dict(Team.objects.filter(pk__in=[row.team_id for row in gone]).values_list("pk", "name"))
        facts = {"joined": [team.name for team in added], "left": [names[row.team_id] for row in gone]}
        entry = Entry(kind=KIND, verb="contact.teams_changed", occurred_at=now, entities=[entity], facts=facts)
        record(entry, actor=actor, now=now)
    return recorder.operation.pk
