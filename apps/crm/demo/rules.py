"""Three automation rules of the demo, and a month of what they did."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_noop

from apps.core.batch import insert_rows
from apps.crm.models import PipelineStage, RuleRun
from apps.crm.services.rules import save_rule

if TYPE_CHECKING:
    from apps.accounts.models import User
    from apps.crm.models import Rule
    from apps.messaging.models import MailTemplate

_RUNS = 20  # of each
_NOBODY = gettext_noop("Nobody is there for the task.")


def make_rules(manager: User, seller: User, ids: Sequence[int], template: MailTemplate, now: datetime) -> None:
    """`ids` are the contacts that the log is about."""
    stage = PipelineStage.objects.filter(pipeline__purpose="journey", name="Qualified").first()
    call = {"subject": "Call: what do they need?", "days": 1, "who": ""}
    wanted: tuple[tuple[str, str, dict[str, Any], dict[str, Any]], ...] = (
        ("Call who is qualified", "stage_entered", {"stage": str(stage.pk)} if stage else {}, {"task": call}),
        ("Thank new contacts", "contact_made", {}, {"mail": {"template": str(template.pk)}}),
        (
            "Ask where no answer came",
            "mail_unanswered",
            {"days": 5},
            {"task": {"subject": "Ask once more", "days": 0, "who": f"user:{seller.pk}"}},
        ),
    )
    for place, (name, trigger, options, actions) in enumerate(wanted):
        rule = save_rule(
            actor=manager,
            now=now,
            name=name,
            trigger=trigger,
            options=options,
            actions=actions,
            is_active=trigger != "contact_made",
        )
        insert_rows(_log(rule, ids[place :: len(wanted)], now))


def _log(rule: Rule, ids: Sequence[int], now: datetime) -> list[RuleRun]:
    """Most of them did something, one in six had nothing to do, one in nine found nobody."""
    ((key, options),) = rule.actions.items()
    words = options.get("subject", "After a visit")
    runs = []
    for place, entity_id in enumerate(ids[:_RUNS], start=1):
        at = now - timedelta(days=place, hours=place % 7)
        run = RuleRun(rule=rule, rule_name=rule.name, entity_id=entity_id, at=at, not_before=at, attempts=1)
        run.finished_at = at + timedelta(seconds=20)
        run.state, run.done = RuleRun.State.DONE, [[key, words]]
        if place % 6 == 0:
            run.state, run.done, run.trouble = RuleRun.State.SKIPPED, [], "unchanged"
        elif place % 9 == 0:
            run.state, run.done, run.trouble = RuleRun.State.FAILED, [], _NOBODY
        runs.append(run)
    return runs
