"""A chat exported from Telegram becomes a project: who spoke, what they said, replies, files, links and dates."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files import File
from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.contacts.models import Entity
from apps.projects.models import Attachment, Group, Membership, Message, MessageLink, ReadMark
from apps.projects.services.attaching import keep_file
from apps.projects.services.finding import index_messages
from apps.projects.services.members import add_members, make_group, member_of
from apps.projects.services.projects import make_project_of
from apps.projects.telegram.parcels import ExportedFiles
from apps.projects.telegram.reading import ExportedChat, NotAMessage, Said, Service, read_entry
from apps.projects.wording import links_in

_BATCH = 1_000
_STEP = 100
_VOICES = {"voice_message"}
People = Mapping[str, User | Entity]


@dataclass(slots=True)
class TelegramReport:
    """`missing_names` and `rejections` ((place in the file, reason)) say which ones."""

    messages: int = 0
    service: int = 0
    members: int = 0
    files: int = 0
    missing_files: int = 0
    rejected: int = 0
    missing_names: list[str] = field(default_factory=list)
    rejections: list[tuple[int, str]] = field(default_factory=list)

    def counts(self) -> dict[str, int]:
        names = ("messages", "service", "members", "files", "missing_files", "rejected")
        return {name: getattr(self, name) for name in names}


@transaction.atomic
def import_chat(
    *,
    actor: User,
    chat: ExportedChat,
    title: str,
    files: ExportedFiles,
    people: People,
    now: datetime,
    advance: Callable[[int, int], None] = lambda done, total: None,
) -> tuple[Group, TelegramReport]:
    """Make a project of an exported chat, all of it or nothing.

    `people` says by name or Telegram's id who is a colleague or a contact; others stand by their bare names. What
    can't be read stands in the report. `advance` hears how many messages are done, and of how many. Raises
    PermissionDenied; ValidationError for a name that is no name.
    """
    report = TelegramReport()
    said = list(_read(chat, report))
    group = make_group(actor=actor, title=title, users=[], now=now)
    members = _members(group, actor, said, people, now)
    report.members = len(set(members.values()))
    messages = _write(group, members, said, now)
    _reply(messages, said)
    links = [MessageLink(group=group, message=each, url=url) for each in messages for url in links_in(each.text)]
    MessageLink.objects.bulk_create(links, batch_size=_BATCH)
    _attach(group, actor, messages, said, files, report, now, advance)
    for begin in range(0, len(messages), _BATCH):
        index_messages(messages[begin : begin + _BATCH])
    report.messages = len(messages)
    make_project_of(actor=actor, group=group, now=now)
    return group, report


def _read(chat: ExportedChat, report: TelegramReport) -> Iterable[Said]:
    zone = ZoneInfo(settings.RAPPORT_TIME_ZONE)
    for place, raw in enumerate(chat.messages, start=1):
        try:
            entry = read_entry(raw, zone)
        except NotAMessage as error:
            report.rejected += 1
            report.rejections.append((place, str(error)))
            continue
        if isinstance(entry, Service):
            report.service += 1
        elif entry.text or entry.path or entry.file_name:
            yield entry
        else:  # a giveaway, a game: it was said, so it has its place
            yield replace(entry, text=_("[can't be shown]"))


def _members(group: Group, actor: User, said: Sequence[Said], people: People, now: datetime) -> dict[str, Membership]:
    """Who spoke, by Telegram's id of them."""
    speakers = {each.sender_id: each.sender for each in said}
    known = {key: people.get(key) or people.get(name) for key, name in speakers.items()}
    users = [who for who in known.values() if isinstance(who, User) and who.pk != actor.pk]
    if users:
        add_members(actor=actor, group=group, users=users, now=now)
    found: dict[str, Membership] = {}
    of_entities: dict[int, Membership] = {}
    for key, name in speakers.items():
        who = known[key]
        if isinstance(who, User):
            found[key] = member_of(who, group)
        elif who is not None:
            if who.pk not in of_entities:
                of_entities[who.pk] = _bare(group, who.display_name, now, entity=who)
            found[key] = of_entities[who.pk]
        else:
            found[key] = _bare(group, name, now)
    return found


def _bare(group: Group, name: str, now: datetime, entity: Entity | None = None) -> Membership:
    return Membership.objects.create(group=group, entity=entity, display_name=name[:200], joined_at=now)


def _write(group: Group, members: Mapping[str, Membership], said: Sequence[Said], now: datetime) -> list[Message]:
    first = Group.objects.values_list("last_seq", flat=True).get(pk=group.pk)
    rows = [
        Message(
            group=group,
            seq=place,
            rev=place,
            author=members[each.sender_id],
            client_id=f"telegram-{place}",
            text=each.text,
            sent_at=each.sent_at,
            edited_at=each.edited_at,
        )
        for place, each in enumerate(said, start=first + 1)
    ]
    made = Message.objects.bulk_create(rows, batch_size=_BATCH)
    if made:
        last = max(now, said[-1].sent_at) if said[-1].sent_at > now else said[-1].sent_at
        Group.objects.filter(pk=group.pk).update(last_seq=made[-1].seq, last_rev=made[-1].rev, last_at=last)
        marks = [
            ReadMark(membership=each, read_seq=made[-1].seq, read_at=now)
            for each in Membership.objects.filter(group=group, user__isnull=False)
        ]
        ReadMark.objects.bulk_create(marks)
    return made


def _reply(messages: Sequence[Message], said: Sequence[Said]) -> None:
    by_key = {each.key: message for each, message in zip(said, messages, strict=True) if each.key}
    answers = []
    for each, message in zip(said, messages, strict=True):
        answered = by_key.get(each.reply_to)
        if answered is not None and answered is not message:
            message.reply_to = answered
            answers.append(message)
    Message.objects.bulk_update(answers, ["reply_to"], batch_size=_BATCH)


def _attach(
    group: Group,
    actor: User,
    messages: Sequence[Message],
    said: Sequence[Said],
    files: ExportedFiles,
    report: TelegramReport,
    now: datetime,
    advance: Callable[[int, int], None],
) -> None:
    found = []
    for number, (each, message) in enumerate(zip(said, messages, strict=True), start=1):
        if number % _STEP == 0:
            advance(number, len(messages))
        if not each.file_name:
            continue
        row = _kept(group, actor, message, each, files, now)
        if row is None:
            report.missing_files += 1
            report.missing_names.append(each.path or each.file_name)
            _say_missing(message, each.file_name)
        else:
            found.append(row)
    Attachment.objects.bulk_create(found, batch_size=_BATCH)
    report.files = len(found)


def _kept(
    group: Group, actor: User, message: Message, said: Said, files: ExportedFiles, now: datetime
) -> Attachment | None:
    """None where the file isn't below the export, or can't be kept."""
    stream = files.open(said.path)
    if stream is None:
        return None
    kept = None
    with stream:
        upload = File(stream, name=said.file_name)
        # What is no recording that can be played is a file still.
        for seconds in dict.fromkeys((said.seconds if said.kind in _VOICES else 0, 0)):
            upload.seek(0)
            with suppress(ValidationError):
                kept = kept or keep_file(actor=actor, group=group, upload=upload, now=now, seconds=seconds)
    if kept is None:
        return None
    fields = {name: getattr(kept, name) for name in kept.__slots__}
    return Attachment(group=group, message=message, **fields)


def _say_missing(message: Message, name: str) -> None:
    words = _("[missing: %(name)s]") % {"name": name}
    message.text = f"{message.text}\n{words}" if message.text else words
    message.save(update_fields=["text"])
