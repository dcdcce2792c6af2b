"""The contact that is made of an unknown sender."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from apps.contacts.models import Entity, Folder
from apps.contacts.selectors.folders import default_folder
from apps.contacts.services import derive
from apps.contacts.services.entities import make_entity
from apps.contacts.services.folders import personal_folder
from apps.contacts.services.inputs import EmailInput, EntityInput, JobInput, PhoneInput
from apps.contacts.services.journal import Edit, editing
from apps.core.models import Operation
from apps.core.services.operations import apart
from apps.messaging.services.suggestions import Suggestion

if TYPE_CHECKING:
    from apps.accounts.models import User
    from apps.messaging.models import MailAccount, UnknownSender

SOURCE = "mail"
VERB = "contact.made_from_mail"


def make_contact(sender: UnknownSender, *, actor: User | None, now: datetime) -> tuple[Entity, Operation]:
    """Make it in the mailbox's folder for strangers, as an operation of its own; `actor` None is the house.

    Raises PermissionDenied where the actor may not add to that folder, ValidationError.
    """
    suggestion = Suggestion.of(sender.suggestion)
    with apart():
        folder = _folder(sender.account, actor, now)
        with editing([], actor=actor, verb=VERB, now=now) as edit:
            entity = make_entity(edit, _input(sender.address, suggestion, folder, edit))
    return entity, edit.recorder.operation


def _folder(account: MailAccount, actor: User | None, now: datetime) -> Folder:
    """The one that was set; of a user's own mailbox their personal folder, of a shared one that of everybody."""
    if account.unknown_folder is not None:
        return account.unknown_folder
    if account.owner is not None and actor is not None:
        return personal_folder(actor=account.owner, now=now)
    return default_folder()


def _input(address: str, suggestion: Suggestion, folder: Folder, edit: Edit) -> EntityInput:
    is_firm = suggestion.kind == Entity.Kind.ORGANISATION
    return EntityInput(
        kind=suggestion.kind,
        first_name="" if is_firm else suggestion.first_name,
        last_name="" if is_firm else suggestion.last_name,
        name=suggestion.organisation if is_firm else "",
        folder_id=folder.pk,
        source=SOURCE,
        emails=[EmailInput(address)],
        phones=[PhoneInput(phone) for phone in suggestion.phones],
        jobs=[] if is_firm or not suggestion.organisation else [_job(suggestion, folder, edit)],
    )


def _job(suggestion: Suggestion, folder: Folder, edit: Edit) -> JobInput:
    """Found among the organisations that the actor sees; the house itself takes none out of a personal folder."""
    title, name = suggestion.job_title, suggestion.organisation
    if edit.actor is not None:
        return JobInput(organisation_name=name, title=title)
    known = Entity.objects.live().organisations().filter(name_key=derive.fold_name(name))
    found = known.exclude(folder__kind=Folder.Kind.PERSONAL).order_by("pk").first()
    if found is None:
        made = EntityInput(kind=Entity.Kind.ORGANISATION, name=name, folder_id=folder.pk, source=SOURCE)
        found = make_entity(edit, made)
    return JobInput(organisation_id=found.pk, title=title)
