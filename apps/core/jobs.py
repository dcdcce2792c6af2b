"""Celery's doors: each loads nothing itself, calls one service, and may run twice."""

from __future__ import annotations

from typing import Any

import structlog
from celery import Task, shared_task
from kombu.exceptions import OperationalError

log = structlog.get_logger(__name__)


def nudge(job: Task[..., Any], *, in_seconds: float = 0.0, queue: str = "", **parameters: Any) -> None:
    """Wake a worker, of the job's own queue unless another is named, now or after a moment.

    If the broker can't be reached, the sweep finds the row later.
    """
    route: dict[str, Any] = {"queue": queue} if queue else {}
    try:
        job.apply_async(kwargs=parameters, retry=False, countdown=in_seconds, **route)
    except OperationalError:
        log.warning("job.nudge.failed", job=job.name)


@shared_task
def run_operation(*, operation_id: int, **kwargs: Any) -> None:
    from apps.core import clock
    from apps.core.services import operations

    operations.run(operation_id=operation_id, now=clock.now())


@shared_task
def sweep_operations(**kwargs: Any) -> None:
    from apps.core import clock
    from apps.core.services import operations

    operations.sweep(now=clock.now())


@shared_task
def send_outgoing_mail(**kwargs: Any) -> None:
    from apps.core import clock
    from apps.core.services import outbox

    outbox.send_due(now=clock.now())


@shared_task
def sweep_outbox(**kwargs: Any) -> None:
    from apps.core import clock
    from apps.core.services import outbox

    outbox.sweep(now=clock.now())


@shared_task
def send_reports(**kwargs: Any) -> None:
    from apps.core import clock
    from apps.core.services import report_mails

    report_mails.send_due_reports(now=clock.now())


@shared_task
def send_webhooks(**kwargs: Any) -> None:
    from apps.core import clock
    from apps.core.services.webhooks.sending import send_due

    send_due(now=clock.now())


@shared_task
def sweep_webhooks(**kwargs: Any) -> None:
    from apps.core import clock
    from apps.core.services.webhooks import sweeping

    sweeping.sweep(now=clock.now())


@shared_task
def heartbeat(**kwargs: Any) -> None:
    from apps.core import clock
    from apps.core.services import health

    health.beat(now=clock.now())


@shared_task
def maintain(**kwargs: Any) -> None:
    from apps.core import clock
    from apps.core.services import maintenance

    maintenance.maintain(now=clock.now())
