"""Who asks, and the records they ask for: in reach, in a restricted folder, in bob's own, behind a category."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from django.contrib.auth.models import Group
from django.core.files.base import ContentFile
from PIL import Image

from apps.accounts.models import ApiToken, AuditEvent, Team, User
from apps.accounts.permissions import SCOPES
from apps.accounts.services.tokens import create_token
from apps.activities.models import ActivityCategory, ActivityKind, Notice
from apps.activities.services.entry_files import attach_files
from apps.activities.services.meeting_inputs import Guests, Span, Words
from apps.activities.services.meetings import plan_meeting
from apps.activities.services.notes import add_note
from apps.activities.services.task_input import TaskInput
from apps.activities.services.tasks import add_task
from apps.contacts.models import (
    Category,
    CategoryPermission,
    Entity,
    FieldDefinition,
    Folder,
    FolderPermission,
    Import,
    Link,
    RelationshipType,
    Unit,
)
from apps.contacts.models.rights import forget_rights
from apps.contacts.services.attachments import add_attachment
from apps.contacts.services.entities import create_entity
from apps.contacts.services.inputs import (
    EmailInput,
    EntityInput,
    JobInput,
    LinkInput,
    PhoneInput,
    UnitInput,
)
from apps.contacts.services.photos import store_photo
from apps.contacts.services.relationships import ParticipantInput, add_relationship
from apps.core.kept import forget_kept
from apps.core.models import File, Operation, SavedView
from apps.core.services import files
from apps.messaging.models import (
    BlockedSender,
    MailAccount,
    MailTemplate,
    MailTemplateVersion,
    UnknownSender,
    Voicemail,
)
from tests.access.campaigns import add_campaigns
from tests.access.chat import add_chat
from tests.access.claims import add_claims
from tests.access.connections import add_connections
from tests.access.dealers import add_dealers
from tests.access.duplicates import add_duplicates
from tests.access.guests import add_guests
from tests.access.journeys import add_journeys
from tests.access.mailings import add_mailings
from tests.access.opportunities import add_opportunities
from tests.access.phones import add_phones
from tests.access.projects import add_projects
from tests.access.sources import add_sources
from tests.access.teams import add_teams
from tests.conftest import NOW, make_user
from tests.messaging.factories import Part, mail_in, mailbox_of

ABSENT = 10**20  # larger than any key of the database


@dataclass
class World:
    users: dict[str, User]
    places: dict[str, dict[str, Any]] = field(default_factory=dict)  # by scope: what a route's parameters name
    tokens: dict[str, str] = field(default_factory=dict)  # bearer tokens by role
    records: dict[str, Any] = field(default_factory=dict)  # rows by name, for cases that need more than their ids

    def values(self, scope: str) -> dict[str, Any]:
        return self.places["all"] | self.places.get(scope, {})


def make_world() -> World:
    users = {
        "admin": make_user("ada@example.com", "Ada Admin", "admin", is_staff=True),
        "manager": make_user("alice@example.com", "Alice Manager", "manager"),
        "sales": make_user("bob@example.com", "Bob Sales", "sales"),
        "content": make_user("charlie@example.com", "Charlie Content", "content"),
        "dealer": make_user("dora@example.com", "Dora Dealer", "dealer"),
    }
    world = World(users)
    folders = _folders(users)
    inside = Category.objects.create(name="Board", is_restricted=True)
    CategoryPermission.objects.create(category=inside, group=Group.objects.get(name="sales"))
    forget_rights()
    RelationshipType.objects.create(key="neighbour", name="lives near", inverse_name="lives near")
    maker = {"public": "admin", "restricted": "admin", "personal": "sales", "category": "sales"}
    for scope, role in maker.items():
        folder = folders.get(scope, folders["public"])
        categories = [inside.pk] if scope == "category" else []
        writer = users["sales" if scope != "restricted" else "admin"]
        world.places[scope] = _contact(users[role], writer, folder, categories) | {"folder_id": folder.pk}
    world.places["category"].pop("folder_id")
    public, personal = world.places["public"], world.places["personal"]
    # A part of a contact one may not see, asked for below one that one may.
    world.places["strange part"] = personal | {"entity_id": public["entity_id"], "contact_id": public["contact_id"]}
    _own_things(world)
    _voice(world)
    _mail(world)
    _mail_senders(world)
    _mailboxes(world)
    add_dealers(world)
    add_sources(world)
    add_connections(world)
    add_phones(world)
    add_claims(world)
    add_journeys(world)
    add_opportunities(world)
    add_mailings(world)
    add_teams(world)
    add_campaigns(world)
    add_chat(world)
    add_projects(world)
    add_duplicates(world)
    add_guests(world)
    named = world.places["all"] | public | world.places["dealer"] | world.places["guest"]
    world.places["absent"] = dict.fromkeys(named, ABSENT)
    _api_tokens(world)
    _templates(world)
    _written_mail(world)
    return world


def _folders(users: dict[str, User]) -> dict[str, Folder]:
    folders = {
        "public": Folder.objects.create(name="Customers"),
        "restricted": Folder.objects.create(name="Suppliers", kind="restricted"),
        "personal": Folder.objects.create(name="Bob's", kind="personal", owner=users["sales"]),
    }
    FolderPermission.objects.create(folder=folders["restricted"], group=Group.objects.get(name="sales"))
    return folders


def _contact(actor: User, writer: User, folder: Folder, categories: list[int]) -> dict[str, Any]:
    """A person with one of everything, as the parameters of routes name it."""
    place = UnitInput(
        city="Lviv",
        emails=[EmailInput("olena@example.com")],
        phones=[PhoneInput("+380 44 123 45 67")],
        links=[LinkInput("https://shop.example.com", username="olena", password="letmein")],
    )
    firm = EntityInput(kind="organisation", name="Vikna Plus", folder_id=folder.pk, category_ids=categories)
    organisation = create_entity(actor=actor, data=firm, now=NOW)
    given = EntityInput(
        first_name="Olena",
        last_name="Koval",
        folder_id=folder.pk,
        category_ids=categories,
        units=[place, UnitInput(kind="home", city="Kyiv")],
        jobs=[JobInput(organisation_id=organisation.pk, title="Buyer")],
    )
    person = create_entity(actor=actor, data=given, now=NOW)
    Entity.objects.filter(pk=person.pk).update(photo=_picture())
    tie = add_relationship(
        actor=actor,
        type=RelationshipType.objects.get(key="neighbour"),
        participants=[ParticipantInput(person.pk, "source"), ParticipantInput(organisation.pk, "target")],
        now=NOW,
    )
    paper = add_attachment(actor=actor, entity=person, upload=ContentFile(b"Oak", "offer.txt"), now=NOW)
    note = add_note(actor=writer, entity=person, text="Wants oak", now=NOW)
    attach_files(actor=writer, activity=note, uploads=[ContentFile(b"Oak", "plan.txt")], now=NOW)
    wish = TaskInput(subject="Send the offer", zone="Europe/Kyiv", entities=[person], items=["Measure"])
    task = add_task(actor=writer, data=wish, now=NOW)
    span = Span(NOW.replace(tzinfo=None), NOW.replace(tzinfo=None), "UTC")
    later = NOW + timedelta(hours=1)  # nobody is invited to what is over
    meeting = plan_meeting(actor=writer, span=span, words=Words("Windows"), guests=Guests([person]), now=later)
    unit = Unit.objects.get(entity=person, is_primary=True)
    job = person.participations.get(relationship__type__key="works_for")
    return {
        "entity_id": person.pk,
        "contact_id": person.pk,
        "unit_id": unit.pk,
        "link_id": Link.objects.get(entity=person).pk,
        "email_id": unit.emails.get().pk,
        "phone_id": unit.phones.get().pk,
        "relationship_id": tie.pk,
        "job_id": job.relationship_id,
        "activity_id": note.pk,
        "file_id": note.files.get().pk,
        "task_id": task.pk,
        "item_id": task.items.get().pk,
        "meeting_id": meeting.pk,
        "attachment_id": paper.pk,
    }


def _picture() -> File:
    picture = io.BytesIO()
    Image.new("RGB", (8, 8), "teal").save(picture, "PNG")
    return store_photo(picture.getvalue(), now=NOW)


def _own_things(world: World) -> None:
    """What belongs to bob alone, and what the settings hold for all."""
    bob = world.users["sales"]
    operation = Operation.objects.create(actor=bob, verb="entities.imported", created_at=NOW, finished_at=NOW)
    token, _raw = create_token(actor=bob, user=bob, name="Script", scopes=["contacts:read"], expires_at=None, now=NOW)
    stored = File.objects.create(sha256="0" * 64, size=0, mime_type="text/csv", created_at=NOW)
    brought = Import.objects.create(
        file=stored, file_name="contacts.csv", format="csv", created_by=bob, created_at=NOW, operation=operation
    )
    definition = FieldDefinition.objects.create(
        target="person", key="colour", label="Colour", field_type="text", is_filterable=True
    )
    weather = FieldDefinition.objects.create(target="activity:visit", key="weather", label="Weather", field_type="text")
    forget_kept()
    world.places["all"] = {
        "operation_id": operation.pk,
        "token_id": token.pk,
        "import_id": brought.pk,
        "field_id": definition.pk,
        "notice_id": _notice(bob, world.places["public"]["activity_id"]),
        "type_id": RelationshipType.objects.get(key="neighbour").pk,
        "category_id": Category.objects.create(name="Partners").pk,
        "user_id": world.users["content"].pk,
        "view_id": _view(bob, is_shared=False),
        "group_id": Group.objects.create(name="warehouse").pk,
        "team_id": Team.objects.create(name="East").pk,
        "event_id": AuditEvent.objects.order_by("pk")[0].pk,
        "kind_id": ActivityKind.objects.create(key="visit", name="Visit").pk,
        "pk": ABSENT,
        "key": "none",
        "uidb36": "1",
    }
    world.places["print"] = {"operation_id": _print_out(bob)}
    world.places["kind field"] = {"field_id": weather.pk}
    world.places["entry category"] = {"category_id": ActivityCategory.objects.create(name="Vacation").pk}
    world.places["shared view"] = {"view_id": _view(bob, is_shared=True)}


def _mail(world: World) -> None:
    """A mail in bob's own mailbox, in a thread that he shares with nobody; with a file."""
    bob = world.users["sales"]
    mail = mail_in(mailbox_of(bob), parts=[Part("offer.pdf", "application/pdf", b"%PDF-")])
    world.places["all"] |= {"message_id": mail.pk, "thread_id": mail.thread_id, "share_id": ABSENT}
    world.places["mail"] = {}


def _mail_senders(world: World) -> None:
    """Bob's mailbox knows somebody who waits, and somebody whom he blocked."""
    account = MailAccount.objects.create(
        owner=world.users["sales"], address="bobs.strangers@mail.example", display_name="Bob", created_at=NOW
    )
    sender = UnknownSender.objects.create(account=account, address="eve@new.example", created_at=NOW)
    blocked = BlockedSender.objects.create(account=account, pattern="spam.example", created_at=NOW)
    world.places["all"] |= {"sender_id": sender.pk, "blocked_id": blocked.pk}


def _notice(user: User, activity_id: int) -> int:
    return Notice.objects.create(
        user=user, at=NOW, event="reminder", verb="reminder.due", activity_id=activity_id, is_shown=True
    ).pk


def _print_out(owner: User) -> int:
    pdf = files.store(b"%PDF", mime_type="application/pdf", now=NOW)
    return Operation.objects.create(
        actor=owner,
        verb="agenda.printed",
        created_at=NOW,
        finished_at=NOW,
        result={"file": pdf.pk, "name": "2026-11-02.pdf"},
    ).pk


def _view(owner: User, *, is_shared: bool) -> int:
    name = "Shared" if is_shared else "Mine"
    return SavedView.objects.create(
        list_key="contacts.entities", name=name, owner=owner, is_shared=is_shared, created_at=NOW
    ).pk


def _api_tokens(world: World) -> None:
    """A bearer token of each role; a dealer's and a guest's date from when they worked in the house."""
    scopes = {"reader": ["contacts:read", "activities:read"]}
    far = datetime(2100, 1, 1, tzinfo=UTC)
    for role, user in {**world.users, "reader": world.users["sales"]}.items():
        holder = world.users["sales"] if role in ("dealer", "guest") else user
        token, raw = create_token(
            actor=holder,
            user=holder,
            name=role,
            scopes=scopes.get(role, list(SCOPES)),
            expires_at=far,
            now=NOW,
        )
        ApiToken.objects.filter(pk=token.pk).update(user=user)
        world.tokens[role] = raw


def _voice(world: World) -> None:
    """What was left on bob's phone."""
    sound = files.store(b"RIFF", mime_type="audio/wav", now=NOW)
    voicemail = Voicemail.objects.create(user=world.users["sales"], sound=sound, happened_at=NOW)
    world.places["public"]["voicemail_id"] = voicemail.pk


def _templates(world: World) -> None:
    """Documents and mail templates: one of the house, and those of bob's own."""
    bob = world.users["sales"]
    pdf = files.store(b"%PDF", mime_type="application/pdf", now=NOW)
    made = Operation.objects.create(
        actor=bob,
        verb="document.made",
        created_at=NOW,
        finished_at=NOW,
        result={"file": pdf.pk, "name": "customer-sheet.pdf"},
    )
    world.places["document"] = {"operation_id": made.pk}
    own = MailTemplate.objects.create(key="own", name="Own", owner=bob, created_at=NOW)
    house = MailTemplate.objects.get(key="free")
    words = {"language": "en", "number": 1, "subject": "Hello", "body": "<p>Hello</p>", "created_at": NOW}
    own_words = MailTemplateVersion.objects.create(template=own, **words)
    house_words = house.versions.get(language="en")
    world.places["template"] = {"template_id": house.pk, "version_id": house_words.pk}
    world.places["own template"] = {"template_id": own.pk, "version_id": own_words.pk}
    world.places["strange version"] = {"template_id": house.pk, "version_id": own_words.pk}
    world.places["absent"] |= {"template_id": ABSENT, "version_id": ABSENT}


def _mailboxes(world: World) -> None:
    """Bob's own, and a shared one that he alone reads. Without servers: nothing is asked of any."""
    bob = world.users["sales"]
    own = MailAccount.objects.create(owner=bob, address="bob.own@mail.example", created_at=NOW)
    shared = MailAccount.objects.create(address="office@mail.example", created_at=NOW)
    shared.members.add(bob)
    world.places["all"] |= {"account_id": own.pk, "mailbox_id": shared.pk}
    world.places["shared mailbox"] = {"account_id": shared.pk}


def _written_mail(world: World) -> None:
    """Bob writes one mail, has sent another, and is about to write to many."""
    from apps.messaging.models import MailAccount
    from apps.messaging.services.draft_files import attach_file
    from apps.messaging.services.drafts import Beginning, begin_draft
    from apps.messaging.services.merging import begin_merge
    from apps.messaging.services.sending import send_draft

    bob = world.users["sales"]
    values = {"smtp_host": "127.0.0.1", "smtp_security": "none", "created_at": NOW}
    MailAccount.objects.create(owner=bob, address="bob.writes@mail.example", **values)
    to = Beginning(to=[["Olena", "olena@example.com"]], subject="The offer", body="<p>Here it is.</p>")
    draft, other = (begin_draft(actor=bob, wanted=to, now=NOW) for _number in range(2))
    file = attach_file(actor=bob, draft=draft, content=b"Plain words", filename="offer.txt", now=NOW)
    # Not due by any clock: a house whose mail is late isn't ready.
    sent = send_draft(actor=bob, draft=other, now=NOW, delay=timedelta(days=3650))
    seen = Entity.objects.filter(pk=world.places["public"]["entity_id"])
    world.places["bob's draft"] = {"draft_id": draft.pk, "file_id": file.pk}
    world.places["bob's sent mail"] = {"message_id": sent.pk}
    world.places["bob's merge"] = {"merge_id": begin_merge(actor=bob, entities=seen, now=NOW).pk}
    names = ("draft_id", "file_id", "message_id", "merge_id")
    world.places["absent"] |= dict.fromkeys(names, ABSENT)
