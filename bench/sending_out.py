"""The campaign of `bench.whole_campaign`: sent, disturbed, and compared with the notes of the server that took it."""

from __future__ import annotations

import copy
import itertools
import signal
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from apps.accounts.models import User
from apps.accounts.permissions import remember_roles
from apps.contacts.models import EmailAddress, Entity, Folder, Unit
from apps.contacts.services.bouncing import mark_bounced
from apps.core import clock
from apps.core import jobs as core_jobs
from apps.core.batch import portions
from apps.core.models import OutgoingMail, Suppression
from apps.core.services import outbox
from apps.crm import jobs
from apps.crm.models import Campaign, CampaignRecipient
from apps.crm.models.campaigns import MOST_PER_MINUTE
from apps.crm.services.campaigns import CampaignInput, make_campaign, start_campaign
from apps.crm.services.mailings.leaving import leave_by_letter
from apps.crm.services.mailings.tokens import Letter
from apps.crm.services.segments import save_segment
from apps.crm.signals import mailing_returned
from bench.figures import Row, say
from bench.house import House
from bench.messaging_out import sink
from bench.workers import Workers, workers

_LEAVERS, _RETURNED = 500, 200
_PORTION = 5000
_MAKE_EVERY, _SWEEP_EVERY = 10, 15  # seconds, as beat does
_ON_THE_WIRE = 2.0  # seconds that a mail, asked about before its reader left, may be on its way
_SILENCE = timedelta(minutes=11)  # after which a worker that doesn't settle counts as dead
_STUCK = 300.0  # seconds without a mail
State = CampaignRecipient.State


@dataclass
class Happened:
    """`left` has the moment at which it stood that somebody gets no more."""

    left: dict[str, float] = field(default_factory=dict)
    returned: set[str] = field(default_factory=set)
    killed: int = 0


def send_out(house: House, count: int, folder: Path) -> Iterator[Row]:
    writer = copy.copy(house.user)
    remember_roles(writer, {"sales", "content"})
    _people(house, count)
    say(f"{count:,} contacts made")
    campaign = _draft(writer)
    notes, happened = folder / "notes", Happened()
    with sink(notes) as port:
        began = time.time()
        campaign = start_campaign(actor=writer, campaign=campaign, now=clock.now())
        yield Row("recipients frozen", round(campaign.total / (time.time() - began)), "rows/s")
        with workers(folder / "workers.log", EMAIL_HOST="127.0.0.1", EMAIL_PORT=str(port)) as crew:
            _watch(campaign, crew, happened, notes)
        outbox.sweep(now=clock.now() + _SILENCE)
    yield from _compared(campaign, _read(notes), happened, began)


def _people(house: House, count: int) -> None:
    folder = Folder.objects.get_or_create(is_default=True, defaults={"name": "Everyone"})[0]
    now = clock.now()
    for numbers in portions(range(count), _PORTION):
        made = Entity.objects.bulk_create(
            Entity(
                kind="person",
                first_name="Olena",
                last_name=f"Koval {number}",
                display_name=f"Olena Koval {number}",
                sort_name=f"koval {number}",
                name_key=f"olena koval {number}",
                primary_email=f"olena.{number}@reader{number % 97}.example",
                folder=folder,
                owner=house.user,
                created_at=now,
                modified_at=now,
            )
            for number in numbers
        )
        units = Unit.objects.bulk_create(Unit(entity=each, kind="work", is_primary=True) for each in made)
        EmailAddress.objects.bulk_create(
            EmailAddress(unit=unit, entity=each, address=each.primary_email, is_primary=True)
            for unit, each in zip(units, made, strict=True)
        )


def _draft(writer: User) -> Campaign:
    now = clock.now()
    query = {"filters": {"has_email": ["yes"]}}
    segment = save_segment(actor=writer, name="All", tab="all", query=query, is_shared=False, now=now)
    data = CampaignInput(
        name="Oak",
        segment=segment,
        language="en",
        subject="Oak for {{ contact.name }}",
        body='<p>Dear {{ contact.name }}, see <a href="https://vikna.example/oak">our oak</a>.</p>',
        per_minute=MOST_PER_MINUTE,
    )
    return make_campaign(actor=writer, data=data, now=now)


def _watch(campaign: Campaign, crew: Workers, happened: Happened, notes: Path) -> None:
    """Until everything has left: nudge as beat does, let readers leave, let mails come back, kill a worker."""
    crew.start("default")
    victim = crew.start("mail", "timely")
    crew.start("mail", "timely")
    sent, moved_at = 0, time.monotonic()
    for second in itertools.count():
        if second % _MAKE_EVERY == 0:
            core_jobs.nudge(jobs.run_campaigns)
        if second % _SWEEP_EVERY == 0:
            core_jobs.nudge(core_jobs.sweep_outbox)
        time.sleep(1)
        there = _count(notes)
        if there > sent:
            sent, moved_at = there, time.monotonic()
        share = sent / campaign.total
        _let_leave(campaign, happened, round(_LEAVERS * min(1, share * 1.4)))
        _let_return(campaign, happened, round(_RETURNED * min(1, share * 1.4)))
        if share >= 0.5 and not happened.killed:
            victim.send_signal(signal.SIGKILL)
            happened.killed = victim.pid
            crew.start("mail", "timely")
        if second % 20 == 0:
            say(f"{sent:,} of {campaign.total:,} after {second} s")
        if second % 5 == 0 and _is_over(campaign) and time.monotonic() - moved_at > 10:
            return
        if time.monotonic() - moved_at > _STUCK:
            say(f"no mail for {_STUCK:.0f} s")
            return


def _is_over(campaign: Campaign) -> bool:
    campaign.refresh_from_db()
    waits = OutgoingMail.objects.filter(state=OutgoingMail.State.QUEUED, transport="campaign")
    return campaign.state == Campaign.State.DONE and not waits.exists()


def _let_leave(campaign: Campaign, happened: Happened, wanted: int) -> None:
    """By the link in another mail: half of them wait for this one, half of the mails lie in the outbox already."""
    missing = wanted - len(happened.left)
    for state, most in ((State.MADE, (missing + 1) // 2), (State.WAITING, missing // 2)):
        rows = CampaignRecipient.objects.filter(campaign=campaign, state=state)
        rows = rows.exclude(address__in=happened.left).order_by("pk")
        for address in list(rows.values_list("address", flat=True)[:most]):
            leave_by_letter(Letter(address, campaign.scope, campaign.origin), now=clock.now())
            happened.left[address] = time.time()


def _let_return(campaign: Campaign, happened: Happened, wanted: int) -> None:
    rows = CampaignRecipient.objects.filter(campaign=campaign, state=State.SENT, returned_at=None).order_by("pk")
    for row in rows.exclude(address__in=happened.left).select_related("outgoing")[: wanted - len(happened.returned)]:
        now = clock.now()
        mark_bounced(addresses={row.address}, now=now)
        told = {"kind": Suppression.Reason.BOUNCED, "address": row.address, "origin": "", "mail": row.outgoing}
        mailing_returned.send(sender=None, **told, now=now)
        happened.returned.add(row.address)


def _count(notes: Path) -> int:
    return notes.read_bytes().count(b"\n") if notes.exists() else 0


def _read(notes: Path) -> list[tuple[float, str]]:
    lines = (line.split() for line in notes.read_text().splitlines())
    return [(float(moment), address) for moment, address in lines]


def _compared(campaign: Campaign, taken: list[tuple[float, str]], happened: Happened, began: float) -> Iterator[Row]:
    moments = [moment for moment, _address in taken]
    yield Row("mails taken at the other end", len(taken), "mails")
    yield Row("from the start to the last one", round(max(moments) - began), "s")
    yield Row("sent, from the first to the last", round(len(taken) / (max(moments) - min(moments)), 1), "mails/s")
    counted = Counter(address for _moment, address in taken)
    states = dict(CampaignRecipient.objects.filter(campaign=campaign).values_list("address", "state"))
    by_state = Counter(states.values())
    yield Row("recipients who got two", sum(number > 1 for number in counted.values()), "people", 0)
    late = [moment - happened.left[address] for moment, address in taken if address in happened.left]
    leavers = min(_LEAVERS, campaign.total // 20)
    yield Row("people who unsubscribed meanwhile", len(happened.left), "people", leavers, at_least=True)
    yield Row("of them, got a mail after that", sum(each > _ON_THE_WIRE for each in late), "people", 0)
    yield Row("the last one on its way at that moment", round(max([0.0, *late]) * 1000), "ms")
    yield Row("mails that came back", len(happened.returned), "mails", _RETURNED, at_least=True)
    noted = CampaignRecipient.objects.filter(campaign=campaign, returned_at__isnull=False).count()
    yield Row("of them, not noted", len(happened.returned) - noted, "mails", 0)
    yield Row("workers killed", int(bool(happened.killed)), "processes", 1, at_least=True)
    yield Row("uncertain, and listed", by_state[State.UNCERTAIN], "people", 10)
    yield Row("withheld", by_state[State.WITHHELD], "people")
    wrong = [
        address
        for address, state in states.items()
        if (state == State.SENT and address not in counted)
        or (state in (State.WITHHELD, State.FAILED) and address in counted)
        or state in (State.WAITING, State.MADE)
        or (state == State.FAILED)
    ]
    strangers = counted.keys() - states.keys()
    yield Row("of whom the house says something else", len(wrong) + len(strangers), "people", 0)
    missing = [a for a, state in states.items() if a not in counted and a not in happened.left and state != "uncertain"]
    yield Row("missing", len(missing), "people", 0)
