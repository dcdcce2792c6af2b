"""The run of an import: records read, drafted and applied portion by portion, each committed with its counts.

Three hands work at once where they may: one reads ahead and drafts, one plans and makes rows, one writes; Python and
Postgres are busy side by side then. Portions are committed in their order, one at a time.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager

from django.db import connection, transaction
from django.utils import translation

from apps.contacts.formats.records import Card, Rejected, Skipped
from apps.contacts.services.imports.context import Context, Counts
from apps.contacts.services.imports.portions import REFUSALS, Item, Outcome, Portions, Prepared

PORTION = 1500  # 20,000 rows move the bar more than ten times
_HEAVIEST = 16 * 1024 * 1024  # bytes of pictures in a portion
_COLLECT_EVERY = 50  # portions

Record = Card | Rejected | Skipped
OnPortion = Callable[[Outcome], None]


def run_records(
    records: Iterable[Record], *, context: Context, portions: Portions, file_name: str, on_portion: OnPortion
) -> Counts:
    """Bring in `records` of one file; `on_portion` is called inside each portion's transaction, at its end.

    A portion is all in or not at all, so that whoever begins again at the committed position doubles nothing.
    Within a transaction of the caller's, and in a dry run, one hand does it all.
    """
    portions.fields.load()
    run = _Run(portions, file_name, on_portion)
    alone = connection.in_atomic_block or context.choices.dry_run
    with _rare_collections(), closing(_drafted(records, context, portions)) as drafted:
        return run.one_by_one(drafted) if alone else run.side_by_side(drafted)


class _Run:
    def __init__(self, portions: Portions, file_name: str, on_portion: OnPortion) -> None:
        self.portions = portions
        self.file_name = file_name
        self.on_portion = on_portion
        self.counts = Counts()

    def one_by_one(self, drafted: Iterator[list[Item]]) -> Counts:
        for items in drafted:
            self._apply(items)
        return self.counts

    def side_by_side(self, drafted: Iterator[list[Item]]) -> Counts:
        with _Writer(self.on_portion) as writer, closing(_ahead(drafted)) as ahead:
            under_way: tuple[Sequence[Item], Prepared] | None = None
            try:
                for items in ahead:
                    prepared = self.portions.prepare(items, file_name=self.file_name)
                    earlier, under_way = under_way, None
                    if not self._is_written(writer, earlier):
                        prepared = None
                    if prepared is None:
                        self._apply(self.portions.afresh(items))
                    else:
                        writer.begin(prepared)
                        self.portions.planner.pass_on()
                        under_way = items, prepared
            finally:
                # Also where the file breaks off: what was read before it comes in.
                self._is_written(writer, under_way)
        return self.counts

    def _is_written(self, writer: _Writer, under_way: tuple[Sequence[Item], Prepared] | None) -> bool:
        """Wait for the portion under way; one that was refused is gone through record by record."""
        if under_way is None:
            return True
        items, prepared = under_way
        try:
            writer.wait()
        except REFUSALS:
            self.portions.forget()
            self._apply(self.portions.afresh(items))
            return False
        self.counts.add(prepared.outcome.counts)
        return True

    def _apply(self, items: Sequence[Item]) -> None:
        with transaction.atomic():
            outcome = self.portions.apply(items, file_name=self.file_name)
            self.on_portion(outcome)
        self.counts.add(outcome.counts)


class _Writer:
    """Writes one prepared portion at a time, in a thread with a connection of its own."""

    def __init__(self, on_portion: OnPortion) -> None:
        self._on_portion = on_portion
        self._pool = ThreadPoolExecutor(1, "import-writer", translation.activate, (translation.get_language(),))
        self._work: Future[None] | None = None

    def __enter__(self) -> _Writer:
        return self

    def __exit__(self, *exception: object) -> None:
        self._pool.submit(lambda: connection.close()).result()  # the connection of that thread
        self._pool.shutdown()

    def begin(self, prepared: Prepared) -> None:
        self._work = self._pool.submit(self._write, prepared)

    def wait(self) -> None:
        """Return when it is committed; raises what kept it from that."""
        if self._work is not None:
            self._work.result()

    def _write(self, prepared: Prepared) -> None:
        with transaction.atomic():
            _commits_without_waiting()
            prepared.write(alone=True)
            prepared.tell()
            self._on_portion(prepared.outcome)


def _commits_without_waiting() -> None:
    """The transaction's commit doesn't wait for the disk.

    Should the machine stop, portions may be lost with the position that they are kept with, never one without the
    other and never one before another; the run's end waits for all of them.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit = off")


def _drafted(records: Iterable[Record], context: Context, portions: Portions) -> Generator[list[Item], None, None]:
    portion: list[Item] = []
    weight = 0
    for record in records:
        portion.append(_item(record, context, portions))
        if isinstance(record, Card) and record.photo is not None:
            weight += len(record.photo.data)
        if len(portion) >= PORTION or weight > _HEAVIEST:
            yield portion
            portion, weight = [], 0
    if portion:
        yield portion


def _item(record: Record, context: Context, portions: Portions) -> Item:
    if isinstance(record, Card):
        draft = portions.draft(record)
        if record.ties or draft.references:
            context.has_ties = True
        return draft
    return record


def _ahead(drafted: Iterator[list[Item]]) -> Generator[list[Item], None, None]:
    """The portions of `drafted`, each made while the one before it is at work; it asks no database."""
    with ThreadPoolExecutor(1, "import-reader", translation.activate, (translation.get_language(),)) as pool:
        try:
            coming = pool.submit(next, drafted, None)
            while (items := coming.result()) is not None:
                coming = pool.submit(next, drafted, None)
                yield items
        finally:
            coming.cancel()


@contextmanager
def _rare_collections() -> Iterator[None]:
    """Drafts and rows refer to nothing that refers to them: looking for cycles among them costs a third for nothing.

    Threads change over faster, so that the writer isn't kept waiting for its next statement.
    """
    thresholds, interval = gc.get_threshold(), sys.getswitchinterval()
    gc.set_threshold(_COLLECT_EVERY * PORTION * 100, *thresholds[1:])
    sys.setswitchinterval(0.0005)
    try:
        yield
    finally:
        gc.set_threshold(*thresholds)
        sys.setswitchinterval(interval)
