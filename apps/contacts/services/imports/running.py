"""The run of an import: records read, drafted and applied portion by portion, each committed with its counts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice

from django.db import transaction

from apps.contacts.formats.records import Card, Rejected, Skipped
from apps.contacts.services.imports.context import Context, Counts
from apps.contacts.services.imports.portions import Item, Outcome, Portions

PORTION = 1000

Record = Card | Rejected | Skipped
OnPortion = Callable[[Outcome], None]


def run_records(
    records: Iterable[Record], *, context: Context, portions: Portions, file_name: str, on_portion: OnPortion
) -> Counts:
    """Bring in `records` of one file; `on_portion` is called inside each portion's transaction, at its end.

    A portion is all in or not at all, so that whoever begins again at the committed position doubles nothing.
    """
    counts = Counts()
    for items in _portions(records, context, portions):
        with transaction.atomic():
            outcome = portions.apply(items, file_name=file_name)
            on_portion(outcome)
        counts.add(outcome.counts)
    return counts


def _portions(records: Iterable[Record], context: Context, portions: Portions) -> Iterator[list[Item]]:
    remaining = iter(records)
    while portion := [_item(record, context, portions) for record in islice(remaining, PORTION)]:
        yield portion


def _item(record: Record, context: Context, portions: Portions) -> Item:
    if isinstance(record, Card):
        draft = portions.draft(record)
        if record.ties or draft.references:
            context.has_ties = True
        return draft
    return record
