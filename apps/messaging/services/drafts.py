"""What is being written: begun, saved as one types, thrown away and fetched back. A draft leaves no Operation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.preferences import preferences_of
from apps.core.refusals import Refused
from apps.messaging.models import Draft, MailAccount, MailMerge
from apps.messaging.recipients import Row
from apps.messaging.selectors.sending import sending_account
from apps.messaging.services.bodies import clean_body, is_empty

if TYPE_CHECKING:
    from apps.accounts.models import User
    from apps.messaging.models import MailMessage, MailTemplateVersion

KEPT_FOR = timedelta(days=7)  # what was thrown away


class DraftChanged(Refused):
    """Another window has saved this draft in the meantime."""

    def __init__(self) -> None:
        super().__init__(
            _("This mail was changed in another window. Nothing of it was overwritten: open it again to go on there.")
        )


class DraftSent(Refused):
    """The mail is on its way already."""

    def __init__(self) -> None:
        super().__init__(_("This mail was sent already."))


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftInput:
    """All that its writer may change; `body` is HTML with pictures as `cid:`, or plain words in HTML."""

    account: MailAccount | None
    to: Sequence[Row] = ()
    cc: Sequence[Row] = ()
    bcc: Sequence[Row] = ()
    subject: str = ""
    body: str = ""
    is_plain: bool = False
    is_urgent: bool = False
    wants_receipt: bool = False
    is_encrypted: bool = False
    send_at: datetime | None = None
    language: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Beginning:
    """What a draft begins with."""

    account: MailAccount | None = None
    to: Sequence[Row] = ()
    cc: Sequence[Row] = ()
    bcc: Sequence[Row] = ()
    subject: str = ""
    body: str = ""  # safe HTML; the signature is put under it, and what is quoted under that
    quote: str = ""
    is_plain: bool = False
    language: str = ""
    reply_to: MailMessage | None = None
    is_forward: bool = False
    template_version: MailTemplateVersion | None = None
    context_type: str = ""
    context_id: int | None = None


def begin_draft(*, actor: User, wanted: Beginning, now: datetime) -> Draft:
    """A draft of `actor` with the signature of the mailbox it goes from, the first one unless `wanted` names one."""
    account = sending_account(actor, wanted.account)
    return Draft.objects.create(
        author=actor,
        account=account,
        to=list(wanted.to),
        cc=list(wanted.cc),
        bcc=list(wanted.bcc),
        subject=" ".join(wanted.subject.split())[:998],
        body=clean_body(f"{wanted.body or '<p></p>'}{signature_of(account)}{wanted.quote}"),
        is_plain=wanted.is_plain,
        language=wanted.language or preferences_of(actor).language,
        reply_to=wanted.reply_to,
        is_forward=wanted.is_forward,
        template_version=wanted.template_version,
        context_type=wanted.context_type,
        context_id=wanted.context_id,
        created_at=now,
        modified_at=now,
    )


def find_untouched(*, actor: User, wanted: Beginning) -> Draft | None:
    """A draft begun in the same way of which nothing was written yet: opening the sheet twice makes one."""
    found = Draft.objects.visible_to(actor).unsent()
    same = found.filter(
        version=0,
        to=list(wanted.to),
        cc=[],
        bcc=list(wanted.bcc),
        subject=wanted.subject,
        reply_to=wanted.reply_to,
        is_forward=wanted.is_forward,
        template_version=wanted.template_version,
        context_type=wanted.context_type,
        context_id=wanted.context_id,
        attachments__isnull=True,
        merge__isnull=True,
    )
    draft = same.order_by("-modified_at", "-pk").first()
    return draft if draft is not None and draft.account == sending_account(actor, wanted.account) else None


@transaction.atomic
def save_draft(*, actor: User, draft: Draft, version: int, data: DraftInput, now: datetime) -> Draft:
    """Keep what is typed; `version` is that of the window it was typed in.

    Raises DraftChanged where another window was faster, DraftSent, PermissionDenied.
    """
    locked = writable_draft(actor, draft)
    if locked.version != version:
        raise DraftChanged
    body = data.body
    if data.account != locked.account:
        body = _other_signature(body, locked.account, data.account)
    locked.account = sending_account(actor, data.account) if data.account is not None else None
    locked.to, locked.cc, locked.bcc = list(data.to), list(data.cc), list(data.bcc)
    locked.subject = data.subject.replace("\x00", "")[:998]
    locked.body = clean_body(body)
    locked.is_plain, locked.is_urgent = data.is_plain, data.is_urgent
    locked.wants_receipt, locked.is_encrypted = data.wants_receipt, data.is_encrypted
    locked.send_at, locked.language = data.send_at, data.language[:10]
    touch(locked, now=now)
    locked.save()
    return locked


def writable_draft(actor: User, draft: Draft) -> Draft:
    """The row, locked until the transaction ends. The pattern of a merge is frozen once that was begun.

    Raises PermissionDenied, DraftSent.
    """
    locked = Draft.objects.select_for_update().get(pk=draft.pk)
    if locked.author_id != actor.pk:
        raise PermissionDenied
    if locked.sent_id is not None or MailMerge.objects.filter(draft=locked, operation__isnull=False).exists():
        raise DraftSent
    return locked


def touch(draft: Draft, *, now: datetime) -> None:
    """It is another version from now on; the caller saves it."""
    draft.version += 1
    draft.modified_at = now


@transaction.atomic
def discard_draft(*, actor: User, draft: Draft, now: datetime) -> None:
    """Throw it away; `restore_draft` fetches it back within a week. Raises PermissionDenied, DraftSent."""
    locked = writable_draft(actor, draft)
    locked.discarded_at = locked.discarded_at or now
    locked.save(update_fields=["discarded_at"])


@transaction.atomic
def restore_draft(*, actor: User, draft: Draft, now: datetime) -> None:
    """Fetch back what was thrown away; it is there: nothing happens."""
    locked = writable_draft(actor, draft)
    locked.discarded_at, locked.modified_at = None, now
    locked.save(update_fields=["discarded_at", "modified_at"])


def purge_drafts(*, now: datetime) -> int:
    """Forget what was thrown away a week ago; return how many."""
    old = Draft.objects.filter(discarded_at__lt=now - KEPT_FOR, merge__isnull=True)
    return old.delete()[1].get("messaging.Draft", 0)


def signature_of(account: MailAccount | None) -> str:
    """The signature as it stands in a body: after the line that programs know it by (RFC 3676, 4.3)."""
    if account is None or is_empty(account.signature):
        return ""
    return f"<p>-- </p>{clean_body(account.signature)}"


def _other_signature(body: str, before: MailAccount | None, after: MailAccount | None) -> str:
    """The signature goes with the mailbox, as long as nobody has touched it."""
    old, new = signature_of(before), signature_of(after)
    if old and old in body:
        return body.replace(old, new, 1)
    return body
