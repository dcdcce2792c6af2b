"""Background jobs of mail."""

from __future__ import annotations

from typing import Any

from celery import shared_task


@shared_task
def sync_accounts(**kwargs: Any) -> None:
    from apps.core import clock
    from apps.messaging.services.rounds import begin_due_syncs

    begin_due_syncs(now=clock.now())


@shared_task
def sync_account(*, account_id: int, **kwargs: Any) -> None:
    from apps.core import clock
    from apps.messaging.services.rounds import sync_one

    sync_one(account_id=account_id, now=clock.now())


@shared_task
def measure_accounts(**kwargs: Any) -> None:
    from apps.core import clock
    from apps.messaging.services.rounds import begin_due_measures

    begin_due_measures(now=clock.now())


@shared_task
def measure_account(*, account_id: int, **kwargs: Any) -> None:
    from apps.core import clock
    from apps.messaging.services.rounds import measure_one

    measure_one(account_id=account_id, now=clock.now())


@shared_task
def queue_prepared(**kwargs: Any) -> None:
    from apps.core import clock
    from apps.messaging.services.sending import queue_prepared as queue

    queue(now=clock.now())


@shared_task
def purge_drafts(**kwargs: Any) -> None:
    from apps.core import clock
    from apps.messaging.services.drafts import purge_drafts as purge

    purge(now=clock.now())


@shared_task
def send_merges(**kwargs: Any) -> None:
    from apps.core import clock
    from apps.messaging.services.merging import send_due

    send_due(now=clock.now())
