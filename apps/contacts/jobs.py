"""Background jobs of contacts."""

from __future__ import annotations

from typing import Any

from celery import shared_task


@shared_task
def build_field_indexes(**kwargs: Any) -> None:
    """Runs in the maintenance worker, which knows the owner's address."""
    from apps.contacts.services.field_indexes import build_indexes

    build_indexes()


@shared_task
def refresh_current_copies(**kwargs: Any) -> None:
    from apps.contacts.services.copies import refresh_dated
    from apps.core import clock

    refresh_dated(now=clock.now())


@shared_task
def settle_waiting_imports(**kwargs: Any) -> None:
    """Records that nobody decided on within 30 days count as skipped."""
    from apps.contacts.services.imports.reviews import settle_waiting
    from apps.core import clock

    settle_waiting(now=clock.now())


@shared_task
def compare_waiting(**kwargs: Any) -> None:
    """New and changed contacts with all others: a minute's worth of portions, the next beat does the rest."""
    from apps.contacts.services.duplicates.finding import PORTION, check_waiting
    from apps.core import clock

    for _portion in range(10):
        if check_waiting(now=clock.now()) < PORTION:
            break
