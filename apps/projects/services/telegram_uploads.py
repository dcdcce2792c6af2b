"""A Telegram export brought by a page: kept, looked at, and imported by a worker."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core import signing
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.permissions import is_staff_member
from apps.accounts.selectors import staff_users
from apps.contacts.models import Entity
from apps.core import clock
from apps.core.models import File, Operation
from apps.core.services import files
from apps.core.services.files import FileTooLarge, bare_name
from apps.core.services.operations import OperationFailed, start
from apps.projects.models import BroughtFile
from apps.projects.services.attaching import WAITS
from apps.projects.services.telegram import People, import_chat
from apps.projects.telegram.parcels import Parcel
from apps.projects.telegram.reading import ExportedChat, NotAMessage, NotAnExport, Service, read_entry

if TYPE_CHECKING:
    from apps.accounts.models import User
    from apps.core.services.files import Upload
    from apps.core.services.operations import Progress

IMPORTED = "telegram.imported"
MOST_LOOKED_AT = 50_000  # messages for the preview
MOST_TOLD = 5_000  # rejected entries and missing files that the report names
_SALT = "projects.telegram"
_STANDING = (Operation.State.PENDING, Operation.State.RUNNING, Operation.State.DONE)


@dataclass(frozen=True, slots=True)
class Staged:
    file: File
    name: str


@dataclass(slots=True)
class Speaker:
    key: str  # Telegram's id of them
    name: str
    messages: int
    user: User | None = None  # a colleague of the same name


@dataclass(slots=True)
class Preview:
    """What an export holds; with `is_part` only its first `MOST_LOOKED_AT` messages were looked at."""

    titles: list[str]
    title: str = ""
    number: int = 0  # of the chat, among those titles
    messages: int = 0
    service: int = 0
    files: int = 0
    rejected: int = 0
    is_part: bool = False
    speakers: list[Speaker] = field(default_factory=list)


def stage(*, actor: User, upload: Upload, now: datetime) -> str:
    """Keep an upload for a week and return the seal that names it. Raises PermissionDenied, ValidationError."""
    if not is_staff_member(actor):
        raise PermissionDenied
    try:
        kept = files.store(upload, mime_type="application/octet-stream", now=now, limit=settings.RAPPORT_UPLOAD_LIMIT)
    except FileTooLarge as error:
        raise ValidationError(str(error)) from error
    BroughtFile.objects.create(file=kept, brought_at=now)
    try:
        with Parcel(files.path(kept)):
            return signing.dumps([actor.pk, kept.pk, bare_name(upload.name or "")[:100]], salt=_SALT)
    except NotAnExport as error:
        raise ValidationError(str(error)) from error


def staged(sealed: str, *, actor: User) -> Staged | None:
    """What `stage` has kept for this user; None for anything else."""
    try:
        owner, file_id, name = signing.loads(sealed, salt=_SALT, max_age=WAITS)
    except (signing.BadSignature, ValueError):
        return None
    found = File.objects.filter(pk=file_id).first()
    return Staged(found, name) if owner == actor.pk and found is not None else None


def preview(found: Staged, *, number: int) -> Preview:
    """Of the chat `number`, from 0 on. Raises NotAnExport."""
    with Parcel(files.path(found.file)) as parcel:
        number = min(max(number, 0), len(parcel.chats) - 1)
        chat = parcel.chats[number]
        is_part = len(chat.messages) > MOST_LOOKED_AT
        told = Preview([each.name for each in parcel.chats], chat.name, number, is_part=is_part)
        _count(chat, told)
    return told


@transaction.atomic
def begin(
    *, actor: User, found: Staged, number: int, title: str, people: Mapping[str, Mapping[str, int]], now: datetime
) -> Operation:
    """Leave the import to a worker, once: where it waits, goes on or is done already, that is what is returned.

    `people` says by Telegram's id: {"user": id} or {"entity": id}. Raises PermissionDenied.
    """
    if not is_staff_member(actor):
        raise PermissionDenied
    list(File.objects.select_for_update(no_key=True).filter(pk=found.file.pk))  # two clicks, one after the other
    same = Operation.objects.filter(actor=actor, verb=IMPORTED, state__in=_STANDING)
    known = same.filter(parameters__file=found.file.pk, parameters__chat=number).first()
    if known is not None:
        return known
    parameters = {"file": found.file.pk, "chat": number, "title": title, "people": {**people}}
    return start(actor=actor, verb=IMPORTED, parameters=parameters, now=now, undoable=False)


def run_import(operation: Operation, progress: Progress) -> dict[str, Any]:
    """The worker's part. The group and the note of it are committed together: begun again it finds it done."""
    known: dict[str, Any] = operation.result
    if known.get("group"):
        return known
    actor, given = operation.actor, operation.parameters
    kept = File.objects.filter(pk=given["file"]).first()
    if actor is None or kept is None:
        raise OperationFailed(_("The file isn't kept any more."))

    def advance(done: int, total: int) -> None:
        progress.total(total)
        progress.at(done)
        progress.check_cancelled()

    try:
        with transaction.atomic(), Parcel(files.path(kept)) as parcel:
            group, report = import_chat(
                actor=actor,
                chat=parcel.chats[given["chat"]],
                title=given["title"],
                files=parcel.files,
                people=_people(given["people"], actor),
                now=clock.now(),
                advance=advance,
            )
            told = {
                "group": group.pk,
                **report.counts(),
                "missing": [_plain(name) for name in report.missing_names[:MOST_TOLD]],
                "rejections": [[place, _plain(reason)] for place, reason in report.rejections[:MOST_TOLD]],
            }
            Operation.objects.filter(pk=operation.pk).update(result=told)
    except (NotAnExport, OSError, IndexError) as error:
        raise OperationFailed(str(error)) from error
    except (PermissionDenied, ValidationError) as error:
        raise OperationFailed(" ".join(getattr(error, "messages", [_("You may not do this.")]))) from error
    progress.total(report.messages)
    progress.at(report.messages, "")
    return told


def _plain(text: str) -> str:
    """As a JSON column takes it."""
    return text.replace("\x00", "")[:300]


def _count(chat: ExportedChat, told: Preview) -> None:
    zone, names, counts = ZoneInfo(settings.RAPPORT_TIME_ZONE), dict[str, str](), Counter[str]()
    for raw in chat.messages[:MOST_LOOKED_AT]:
        try:
            entry = read_entry(raw, zone)
        except NotAMessage:
            told.rejected += 1
            continue
        if isinstance(entry, Service):
            told.service += 1
            continue
        told.messages += 1
        told.files += bool(entry.file_name)
        names[entry.sender_id] = entry.sender
        counts[entry.sender_id] += 1
    known = {user.name: user for user in staff_users().filter(name__in=set(names.values()))}
    told.speakers = [Speaker(key, names[key], number, known.get(names[key])) for key, number in counts.most_common()]


def _people(given: Mapping[str, Mapping[str, int]], actor: User) -> People:
    """Who may still be chosen: colleagues in service, contacts that the actor sees."""
    users = staff_users().in_bulk([each["user"] for each in given.values() if "user" in each])
    seen = Entity.objects.visible_to(actor).live()
    entities = seen.in_bulk([each["entity"] for each in given.values() if "entity" in each])
    found: dict[str, User | Entity] = {}
    for key, each in given.items():
        who = users.get(each["user"]) if "user" in each else entities.get(each.get("entity", 0))
        if who is not None:
            found[key] = who
    return found
