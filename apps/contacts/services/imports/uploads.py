"""What a person drops on the page: looked at, kept, and remembered as an import that waits for its start."""

from __future__ import annotations

import dataclasses
import tempfile
import zipfile
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from apps.accounts.permissions import is_staff_member
from apps.contacts.formats.records import ReadOptions, UnreadableFile
from apps.contacts.models import Folder, Import
from apps.contacts.permissions import can_create_in
from apps.contacts.services.imports.sources import Source, format_of, from_path
from apps.core.services import files

if TYPE_CHECKING:
    from apps.accounts.models import User

ARCHIVE = "application/zip"


@dataclasses.dataclass(frozen=True, slots=True)
class Upload:
    """A file as the browser sent it."""

    name: str
    content: BinaryIO


class UploadRefused(Exception):
    """Why these files can't be imported; one sentence for each, fit for a person."""

    def __init__(self, reasons: list[str]) -> None:
        super().__init__(" ".join(reasons))
        self.reasons = reasons


def stage_upload(*, actor: User, uploads: Sequence[Upload], now: datetime) -> Import:
    """Keep `uploads` and return the import that waits for its preview; several files are one import.

    Raises PermissionDenied, and UploadRefused where one of them is nothing that can be imported.
    """
    if not is_staff_member(actor):
        raise PermissionDenied
    if not uploads:
        raise UploadRefused([_("Choose at least one file.")])
    limit = settings.RAPPORT_UPLOAD_LIMIT
    try:
        if len(uploads) == 1:
            kept = files.store(uploads[0].content, mime_type="application/octet-stream", now=now, limit=limit)
            name = uploads[0].name[:300]
        else:
            with tempfile.TemporaryFile() as packed:
                _pack(uploads, packed)
                kept = files.store(packed, mime_type=ARCHIVE, now=now, limit=limit)
            name = _("%(first)s and %(count)d more")[:300] % {"first": uploads[0].name[:200], "count": len(uploads) - 1}
    except files.FileTooLarge as error:
        raise UploadRefused([str(error)]) from error
    sources = _told_apart(files.path(kept), name)
    return Import.objects.create(
        file=kept,
        file_name=name,
        format=sources[0].format if len({source.format for source in sources}) == 1 else "",
        options={"files": [{"name": source.name, "format": source.format} for source in sources]},
        created_by=actor,
        created_at=now,
    )


def _pack(uploads: Sequence[Upload], target: BinaryIO) -> None:
    """Several files as one archive; those of an archive among them stand there by themselves."""
    taken: set[str] = set()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for number, upload in enumerate(uploads, start=1):
            name = Path(upload.name.replace("\\", "/")).name or f"file-{number}"
            if zipfile.is_zipfile(upload.content):
                raise UploadRefused([_("%(name)s is an archive: import it by itself.") % {"name": upload.name}])
            upload.content.seek(0)
            if name in taken or name.startswith("."):
                name = f"{number}-{name}"
            taken.add(name)
            with archive.open(name, "w", force_zip64=True) as member:
                while chunk := upload.content.read(1 << 20):
                    member.write(chunk)
    target.seek(0)


def _told_apart(path: Path, name: str) -> list[Source]:
    try:
        sources = from_path(path, name=name)
    except UnreadableFile as error:
        raise UploadRefused([str(error)]) from error
    refused = []
    for source in sources:
        try:
            source.format = format_of(source)
        except UnreadableFile as error:
            refused.append(f"{source.name}: {error}" if len(sources) > 1 else str(error))
    if len(refused) == len(sources):
        raise UploadRefused(refused)
    return [source for source in sources if source.format]


def sources_of(contact_import: Import) -> list[Source]:
    """The files of an import with what was chosen for each. Raises UnreadableFile where they are gone."""
    chosen: dict[str, dict[str, Any]] = {each["name"]: each for each in contact_import.options.get("files", [])}
    path = files.path(contact_import.file)
    if not path.is_file():
        raise UnreadableFile(_("The file isn't kept any more."))
    found = []
    for source in from_path(path, name=contact_import.file_name):
        if source.name in chosen:
            settle_source(source, chosen[source.name])
            found.append(source)
    return found


def settle_source(source: Source, chosen: dict[str, Any]) -> None:
    """Take over what a person chose for this file."""
    source.format = chosen.get("format", "")
    source.options = ReadOptions(
        encoding=chosen.get("encoding", ""),
        delimiter=chosen.get("delimiter", ""),
        mapping=dict(chosen.get("mapping", {})),
        table=chosen.get("table", ""),
    )


def choose(
    *,
    actor: User,
    contact_import: Import,
    folder: Folder | None,
    duplicates: str,
    overwrite: bool,
    region: str,
    make_users: bool,
    chosen_files: dict[str, dict[str, Any]],
) -> Import:
    """Keep the choices of the preview. Raises PermissionDenied for a folder in which the actor may make nothing."""
    if contact_import.created_by_id != actor.pk or (folder is not None and not can_create_in(actor, folder)):
        raise PermissionDenied
    contact_import.folder = folder
    contact_import.duplicates = duplicates
    contact_import.overwrite = overwrite
    told = {each["name"]: each for each in contact_import.options.get("files", [])}
    for name, chosen in chosen_files.items():
        if name in told:
            told[name] |= chosen
    contact_import.options = {
        **contact_import.options,
        "files": list(told.values()),
        "region": region,
        "make_users": make_users,
    }
    contact_import.save(update_fields=["folder", "duplicates", "overwrite", "options"])
    return contact_import
