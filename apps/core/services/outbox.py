"""The outbox: a row per envelope, committed as "sending" before its text goes out, never sent twice."""

from __future__ import annotations

import functools
import random
import smtplib
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parseaddr

import structlog
from django.conf import settings
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.core.mail.message import sanitize_address
from django.db import connection as database
from django.db import transaction
from django.db.models import QuerySet
from psycopg2.extras import execute_values

from apps.core import clock
from apps.core.contributions import settled, transports
from apps.core.dkim import signed
from apps.core.models import OutgoingMail
from apps.core.services.suppression import fold, is_suppressed
from apps.core.smtp import Delivery, Outcome, deliver

log = structlog.get_logger(__name__)

State = OutgoingMail.State

_MOST_ATTEMPTS = 8
_FIRST_PAUSE = timedelta(minutes=1)
_LONGEST_PAUSE = timedelta(hours=1)
_SILENT_AFTER = timedelta(minutes=10)  # a row "sending" for so long has lost its worker
_LONGEST_COUNTDOWN = 60.0  # seconds that a wake-up may wait in the broker
_MANY = 50  # due at once: from here on they are claimed together
_TOGETHER = 10
_PATIENCE = 60.0  # seconds for what was claimed together; what is left then is queued again
_INSERTED = 100  # mails of one statement, with their texts
_SHIFT = 240.0  # seconds that one job sends before it hands over to the next

_WITHHELD = "Withheld: this address gets no such mailings."
# Rows are looked up by their order and by their keys, however many wait: the planner, which can't know the limit, would
# else read the whole table.
_CLAIM = """
WITH due AS MATERIALIZED (
    SELECT id, scope <> '' AND EXISTS (
        SELECT FROM core_suppression s WHERE s.address = m.addressee AND s.scope IN ('mailings', m.scope)
    ) AS barred
    FROM core_outgoingmail m WHERE state = 'queued' AND not_before <= %s
    ORDER BY not_before, id LIMIT (
        SELECT CASE WHEN count(*) = %s THEN %s ELSE 1 END FROM (
            SELECT FROM core_outgoingmail WHERE state = 'queued' AND not_before <= %s ORDER BY not_before, id LIMIT %s
        ) many
    ) FOR UPDATE OF m SKIP LOCKED
)
UPDATE core_outgoingmail o SET
    state = CASE WHEN barred THEN 'withheld' ELSE 'sending' END,
    finished_at = CASE WHEN barred THEN %s::timestamptz END,
    last_error = CASE WHEN barred THEN %s ELSE last_error END,
    claimed_at = %s, attempts = attempts + 1
FROM due WHERE o.id = due.id AND o.id = ANY(ARRAY(SELECT id FROM due)) RETURNING o.*
"""
_ACCEPT = """
UPDATE core_outgoingmail o SET state = 'accepted', finished_at = v.finished_at, last_error = v.answer, server = v.server
FROM (VALUES %s) v (id, attempts, answer, server, finished_at)
WHERE o.id = v.id AND o.attempts = v.attempts AND o.state IN ('sending', 'uncertain')
"""


def queue_mail(
    *,
    to: str | Iterable[str],
    subject: str,
    body: str,
    html: str = "",
    dedupe_key: str,
    now: datetime,
    sender: str = "",
    not_before: datetime | None = None,
) -> OutgoingMail:
    """Queue a mail of the site; it is sent once the transaction has committed.

    A second mail of the same `dedupe_key` is not queued: the first one's row is returned.
    """
    recipients = [to] if isinstance(to, str) else list(to)
    message = EmailMultiAlternatives(subject, body, sender or settings.DEFAULT_FROM_EMAIL, recipients)
    if html:
        message.attach_alternative(html, "text/html")
    return queue_message(message=message, now=now, dedupe_key=dedupe_key, not_before=not_before)


def queue_message(
    *, message: EmailMessage, now: datetime, dedupe_key: str = "", not_before: datetime | None = None, scope: str = ""
) -> OutgoingMail:
    """Queue one of Django's messages, as `queue_mail` does; it is its own dedupe key unless one is given.

    With a `scope` it is a mailing, and has one recipient.
    """
    encoding = message.encoding or settings.DEFAULT_CHARSET
    message.extra_headers.setdefault("Auto-Submitted", "auto-generated")  # RFC 3834: nobody's robot answers it
    mime = message.message()
    envelope = Envelope(
        sender=_address(message.from_email, encoding),
        recipients=[_address(each, encoding) for each in message.recipients()],
        message_id=str(mime["Message-ID"]),
        raw=mime.as_bytes(linesep="\r\n"),  # type: ignore[call-arg]  # Django's class takes it
        scope=scope,
    )
    return queue_envelope(envelope, now=now, dedupe_key=dedupe_key, not_before=not_before)


@dataclass(frozen=True, slots=True)
class Envelope:
    """What goes over the wire: bare addresses, the Message-ID that `raw` (RFC 5322, CRLF line ends) bears."""

    sender: str
    recipients: Sequence[str]
    message_id: str
    raw: bytes
    transport: str = "site"
    line: str = ""
    scope: str = ""  # the mailings it belongs to: withheld from who wants none of them


def queue_envelope(
    envelope: Envelope, *, now: datetime, dedupe_key: str = "", not_before: datetime | None = None
) -> OutgoingMail:
    """Queue a mail; sent once the transaction has committed and `not_before` has come, and woken up for then.

    A second one of the same `dedupe_key` (else the Message-ID) is not queued: the first one's row is returned.
    Raises ValueError for a mailing to several at once: what one of them wants would decide for the others.
    """
    if envelope.scope and len(envelope.recipients) != 1:
        raise ValueError("A mailing has one recipient")
    due = not_before or now
    mail, is_new = OutgoingMail.objects.get_or_create(
        dedupe_key=dedupe_key or envelope.message_id,
        defaults={
            "sender": envelope.sender,
            "recipients": list(dict.fromkeys(envelope.recipients)),
            "message_id": envelope.message_id,
            "raw": envelope.raw,
            "transport": envelope.transport,
            "line": envelope.line,
            "scope": envelope.scope,
            "addressee": fold(envelope.recipients[0]) if envelope.scope else "",
            "created_at": now,
            "not_before": due,
        },
    )
    if is_new:
        _wake(in_seconds=max(0.0, (due - now).total_seconds()))
    return mail


@transaction.atomic
def queue_envelopes(envelopes: Sequence[tuple[str, Envelope]], *, now: datetime) -> list[OutgoingMail]:
    """Queue many new mails at once, each with its dedupe key; a worker is woken once.

    A key that is taken raises IntegrityError: whoever queues by the hundred keeps count of what was queued. Raises
    ValueError for a mailing to several at once.
    """
    if any(each.scope and len(each.recipients) != 1 for _key, each in envelopes):
        raise ValueError("A mailing has one recipient")
    mails = [
        OutgoingMail(
            dedupe_key=key,
            sender=each.sender,
            recipients=list(dict.fromkeys(each.recipients)),
            message_id=each.message_id,
            raw=each.raw,
            transport=each.transport,
            line=each.line,
            scope=each.scope,
            addressee=fold(each.recipients[0]) if each.scope else "",
            created_at=now,
            not_before=now,
        )
        for key, each in envelopes
    ]
    made = OutgoingMail.objects.bulk_create(mails, batch_size=_INSERTED)
    if made:
        _wake()
    return made


@transaction.atomic
def take_back(mail: OutgoingMail) -> bool:
    """Remove a mail that nobody has begun to send; False: it is too late. The row's lock decides the race.

    (A conditional DELETE wouldn't: since other rows point to it, Django looks first and deletes by key.)
    """
    waiting = OutgoingMail.objects.select_for_update().filter(pk=mail.pk, state=State.QUEUED, attempts=0)
    if waiting.first() is None:
        return False
    OutgoingMail.objects.filter(pk=mail.pk).delete()
    return True


def send_again(mail: OutgoingMail, *, now: datetime) -> bool:
    """Queue anew, for a person who asks for it, what failed or may not have arrived; False: it is neither.

    It keeps its Message-ID, by which a server that has it already may tell; and its count of attempts, so that a
    worker that comes back late settles its own attempt alone.
    """
    over = OutgoingMail.objects.filter(pk=mail.pk, state__in=[State.FAILED, State.UNCERTAIN])
    if not over.update(state=State.QUEUED, not_before=now, claimed_at=None, finished_at=None):
        return False
    _wake()
    return True


def send_due(*, now: datetime) -> int:
    """Send what is due, oldest first, until nothing is left or the shift is over; return how many were tried.

    Several workers may do so at once: each row is claimed by one of them.
    """
    tried = 0
    deadline = time.monotonic() + _SHIFT
    line = _Line()
    sent: list[tuple[OutgoingMail, Delivery]] = []
    waiting: list[OutgoingMail] = []  # claimed, and certainly not begun
    try:
        while time.monotonic() < deadline:
            # One commit settles the last mails and claims the next: commits are what sending costs.
            with transaction.atomic():
                _settle(sent)
                claimed = _claim(now if not tried else clock.now())
            sent = []
            waiting = [mail for mail in claimed if mail.state == State.SENDING]
            if not claimed:
                break
            patience = time.monotonic() + _PATIENCE
            while waiting and time.monotonic() < patience:
                mail = waiting.pop(0)
                if mail.scope and _withhold(mail):
                    continue
                sent.append((mail, line.send(mail)))
                tried += 1
            _give_back(waiting)
    finally:
        with transaction.atomic():
            _settle(sent)
            _give_back(waiting)
        line.hang_up()
    return tried


def sweep(*, now: datetime) -> int:
    """List as uncertain what lost its worker while sending, and wake a worker for what is due; return how many are."""
    with transaction.atomic():
        silent = OutgoingMail.objects.filter(state=State.SENDING, claimed_at__lt=now - _SILENT_AFTER)
        lost = list(silent.select_for_update(skip_locked=True).order_by("pk"))
        count = OutgoingMail.objects.filter(pk__in=[mail.pk for mail in lost]).update(
            state=State.UNCERTAIN, finished_at=now, last_error="The worker ended while the mail was going out."
        )
        for mail in lost:
            mail.state = State.UNCERTAIN
        _tell(lost)
    if count:
        log.error("mail.uncertain", count=count)
    due = OutgoingMail.objects.filter(state=State.QUEUED, not_before__lte=now).count()
    if due:
        _wake()
    return due


class _Line:
    """SMTP connections, kept open from one mail to the next."""

    def __init__(self) -> None:
        self._open: dict[tuple[str, str], smtplib.SMTP] = {}

    def send(self, mail: OutgoingMail) -> Delivery:
        connect = transports.get(mail.transport)
        if connect is None:
            return Delivery(Outcome.REFUSED, f"There is no transport {mail.transport}.")
        try:
            connection = self._open.get((mail.transport, mail.line)) or connect(mail)
        except smtplib.SMTPAuthenticationError as error:
            return Delivery(Outcome.POSTPONED, f"Sign-in refused: {error.smtp_code}")
        except (smtplib.SMTPException, OSError) as error:
            return Delivery(Outcome.POSTPONED, f"{type(error).__name__}: {error}"[:1000])
        delivery = deliver(
            connection,
            sender=mail.sender,
            recipients=mail.recipients,
            raw=signed(bytes(mail.raw), now=clock.now()) if mail.scope else bytes(mail.raw),
            last_try=mail.attempts >= _MOST_ATTEMPTS,
        )
        if delivery.connection_is_good:
            self._open[mail.transport, mail.line] = connection
        else:
            self._open.pop((mail.transport, mail.line), None)
            connection.close()
        mail.server = str(getattr(connection, "_host", ""))[:255]
        return delivery

    def hang_up(self) -> None:
        for connection in self._open.values():
            try:
                connection.quit()
            except (smtplib.SMTPException, OSError):
                connection.close()
        self._open = {}


def _claim(now: datetime) -> list[OutgoingMail]:
    """Take the oldest due rows that no other worker has; the caller commits them as "sending" before they are sent.

    Mailings to who wants none come back as "withheld": they are over.

    One by one, unless many wait: then some at a time, so that one wait for the disk serves them all. Of those a worker
    that is killed leaves none to be sent twice, but may leave some that never began among the uncertain ones.
    """
    parameters = [now, _MANY, _TOGETHER, now, _MANY, now, _WITHHELD, now]
    claimed = sorted(OutgoingMail.objects.raw(_CLAIM, parameters), key=lambda mail: (mail.not_before, mail.pk))
    _tell([mail for mail in claimed if mail.state == State.WITHHELD])
    return claimed


@transaction.atomic
def _withhold(mail: OutgoingMail) -> bool:
    """Whether its recipient has unsubscribed since it was claimed, together with others that went out before it."""
    if not is_suppressed(address=mail.addressee, scope=mail.scope):
        return False
    mail.state, mail.finished_at, mail.last_error = State.WITHHELD, clock.now(), _WITHHELD
    if _mine(mail).update(state=mail.state, finished_at=mail.finished_at, last_error=mail.last_error):
        _tell([mail])
    return True


def _give_back(mails: list[OutgoingMail]) -> None:
    """What was claimed and not begun is queued as before."""
    for mail in mails:
        mine = OutgoingMail.objects.filter(pk=mail.pk, attempts=mail.attempts, state=State.SENDING)
        mine.update(state=State.QUEUED, attempts=mail.attempts - 1, claimed_at=None)
    mails.clear()


def _settle(deliveries: Sequence[tuple[OutgoingMail, Delivery]]) -> None:
    """Write the outcomes, also over "uncertain", which the sweep may have guessed meanwhile."""
    now = clock.now()
    over: list[OutgoingMail] = []
    accepted: list[tuple[int, int, str, str, datetime]] = []
    for mail, delivery in deliveries:
        if delivery.outcome is Outcome.POSTPONED and mail.attempts < _MOST_ATTEMPTS:
            _postpone(mail, delivery, now)
            continue
        state = {Outcome.ACCEPTED: State.ACCEPTED, Outcome.UNCERTAIN: State.UNCERTAIN}.get(
            delivery.outcome, State.FAILED
        )
        mail.state, mail.finished_at, mail.last_error = state, now, delivery.answer
        if state == State.ACCEPTED:
            accepted.append((mail.pk, mail.attempts, mail.last_error, mail.server, now))
        else:
            _mine(mail).update(state=state, finished_at=now, last_error=mail.last_error, server=mail.server)
        (log.info if state == State.ACCEPTED else log.error)("mail.settled", mail_id=mail.pk, state=state)
        over.append(mail)
    if accepted:
        with database.cursor() as cursor:
            execute_values(cursor, _ACCEPT, accepted)
    _tell(over)


def _mine(mail: OutgoingMail) -> QuerySet[OutgoingMail]:
    """The row as long as this attempt is its last."""
    return OutgoingMail.objects.filter(pk=mail.pk, attempts=mail.attempts, state__in=[State.SENDING, State.UNCERTAIN])


def _postpone(mail: OutgoingMail, delivery: Delivery, now: datetime) -> None:
    pause = min(_FIRST_PAUSE * 2 ** (mail.attempts - 1), _LONGEST_PAUSE)
    pause *= random.uniform(0.8, 1.2)  # noqa: S311  those that failed together don't come back together
    _mine(mail).update(
        state=State.QUEUED,
        not_before=now + pause,
        claimed_at=None,
        finished_at=None,
        last_error=delivery.answer,
        server=mail.server,
    )
    log.warning("mail.postponed", mail_id=mail.pk, attempts=mail.attempts)


def _tell(mails: Sequence[OutgoingMail]) -> None:
    """Let the apps that brought the mails know, in the transaction that settles them."""
    by_transport: dict[str, list[OutgoingMail]] = {}
    for mail in mails:
        by_transport.setdefault(mail.transport, []).append(mail)
    for transport, some in by_transport.items():
        if tell := settled.get(transport):
            tell(some)


def _wake(*, in_seconds: float = 0.0) -> None:
    from apps.core import jobs

    if in_seconds > _LONGEST_COUNTDOWN:
        return  # the sweep finds it
    # A moment later than it is due: a worker that looks too early finds nothing and isn't woken again.
    delay = in_seconds + 0.2 if in_seconds else 0.0
    transaction.on_commit(functools.partial(jobs.nudge, jobs.send_outgoing_mail, in_seconds=delay))


def _address(text: str, encoding: str) -> str:
    """The bare address of "Name <address>", its domain in ASCII where it can be."""
    return parseaddr(sanitize_address(text, encoding))[1]
