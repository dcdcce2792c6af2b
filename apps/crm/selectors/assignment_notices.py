"""What notices of contacts that a rule gave to somebody say."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.accounts.permissions import is_staff_member
from apps.crm.models import AssignmentRun

if TYPE_CHECKING:
    from apps.accounts.models import User
    from apps.activities.models import Notice
    from apps.crm.models.assignment_rules import AssignmentRunQuerySet

Lines = dict[int, tuple[str, str, str, str]]


def runs_seen(user: User) -> AssignmentRunQuerySet:
    """A dealer's people are told of none, and their database role reads none."""
    return AssignmentRun.objects.visible_to(user) if is_staff_member(user) else AssignmentRun.objects.none()


def notice_lines(user: User, notices: Sequence[Notice]) -> Lines:
    """One contact leads to its page, several to the list of what is one's own."""
    found = runs_seen(user).filter(pk__in={each.record_id for each in notices}).select_related("entity", "team")
    runs = {run.pk: run for run in found}
    lines: Lines = {}
    for each in notices:
        run = runs.get(each.record_id or 0)
        if run is None:
            continue
        named = {"count": each.count, "team": run.team}
        if run.team is None:
            title = ngettext("A new contact is yours", "%(count)s new contacts are yours", each.count) % named
        else:
            title = (
                ngettext("%(team)s has %(count)s new contact", "%(team)s has %(count)s new contacts", each.count)
                % named
            )
        rule = _("By the rule “%(rule)s”.") % {"rule": run.rule_name}
        text = f"{run.entity.display_name} · {rule}" if each.count == 1 else rule
        lines[each.pk] = ("user-star", title, text, _address(run, each.count, user))
    return lines


def _address(run: AssignmentRun, count: int, user: User) -> str:
    if count == 1:
        return reverse("contacts:entity", args=[run.entity_id])
    narrowed = f"f.charge-team={run.team_id}" if run.team_id is not None else f"f.charge={user.pk}"
    return f"{reverse('contacts:list')}?{narrowed}"
