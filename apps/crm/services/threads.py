"""Writing in a thread: each message is an entry of the history that is shown to the dealer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, TypedDict

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import F

from apps.activities.models import Activity
from apps.activities.services.entry_files import attach_files
from apps.activities.services.recording import Context, Entry, clean_text, record
from apps.core import live
from apps.core.database_roles import as_house
from apps.core.services.files import Upload
from apps.crm.models import Claim, Dealer, Inquiry, Order
from apps.crm.permissions.claims import can_write_about, may_speak_for
from apps.crm.selectors.threads import MESSAGE, Thread, thread_of
from apps.crm.services.claim_history import author_facts, tell_pages
from apps.crm.services.dealer_notices import tell_dealer
from apps.crm.services.inquiries import answer_inquiries, open_inquiry

if TYPE_CHECKING:
    from apps.accounts.models import User

Record = Dealer | Order | Claim


class _About(TypedDict):
    order: Order | None
    claim: Claim | None


@transaction.atomic
def post_message(
    *, actor: User, record: Record, text: str, now: datetime, uploads: Sequence[Upload] = (), mail_id: int | None = None
) -> Activity:
    """Write in the thread of a record that the actor was found to see; both sides' open pages show it.

    A dealer's message waits for an answer from then on, ours answers what waits. `mail_id` is the mail that it came
    by. Raises PermissionDenied, ValidationError by field.
    """
    thread = thread_of(record)
    if not can_write_about(actor, thread.dealer_id):
        raise PermissionDenied
    words = clean_text(text, required=not uploads)
    with as_house():
        message = add_message(record, actor=actor, text=words, now=now, uploads=uploads, mail_id=mail_id)
        dealer = Dealer.objects.get(pk=thread.dealer_id)
        if may_speak_for(actor, thread.dealer_id):
            _wait(dealer, record, now)
        else:
            about = _about(record)
            answer_inquiries(actor=actor, dealer=dealer, kinds=["message", "price"], now=now, **about)
            told = ("message", "message.posted", thread.context_type, thread.id)
            of_money = isinstance(record, Claim) and record.is_dispute
            tell_dealer(dealer.pk, *told, now=now, actor=actor, of_money=of_money)
    return message


def add_message(
    record_: Record,
    *,
    actor: User,
    text: str,
    now: datetime,
    uploads: Sequence[Upload] = (),
    mail_id: int | None = None,
) -> Activity:
    """The entry alone; the caller has asked, acts for the house, and sees to who is told."""
    thread = thread_of(record_)
    dealer = Dealer.objects.select_related("entity").get(pk=thread.dealer_id)
    entry = Entry(
        kind=MESSAGE,
        verb="message.posted",
        occurred_at=now,
        entities=[dealer.entity],
        context=Context(thread.context_type, thread.id),
        text=text,
        facts=author_facts(actor) if mail_id is None else {**author_facts(actor), "mail": mail_id},
        shown_to=dealer.entity,
    )
    activity = record(entry, actor=actor, now=now)
    attach_files(actor=actor, activity=activity, uploads=uploads, now=now)
    tell_thread(thread)
    return activity


def tell_thread(thread: Thread) -> None:
    live.publish(thread.channel, "thread", {"id": thread.id})
    live.publish(f"dealer:{thread.dealer_id}", "messages-changed", {"type": thread.type, "id": thread.id})


def _wait(dealer: Dealer, record_: Record, now: datetime) -> None:
    if isinstance(record_, Claim):
        answered = Claim.objects.filter(pk=record_.pk, state=Claim.State.WAITING, closed_at__isnull=True)
        if answered.update(state=Claim.State.IN_REVIEW, version=F("version") + 1, changed_at=now):
            tell_pages(record_)
    open_inquiry(dealer=dealer, kind=Inquiry.Kind.MESSAGE, now=now, **_about(record_))


def _about(record_: Record) -> _About:
    return _About(
        order=record_ if isinstance(record_, Order) else None, claim=record_ if isinstance(record_, Claim) else None
    )
