"""Imports in the worker: started from the page, gone on with after a crash, reported as they go."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.db.models import F
from django.utils.translation import ngettext

from apps.accounts.permissions import can_change_settings
from apps.contacts.formats.records import UnreadableFile
from apps.contacts.models import Import, ImportRejection
from apps.contacts.services.imports.context import Choices, Context, Rejection
from apps.contacts.services.imports.labelling import custom_labels
from apps.contacts.services.imports.portions import Outcome, Portions
from apps.contacts.services.imports.running import Record, run_records
from apps.contacts.services.imports.sources import Source, count_records, read
from apps.contacts.services.imports.ties import tie_all
from apps.contacts.services.imports.uploads import sources_of
from apps.core.models import Operation
from apps.core.services.operations import OperationCancelled, OperationFailed, Progress, start

if TYPE_CHECKING:
    from apps.accounts.models import User

VERB = "entities.imported"
TRIAL = "entities.import_tried"


class AlreadyStarted(Exception):
    """An import runs once."""


def begin_import(*, actor: User, contact_import: Import, now: datetime) -> Operation:
    """Leave the import to a worker and return its operation. Raises AlreadyStarted, PermissionDenied."""
    if contact_import.created_by_id != actor.pk:
        raise PermissionDenied
    if contact_import.options.get("make_users") and not can_change_settings(actor):
        raise PermissionDenied
    operation = start(actor=actor, verb=VERB, parameters={"import_id": contact_import.pk}, now=now, total=None)
    taken = Import.objects.filter(pk=contact_import.pk, operation=None).update(operation=operation)
    if not taken:
        raise AlreadyStarted
    return operation


def begin_trial(*, actor: User, contact_import: Import, now: datetime) -> Operation:
    """Count in the worker what the import would do, and write nothing."""
    if contact_import.created_by_id != actor.pk:
        raise PermissionDenied
    return start(
        actor=actor, verb=TRIAL, parameters={"import_id": contact_import.pk}, now=now, total=None, undoable=False
    )


def run_import(operation: Operation, progress: Progress) -> dict[str, Any]:
    """The runner of an import; called again it goes on behind the last committed portion."""
    contact_import = Import.objects.select_related("file", "folder", "created_by").get(
        pk=operation.parameters["import_id"]
    )
    run = _Run(contact_import, operation, progress, dry_run=operation.verb == TRIAL)
    try:
        return run.go()
    except UnreadableFile as error:
        raise OperationFailed(str(error)) from error


class _Run:
    def __init__(self, contact_import: Import, operation: Operation, progress: Progress, *, dry_run: bool) -> None:
        self.row = contact_import
        self.progress = progress
        self.position = 0 if dry_run else contact_import.position
        self.counts: dict[str, int] = {}
        choices = Choices(
            duplicates=contact_import.duplicates,
            overwrite=contact_import.overwrite,
            folder=contact_import.folder,
            region=contact_import.options.get("region", ""),
            make_users=bool(contact_import.options.get("make_users")),
            dry_run=dry_run,
        )
        self.context = Context(
            actor=contact_import.created_by,
            operation=operation,
            choices=choices,
            now=operation.created_at,
            contact_import=None if dry_run else contact_import,
        )
        # What an earlier attempt read may have had ties: then they are looked for again.
        self.context.has_ties = self.position > 0
        self.portions = Portions(self.context)

    def go(self) -> dict[str, Any]:
        sources = sources_of(self.row)
        labels = custom_labels()
        self.progress.total(max(sum(count_records(source) for source in sources), self.position))
        self.progress.at(self.position)
        passed = 0
        rejections: list[Rejection] = []
        for source in sources:
            self.skip = max(self.position - passed, 0)
            seen = _Counted(self._records(source, labels, rejections))
            counts = run_records(
                islice(seen, self.skip, None),
                context=self.context,
                portions=self.portions,
                file_name=source.name,
                on_portion=self._committed,
            )
            passed += seen.count
            for name, number in counts.as_dict().items():
                self.counts[name] = self.counts.get(name, 0) + number
        if self.context.has_ties and not self.context.choices.dry_run:
            for source in sources:
                tie_all(read(source, labels), context=self.context)
        self.progress.total(self.position)
        if not self.context.choices.dry_run:
            self.row.refresh_from_db()
            self.counts = {name: getattr(self.row, name) for name in self.counts} or self.counts
        self.progress.at(self.position, _summary(self.counts))
        return self.counts

    def _records(self, source: Source, labels: dict[str, str], rejections: list[Rejection]) -> Iterator[Record]:
        try:
            yield from read(source, labels)
        except UnreadableFile as error:
            if len(self.row.options.get("files", [])) == 1:
                raise
            if not self.context.choices.dry_run:
                known = {"contact_import": self.row, "file_name": source.name[:300], "index": 0}
                ImportRejection.objects.get_or_create(**known, defaults={"reason": str(error)})

    def _committed(self, outcome: Outcome) -> None:
        """At the end of a portion's transaction: the row says how far, and that nobody else did the same."""
        self.progress.check_cancelled()
        counts = outcome.counts
        if not self.context.choices.dry_run:
            save_rejections(self.row, outcome.rejections)
            figures = {name: F(name) + number for name, number in counts.as_dict().items() if number}
            mine = Import.objects.filter(pk=self.row.pk, position=self.position)
            if not mine.update(position=self.position + counts.read, **figures):
                raise OperationCancelled
        self.position += counts.read
        if self.progress.whole is not None and self.position > self.progress.whole:
            self.progress.total(self.position)
        self.progress.at(self.position)


class _Counted:
    """Counts what is read through it."""

    def __init__(self, records: Iterator[Record]) -> None:
        self._records = records
        self.count = 0

    def __iter__(self) -> Iterator[Record]:
        for record in self._records:
            self.count += 1
            yield record


def save_rejections(contact_import: Import, rejections: list[Rejection]) -> None:
    ImportRejection.objects.bulk_create(
        [
            ImportRejection(
                contact_import=contact_import,
                file_name=each.file[:300],
                index=each.index,
                line=each.line,
                reason=each.reason.replace("\0", ""),
                excerpt=each.excerpt.replace("\0", "")[:500].encode("utf-8", "replace").decode(),
            )
            for each in rejections
        ],
        batch_size=1000,
    )


def _summary(counts: dict[str, int]) -> str:
    created = counts.get("created", 0)
    return ngettext("%(count)d contact came in.", "%(count)d contacts came in.", created) % {"count": created}
