"""The folders of a mailbox: what the server has, and what each is for."""

from __future__ import annotations

import structlog
from django.utils.translation import gettext as _

from apps.messaging.models import MailAccount, MailFolder
from apps.messaging.services.problems import ServerConfused
from apps.messaging.services.server_mailbox import ServerMailbox

log = structlog.get_logger(__name__)

Role = MailFolder.Role
_LONGEST_NAME = 500
_CLOSED = {"\\noselect", "\\nonexistent"}
_VIEWS = {"\\flagged", "\\important"}  # Gmail's: all that they show lies elsewhere too
_ROLES = {  # RFC 6154; all mail is where an archived mail lies when it lies nowhere else
    "\\sent": Role.SENT,
    "\\drafts": Role.DRAFTS,
    "\\trash": Role.TRASH,
    "\\junk": Role.JUNK,
    "\\spam": Role.JUNK,
    "\\archive": Role.ARCHIVE,
    "\\all": Role.ARCHIVE,
}
# By name, where the server says nothing: the last part of it, in lower case.
_NAMES = {
    Role.SENT: (
        "sent, sent items, sent messages, sent mail, gesendet, gesendete elemente, надіслані, надіслане, "
        "отправленные, wysłane, envoyés, enviados"
    ),
    Role.DRAFTS: "drafts, draft, entwürfe, чернетки, черновики, kopie robocze, brouillons, borradores",
    Role.TRASH: (
        "trash, deleted, deleted items, deleted messages, bin, papierkorb, gelöschte elemente, кошик, видалені, "
        "корзина, удаленные, удалённые, kosz, corbeille, papelera"
    ),
    Role.JUNK: "junk, spam, junk e-mail, junk email, bulk mail, спам, небажана пошта",
    Role.ARCHIVE: "archive, archives, archiv, архів, архив",
}
_BY_NAME = {name: role for role, names in _NAMES.items() for name in names.split(", ")}
_ORDER = [Role.INBOX, Role.SENT, Role.OTHER, Role.ARCHIVE, Role.DRAFTS, Role.JUNK, Role.TRASH]


def refresh_folders(account: MailAccount, mailbox: ServerMailbox) -> list[MailFolder]:
    """Bring the account's folders in line with the server; return those that are there, inbox first.

    Whether a folder is read is its user's choice; drafts of other programs are not, to begin with. A folder that is
    gone goes here too; its mail is placed anew where it turns up.
    """
    told = {_name(name): flags for flags, name in mailbox.folders() if not flags & _CLOSED}
    told = {name: flags for name, flags in told.items() if 0 < len(name) <= _LONGEST_NAME and "\0" not in name}
    if "INBOX" not in told:
        raise ServerConfused(_("%(host)s says that there is no inbox.") % {"host": account.imap_host})
    known = {folder.name: folder for folder in account.folders.all()}
    taken: set[str] = set()
    for name, flags in told.items():
        role = _role(name, flags, taken)
        taken.add(role)
        folder = known.get(name)
        if folder is None:
            is_synced = role != Role.DRAFTS and not flags & _VIEWS
            known[name] = account.folders.create(name=name, role=role, is_synced=is_synced)
        elif folder.role != role:
            folder.role = role
            folder.save(update_fields=["role"])
    for name in known.keys() - told.keys():
        folder = known.pop(name)
        if folder.uidvalidity is not None:  # else it never was there: an import's
            log.info("mail.folder.gone", account_id=account.pk, folder_id=folder.pk)
            folder.delete()
    return sorted(known.values(), key=lambda folder: (_ORDER.index(Role(folder.role)), folder.pk))


def _role(name: str, flags: frozenset[str], taken: set[str]) -> Role:
    if name == "INBOX":
        return Role.INBOX
    special = next((_ROLES[flag] for flag in sorted(flags) if flag in _ROLES), None)
    if special is not None:
        return special
    last = name.replace("/", ".").rpartition(".")[2].strip().lower()
    guess = _BY_NAME.get(last, Role.OTHER)
    # There is one Sent, one Trash; the second of that name is a folder like any other.
    return Role.OTHER if guess in taken else guess


def _name(name: str) -> str:
    return "INBOX" if name.upper() == "INBOX" else name  # RFC 3501, 5.1: in any spelling
