"""`manage.py export_contacts`: contacts out, to a file or to standard output."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path
from typing import Any, BinaryIO

from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.contacts.models import Folder
from apps.contacts.models.rights import rights_of
from apps.contacts.services.exports import EXPORT_FORMATS, export_contacts, export_scope, format_by_key
from apps.contacts.services.imports.actors import NoSuchUser, command_actor
from apps.contacts.services.imports.labels import path_of
from apps.core import clock


class Command(BaseCommand):
    help = "Exports contacts as vCard, CSV, LDIF or SQL."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--format", choices=[each.key for each in EXPORT_FORMATS], required=True)
        parser.add_argument("--folder", default="", metavar="NAME", help="only what lies in this folder")
        parser.add_argument("--output", default="", metavar="FILE", help="else standard output")
        parser.add_argument("--as", dest="actor", default="", metavar="EMAIL", help="on whose behalf")

    def handle(self, *args: Any, **options: Any) -> None:
        now = clock.now()
        try:
            actor = command_actor(email=options["actor"], now=now)
        except NoSuchUser as error:
            raise CommandError(str(error)) from error
        entities, scope = export_scope(actor), "all"
        if options["folder"]:
            folders = {folder.pk: folder for folder in Folder.objects.all()}
            wanted = options["folder"]
            found = [
                folder.pk
                for folder in folders.values()
                if wanted in (folder.name, path_of(folder, folders)) and folder.pk in rights_of(actor).export
            ]
            if not found:
                raise CommandError(f"There is no folder {wanted} to export from.")
            entities, scope = entities.filter(folder__in=found), f"folder:{found[0]}"
        to = format_by_key(options["format"])
        if to is None:
            raise CommandError(f"There is no format {options['format']}.")
        with self._target(options["output"]) as target:
            for part in export_contacts(actor=actor, entities=entities, to=to, now=now, scope=scope):
                target.write(part)
            target.flush()

    def _target(self, name: str) -> Any:
        if name:
            return Path(name).open("wb")
        binary: BinaryIO | None = getattr(self.stdout, "buffer", None)
        return nullcontext(binary or _AsText(self.stdout))


class _AsText:
    """Bytes for a stream of text, where there is no other: a test that listens."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def write(self, data: bytes) -> None:
        self._stream.write(data.decode(), ending="")

    def flush(self) -> None:
        self._stream.flush()
