"""Imports without a worker, for the command line: the same portions, one operation for all files given."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db import transaction

from apps.contacts.formats.records import UnreadableFile
from apps.contacts.models import Folder
from apps.contacts.permissions import can_create_in, can_make_folder
from apps.contacts.services.imports.background import VERB
from apps.contacts.services.imports.context import Choices, Context, Counts, Rejection
from apps.contacts.services.imports.labelling import custom_labels
from apps.contacts.services.imports.labels import make_folder, path_of
from apps.contacts.services.imports.portions import Outcome, Portions
from apps.contacts.services.imports.running import run_records
from apps.contacts.services.imports.sources import Source, from_path, read
from apps.contacts.services.imports.ties import tie_all
from apps.core import clock
from apps.core.models import Change, Operation
from apps.core.services.operations.recording import UNDOABLE_FOR

if TYPE_CHECKING:
    from apps.accounts.models import User

ENDINGS = frozenset({".vcf", ".vcard", ".csv", ".tsv", ".ldif", ".sql", ".zip"})  # what is taken of a folder


@dataclass(slots=True)
class Report:
    """What came of all files. `unreadable` are those of which nothing at all could be made, with the reason."""

    counts: Counts = field(default_factory=Counts)
    rejections: list[Rejection] = field(default_factory=list)
    unreadable: list[tuple[str, str]] = field(default_factory=list)


def find_files(paths: Sequence[str]) -> Iterator[Path]:
    """The files named, and those of the folders named that look like contacts, in their order."""
    for name in paths:
        path = Path(name)
        if path.is_dir():
            inside = sorted(each for each in path.rglob("*") if each.is_file())
            yield from (each for each in inside if each.suffix.lower() in ENDINGS and not each.name.startswith("."))
        else:
            yield path


def import_paths(
    *,
    actor: User,
    paths: Sequence[str],
    choices: Choices,
    now: datetime,
    format: str = "",
    folder_name: str = "",
    on_portion: Callable[[str, Counts], None] = lambda name, counts: None,
) -> Report:
    """Import files and folders on behalf of `actor`, portion by portion; what is committed stays.

    `on_portion` hears after each portion which file is at work and the counts so far. Raises PermissionDenied for
    a folder in which the actor may make nothing.
    """
    report = Report()
    operation = None
    if not choices.dry_run:
        operation = Operation.objects.create(
            actor=actor, verb=VERB, state=Operation.State.RUNNING, created_at=now, started_at=now, heartbeat_at=now
        )
    if folder_name:
        choices.folder = _folder(actor, folder_name, operation, now, dry_run=choices.dry_run)
    context = Context(actor=actor, operation=operation, choices=choices, now=now)
    portions = Portions(context)
    try:
        for path in find_files(paths):
            _import_file(path, format, context, portions, report, on_portion)
    finally:
        if operation is not None:
            _finish(operation, report)
    return report


def _import_file(
    path: Path,
    format: str,
    context: Context,
    portions: Portions,
    report: Report,
    on_portion: Callable[[str, Counts], None],
) -> None:
    try:
        sources = from_path(path, format=format)
    except (UnreadableFile, OSError) as error:
        report.unreadable.append((str(path), _sentence(error)))
        return
    for source in sources:
        shown = str(path) if len(sources) == 1 else f"{path}/{source.name}"
        _import_source(source, shown, context, portions, report, on_portion)


def _import_source(
    source: Source,
    shown: str,
    context: Context,
    portions: Portions,
    report: Report,
    on_portion: Callable[[str, Counts], None],
) -> None:
    def committed(outcome: Outcome) -> None:
        report.counts.add(outcome.counts)
        report.rejections += outcome.rejections
        if context.operation is not None:
            figures = {"done": report.counts.read, "heartbeat_at": clock.now()}
            Operation.objects.filter(pk=context.operation.pk).update(**figures)
        on_portion(shown, report.counts)

    labels = custom_labels()
    context.has_ties = False
    try:
        run_records(read(source, labels), context=context, portions=portions, file_name=shown, on_portion=committed)
        if context.has_ties and not context.choices.dry_run:
            tie_all(read(source, labels), context=context)
    except (UnreadableFile, OSError) as error:
        report.unreadable.append((shown, _sentence(error)))


def _sentence(error: Exception) -> str:
    return (error.strerror or str(error)) if isinstance(error, OSError) else str(error)


def _folder(actor: User, name: str, operation: Operation | None, now: datetime, *, dry_run: bool) -> Folder | None:
    folders = {folder.pk: folder for folder in Folder.objects.all()}
    named = [folder for folder in folders.values() if name in (folder.name, path_of(folder, folders))]
    allowed = [folder for folder in named if can_create_in(actor, folder)]
    if allowed:
        return allowed[0]
    if named or not can_make_folder(actor, kind=Folder.Kind.PUBLIC, parent=None):
        raise PermissionDenied
    if dry_run:
        return None
    with transaction.atomic():
        folder, changes = make_folder(name)
        for change in changes:
            change.operation_id, change.changed_at = operation.pk if operation else 0, now
        Change.objects.bulk_create(changes)
    return folder


def _finish(operation: Operation, report: Report) -> None:
    now = clock.now()
    if not Change.objects.filter(operation=operation).exists():
        operation.delete()
        return
    Operation.objects.filter(pk=operation.pk).update(
        state=Operation.State.DONE,
        finished_at=now,
        heartbeat_at=now,
        done=report.counts.read,
        total=report.counts.read,
        undoable_until=now + UNDOABLE_FOR,
        result=report.counts.as_dict(),
    )
