"""Background jobs of dealers, orders and claims."""

from __future__ import annotations

from typing import Any

from celery import shared_task


@shared_task
def escalate_claims(**kwargs: Any) -> None:
    from apps.core import clock
    from apps.crm.services.escalation import escalate_claims

    escalate_claims(now=clock.now())


@shared_task
def refresh_managers(**kwargs: Any) -> None:
    from apps.core import clock
    from apps.crm.services.assignments import refresh_managers

    refresh_managers(now=clock.now())


@shared_task
def tell_news(**kwargs: Any) -> None:
    from apps.core import clock
    from apps.crm.services.content import tell_news

    tell_news(now=clock.now())


@shared_task
def work_out_changed_promises(**kwargs: Any) -> None:
    from apps.core import clock
    from apps.crm.services.promises.tending import work_out_changed

    work_out_changed(now=clock.now())


@shared_task
def tend_promises(**kwargs: Any) -> None:
    from apps.core import clock
    from apps.crm.services.promises.tending import tend_promises

    tend_promises(now=clock.now())


@shared_task
def number_changes(**kwargs: Any) -> None:
    from apps.core import clock
    from apps.crm.services.dealer_feed.numbering import number_changes

    number_changes(now=clock.now())


@shared_task
def tell_hand_overs(**kwargs: Any) -> None:
    from apps.core import clock
    from apps.crm.services.hand_over_notices import tell_hand_overs

    tell_hand_overs(now=clock.now())


@shared_task
def run_rules(**kwargs: Any) -> None:
    from apps.core import clock
    from apps.crm.services.rule_runs import run_rules

    run_rules(now=clock.now())


@shared_task
def note_dates(**kwargs: Any) -> None:
    from apps.core import clock
    from apps.crm.services.rule_queue import note_dates

    note_dates(now=clock.now())


@shared_task
def note_unanswered(**kwargs: Any) -> None:
    from apps.core import clock
    from apps.crm.services.rule_mails import note_unanswered

    note_unanswered(now=clock.now())


@shared_task
def clear_rule_log(**kwargs: Any) -> None:
    from apps.core import clock
    from apps.crm.services.rule_log import clear_rule_log

    clear_rule_log(now=clock.now())


@shared_task
def run_sequences(**kwargs: Any) -> None:
    from apps.core import clock
    from apps.crm.services.sequences import run_sequences

    run_sequences(now=clock.now())


@shared_task
def run_campaigns(**kwargs: Any) -> None:
    from apps.core import clock
    from apps.crm.services.campaigns.running import run_campaigns

    run_campaigns(now=clock.now())
