"""`manage.py import_telegram PATH --project NAME`: a chat exported by Telegram Desktop becomes a project."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.accounts.models import User
from apps.contacts.models import EmailAddress, Entity
from apps.contacts.services.imports.actors import NoSuchUser, command_actor
from apps.core import clock
from apps.projects.services.telegram import TelegramReport, import_chat
from apps.projects.telegram.parcels import FolderFiles
from apps.projects.telegram.reading import ExportedChat, NotAnExport, read_chats

_FILE = "result.json"
_MOST_BYTES = 2 * 1024**3


class Command(BaseCommand):
    help = "Imports a chat of a Telegram Desktop export as a project. Exit code 2: the file could not be read."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("path", metavar="PATH", help=f"the export's folder, or its {_FILE}")
        parser.add_argument("--project", default="", metavar="NAME", help="how the project is called; else as the chat")
        parser.add_argument("--chat", default="", metavar="NAME", help="which chat of an export of a whole account")
        parser.add_argument(
            "--member",
            action="append",
            default=[],
            metavar="NAME=EMAIL",
            help="whom a name stands for: a colleague by their e-mail, else the contact with this address",
        )
        parser.add_argument("--json", action="store_true", help="print one JSON object")
        parser.add_argument("--as", dest="actor", default="", metavar="EMAIL", help="who will own the project")

    def handle(self, *args: Any, **options: Any) -> None:
        now = clock.now()
        path = Path(options["path"])
        path = path / _FILE if path.is_dir() else path
        chat = self._chat(path, options["chat"])
        try:
            actor = command_actor(email=options["actor"], now=now)
            group, report = import_chat(
                actor=actor,
                chat=chat,
                title=options["project"] or chat.name or path.parent.name,
                files=FolderFiles(path.parent),
                people=_people(options["member"], actor),
                now=now,
            )
        except NoSuchUser as error:
            raise CommandError(str(error)) from error
        except PermissionDenied as error:
            raise CommandError("Only who works in the house can own a project: name them with --as.") from error
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        self._tell(group.pk, report, as_json=options["json"])

    def _chat(self, path: Path, name: str) -> ExportedChat:
        try:
            if path.stat().st_size > _MOST_BYTES:
                raise NotAnExport("It is larger than 2 GB.")
            chats = read_chats(path.read_bytes())
        except (OSError, NotAnExport) as error:
            self.stderr.write(f"{path.name}: {error}")
            sys.exit(2)
        wanted = [each for each in chats if not name or each.name == name]
        if len(wanted) != 1:
            names = ", ".join(f"“{each.name}”" for each in chats)
            raise CommandError(f"Choose one chat with --chat: {names}")
        return wanted[0]

    def _tell(self, project_id: int, report: TelegramReport, *, as_json: bool) -> None:
        if as_json:
            rejections = [{"index": place, "reason": reason} for place, reason in report.rejections]
            told = {"project": project_id, **report.counts(), "missing": report.missing_names, "rejections": rejections}
            self.stdout.write(json.dumps(told, ensure_ascii=False))
            return
        self.stdout.write(" ".join(f"{name} {number}" for name, number in report.counts().items()))
        for name in report.missing_names:
            self.stdout.write(f"missing: {name}")
        for place, reason in report.rejections:
            self.stdout.write(f"entry {place}: {reason}")


def _people(given: list[str], actor: User) -> dict[str, User | Entity]:
    found: dict[str, User | Entity] = {}
    for each in given:
        name, sign, address = each.rpartition("=")
        if not sign:
            raise CommandError(f"--member is NAME=EMAIL, not {each}.")
        found[name] = _by_address(address.strip().lower(), actor)
    return found


def _by_address(address: str, actor: User) -> User | Entity:
    user = User.objects.filter(email=address, is_active=True).first()
    if user is not None:
        return user
    seen = Entity.objects.visible_to(actor).live()
    mail = EmailAddress.objects.filter(address__iexact=address, entity__in=seen).select_related("entity").first()
    if mail is None:
        raise CommandError(f"There is neither a user nor a contact with the e-mail address {address}.")
    return mail.entity
