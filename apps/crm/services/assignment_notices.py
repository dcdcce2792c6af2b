"""Whoever gets contacts by a rule hears of it: of many at once, and of one after the other, in one notice."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from apps.accounts.models import Team
from apps.accounts.selectors import members_of
from apps.activities.models import Notice
from apps.activities.services.telling import News, tell_bundled
from apps.core.clock import company_day

if TYPE_CHECKING:
    from apps.accounts.models import User
    from apps.crm.models import AssignmentRun

RECORD = "crm.assignmentrun"
VERB = "contact.assigned"
_WITHIN = timedelta(hours=4)


def tell_assigned(runs: Sequence[AssignmentRun], *, actor: User | None, now: datetime) -> int:
    """The notice is about the first of them; of a team all who are in it that day hear. Returns how many did."""
    if not runs:
        return 0
    teams = {team_id for run in runs if (team_id := run.team_id) is not None}
    members = {team.pk: members_of(team, on=company_day(now)) for team in Team.objects.filter(pk__in=teams)}
    got: dict[int, list[AssignmentRun]] = defaultdict(list)
    for run in runs:
        for user_id in [run.user_id] if run.user_id is not None else members.get(run.team_id or 0, []):
            got[user_id].append(run)
    news = [
        News(pk, Notice.Event.HANDED_OVER, VERB, record_type=RECORD, record_id=theirs[0].pk, count=len(theirs))
        for pk, theirs in sorted(got.items())
    ]
    return tell_bundled(news, actor_id=actor.pk if actor else None, now=now, within=_WITHIN)
