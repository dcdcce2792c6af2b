"""The dossier of a hand-over on paper, for whoever takes over."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import Http404
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from apps.core import clock
from apps.core.clock import company_day
from apps.crm.models import HandOver
from apps.crm.models.reach import MONEY_ROLES, has_role
from apps.crm.selectors.dossier import Dossier, dossiers, items_seen, with_files
from apps.messaging.services.papers.frame import fact, facts, frame
from apps.messaging.services.papers.letters import day, moment, money

if TYPE_CHECKING:
    from apps.accounts.models import User
    from apps.crm.models import Opportunity

KEY = "hand_over_dossier"
MOST = 200  # contacts on paper; of more the page tells


def build(user: User, record_id: int, language: str) -> dict[str, Any]:
    """Of a hand-over that `user` sees, with the contacts that they see. Raises Http404."""
    now = clock.now()
    seen = HandOver.objects.visible_to(user, on=company_day(now))
    hand_over = seen.filter(pk=record_id).select_related("from_user", "to_user", "to_team", "made_by").first()
    if hand_over is None:
        raise Http404
    items = items_seen(hand_over, user)
    some = list(with_files(items).order_by("pk")[:MOST])
    rest = items.count() - len(some)
    found = dossiers(some, user=user, sees_money=has_role(user, MONEY_ROLES), now=now)
    return {
        **frame(_("Hand-over of %(number)s") % {"number": hand_over.pk}, today=localdate(now)),
        "facts": facts(
            fact(_("From whom"), str(hand_over.from_user or _("several"))),
            fact(_("To whom"), str(hand_over.to_user or hand_over.to_team)),
            fact(pgettext("day", "From"), day(hand_over.starts_on)),
            fact(_("Until"), day(hand_over.until) if hand_over.until else _("for good")),
        ),
        "note": hand_over.note,
        "contacts": [_contact(each) for each in found],
        "nothing": _("Nothing is open."),
        "more": _("And %(count)s more on the page of the hand-over.") % {"count": rest} if rest else "",
    }


def _contact(dossier: Dossier) -> dict[str, Any]:
    entity = dossier.entity
    steps = ", ".join(f"{each.pipeline.name}: {each.stage.name}" for each in dossier.steps)
    tasks = "\n".join(_task(each.activity.subject, day(each.due_on) if each.due_on else "") for each in dossier.tasks)
    meetings = "\n".join(
        _task(each.activity.subject, moment(each.starts_at) if each.starts_at else "") for each in dossier.meetings
    )
    words = "\n".join(f"{day(each.occurred_at)}: {(each.subject or each.snippet)[:300]}" for each in dossier.words)
    debts = ", ".join(money(balance, currency) for balance, currency in dossier.debts)
    rows = (
        (_("Stands at"), steps),
        (pgettext("hand-over", "Promised"), tasks),
        (_("Planned"), meetings),
        (_("Opportunities"), "\n".join(map(_opportunity, dossier.opportunities))),
        (_("Said last"), words),
        (_("Balance"), debts),
        (_("Claims"), ", ".join(each.number for each in dossier.claims)),
        (_("Files"), str(dossier.files or "")),
    )
    title = f"{entity.display_name}, {entity.organisation}" if entity.organisation else entity.display_name
    return {"title": title, "facts": facts(*(fact(label, text) for label, text in rows if text))}


def _opportunity(each: Opportunity) -> str:
    worth = [money(each.revenue, each.currency)] if each.revenue is not None else []
    until = [day(each.expected_on)] if each.expected_on else []
    return f"{each.title} ({', '.join([str(each.stage.title), *worth, *until])})"


def _task(subject: str, when: str) -> str:
    return f"{subject} ({when})" if when else subject
