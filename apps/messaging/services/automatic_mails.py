"""A mail of the house's own accord: one template to one contact, made once, or the reason why none was."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import formataddr
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.db.models import Max
from django.http import Http404

from apps.contacts.models import EmailAddress
from apps.core.models import OutgoingMail, Suppression
from apps.core.services.outbox import queue_message
from apps.core.services.suppression import fold
from apps.messaging.models import MailMessage, Withheld
from apps.messaging.recipients import check_recipients
from apps.messaging.selectors.sending import plain_only, sending_account
from apps.messaging.services import bodies
from apps.messaging.services.drafts import Beginning, begin_draft
from apps.messaging.services.languages import language_of
from apps.messaging.services.outgoing import one_line
from apps.messaging.services.sending import TRANSPORT, send_draft
from apps.messaging.services.template_context import context_of
from apps.messaging.services.template_contexts import CONTACT
from apps.messaging.services.template_insertion import current_version
from apps.messaging.services.template_language import Rendered, TemplateProblem, render

if TYPE_CHECKING:
    from apps.accounts.models import User
    from apps.contacts.models import Entity
    from apps.messaging.models import MailAccount, MailTemplate, MailTemplateVersion

_APART = timedelta(seconds=2)  # of two such mails of one sender: thirty a minute, as in a merge


@dataclass(frozen=True, slots=True)
class AutomaticMail:
    """`message` where a mailbox sends it, `outgoing` alone where the site does; `withheld` (with `words`): neither."""

    address: str = ""
    subject: str = ""
    message: MailMessage | None = None
    outgoing: OutgoingMail | None = None
    withheld: Withheld | None = None
    words: str = ""


@transaction.atomic
def send_automatic(*, sender: User, entity: Entity, template: MailTemplate, key: str, now: datetime) -> AutomaticMail:
    """Queue a mail by `template` to `entity`, in its language, from the sender's first mailbox, else from the site.

    A second call of the same `key` (at most 200 letters) makes nothing and returns the first mail. Mails of one sender
    leave two seconds apart. Raises OSError where a file can't be written: to be tried again.
    """
    made = OutgoingMail.objects.filter(dedupe_key=key).select_related("mail").first()
    if made is not None:
        return AutomaticMail(made.recipients[0], "", getattr(made, "mail", None), made)
    address = entity.primary_email.strip().lower()
    why = _why_not(address)
    if why is not None:
        return AutomaticMail(address, withheld=why)
    try:
        version = current_version(sender, template.key, language_of(entity))
        rendered = _filled(sender, entity, version, now)
    except (Http404, TemplateProblem) as problem:
        return AutomaticMail(address, withheld=Withheld.TEMPLATE, words=str(problem)[:200])
    if rendered.missing:
        return AutomaticMail(address, withheld=Withheld.GAP, words=", ".join(rendered.missing)[:200])
    account = sending_account(sender)
    try:
        with transaction.atomic():
            if account is None:
                outgoing = _from_the_site(sender, entity, rendered, key, now)
                return AutomaticMail(address, rendered.subject, outgoing=outgoing)
            message = _from_a_mailbox(sender, account, entity, version, rendered, key, now)
    except ValidationError as error:
        return AutomaticMail(address, withheld=Withheld.REFUSED, words=" ".join(error.messages)[:200])
    except (ValueError, PermissionDenied):  # words or an address that make no mail
        return AutomaticMail(address, withheld=Withheld.REFUSED)
    return AutomaticMail(address, rendered.subject, message, message.outgoing)


def _why_not(address: str) -> Withheld | None:
    if not address:
        return Withheld.NO_ADDRESS
    barred = Suppression.objects.against(Suppression.ALL).filter(address=fold(address)).order_by("pk").first()
    if barred is not None:
        return Withheld(barred.reason)
    marks = EmailAddress.objects.filter(address=address, entity__trashed_at__isnull=True)
    if marks.filter(opted_out_at__isnull=False).exists():
        return Withheld.UNSUBSCRIBED
    return Withheld.BOUNCED if marks.filter(bounced_at__isnull=False).exists() else None


def _filled(sender: User, entity: Entity, version: MailTemplateVersion, now: datetime) -> Rendered:
    context = context_of(sender, CONTACT, entity.pk, version.language, now=now)
    return render(version, context, language=version.language)


def _from_a_mailbox(
    sender: User,
    account: MailAccount,
    entity: Entity,
    version: MailTemplateVersion,
    rendered: Rendered,
    key: str,
    now: datetime,
) -> MailMessage:
    wanted = Beginning(
        account=account,
        to=[[entity.display_name[:320], entity.primary_email]],
        subject=rendered.subject,
        body=rendered.body_html,
        language=version.language,
        template_version=version,
        context_type=CONTACT,
        context_id=entity.pk,
    )
    draft = begin_draft(actor=sender, wanted=wanted, now=now)
    delay = _leaves_at(TRANSPORT, str(account.pk), now) - now
    return send_draft(actor=sender, draft=draft, now=now, delay=delay, dedupe_key=key, scope=Suppression.ALL)


def _from_the_site(sender: User, entity: Entity, rendered: Rendered, key: str, now: datetime) -> OutgoingMail:
    """In the house's name, since the sender has no mailbox; answers go to their own address."""
    check_recipients(to=[["", entity.primary_email]], cc=[], bcc=[], subject=rendered.subject)
    message = EmailMultiAlternatives(
        rendered.subject,
        bodies.as_text(rendered.body_html),
        settings.DEFAULT_FROM_EMAIL,
        [formataddr((one_line(entity.display_name), entity.primary_email))],
        reply_to=[formataddr((one_line(str(sender)), sender.email))] if sender.email else None,
    )
    if not plain_only([entity.primary_email], user=sender):
        message.attach_alternative(rendered.body_html, "text/html")
    leaves_at = _leaves_at("site", "", now)
    return queue_message(message=message, now=now, dedupe_key=key, not_before=leaves_at, scope=Suppression.ALL)


def _leaves_at(transport: str, line: str, now: datetime) -> datetime:
    waiting = OutgoingMail.objects.filter(state="queued", transport=transport, line=line, scope=Suppression.ALL)
    last: datetime | None = waiting.aggregate(last=Max("not_before"))["last"]
    return max(now, last + _APART) if last is not None else now
