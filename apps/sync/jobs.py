"""Background jobs of synchronisation. Rows are the queue: each of these may run twice, or be lost."""

from __future__ import annotations

from typing import Any

from celery import shared_task


@shared_task
def apply_source(*, source_id: int, **kwargs: Any) -> None:
    from apps.sync.services.applying import apply_waiting

    apply_waiting(source_id=source_id)


@shared_task
def sweep_sources(**kwargs: Any) -> None:
    from apps.core import clock
    from apps.sync.services.sweeping import sweep

    sweep(now=clock.now())


@shared_task
def poll_sources(**kwargs: Any) -> None:
    from apps.core import clock
    from apps.sync.services.polling import begin_due_polls

    begin_due_polls(now=clock.now())


@shared_task
def poll_source(*, source_id: int, **kwargs: Any) -> None:
    from apps.sync.services.polling import poll

    poll(source_id=source_id)


@shared_task
def run_connections(**kwargs: Any) -> None:
    from apps.core import clock
    from apps.sync.services.connections.rounds import begin_due

    begin_due(now=clock.now())


@shared_task
def run_connection(*, connection_id: int, **kwargs: Any) -> None:
    from apps.sync.services.connections.rounds import run

    run(connection_id)


@shared_task
def forget_old_cards(**kwargs: Any) -> None:
    from apps.core import clock
    from apps.sync.services.cards.serving import forget_old

    forget_old(now=clock.now())
