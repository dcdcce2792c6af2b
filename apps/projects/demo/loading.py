"""Writes the groups and projects of the demo company, by services where they are few and by rows where not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import cycle

from django.db import transaction

from apps.accounts.models import User
from apps.activities.services.recording import Context
from apps.activities.services.task_input import TaskInput
from apps.activities.services.tasks import add_task
from apps.contacts.models import Entity
from apps.core.clock import company_day
from apps.projects.demo.guest import let_guest_in
from apps.projects.demo.talk import DAILY, TALKS, TASKS, Line, Talk
from apps.projects.models import Group, Membership, Message, MessageLink, Pin, Project, Reaction, ReadMark
from apps.projects.project_reach import CONTEXT
from apps.projects.services.finding import index_messages
from apps.projects.services.members import make_group, open_direct
from apps.projects.services.participants import add_participants
from apps.projects.services.projects import AboutInput, change_about, make_project_of
from apps.projects.wording import links_in

_DOMAIN = "demo.rapport.example"
_ZONE = "Europe/Kyiv"
_UNREAD = 3  # of each group, for all but who wrote last
_ROLES = ("Client", "Architect", "Builder", "Supplier")


@transaction.atomic
def load_projects(*, now: datetime, password: str) -> int:
    """How many groups were made; 0 where there are some already, or nobody who could be in them."""
    people = {
        role: user for role in ("manager", "sales", "claims", "content", "finance", "project") if (user := _user(role))
    }
    if Group.objects.exists() or len(people) < 6:
        return 0
    for talk in TALKS:
        _load(talk, people, now)
    oak = Project.objects.select_related("group").get(group__title=TALKS[0].title)
    let_guest_in(oak, owner=people["project"], password=password, now=now)
    direct = open_direct(actor=people["manager"], other=people["sales"], now=now - timedelta(days=2))
    lines = (("sales", "Do you have five minutes?"), ("manager", "After lunch."), ("sales", "Perfect."))
    _say(direct, people, lines, begin=now - timedelta(hours=3), step=timedelta(minutes=4), now=now)
    return len(TALKS) + 1


def _user(role: str) -> User | None:
    return User.objects.filter(email=f"{role}@{_DOMAIN}", is_active=True).first()


def _load(talk: Talk, people: dict[str, User], now: datetime) -> None:
    owner, *others = [people[role] for role in talk.roles]
    begin = now - timedelta(days=talk.days)
    group = make_group(actor=owner, title=talk.title, users=others, now=begin, is_channel=talk.is_channel)
    lines = talk.lines
    if talk.city:
        _make_project(talk, group, owner, begin, now)
        lines = (*lines, *_daily(talk))
    step = timedelta(days=talk.days) / (len(lines) + 1)
    messages = _say(group, people, lines, begin=begin, step=step, now=now)
    members = list(Membership.objects.filter(group=group).order_by("pk"))
    Reaction.objects.bulk_create(
        Reaction(message=message, membership=member, sign=sign, made_at=message.sent_at)
        for message, member, sign in zip(messages[::4], cycle(members), cycle("👍🎉✅"), strict=False)
        if member.pk != message.author_id
    )
    if talk.city:
        first = messages[2]
        Pin.objects.create(group=group, message=first, pinned_by=members[0], pinned_at=first.sent_at)


def _daily(talk: Talk) -> Sequence[Line]:
    said = zip(range(talk.days * 4), cycle(DAILY), strict=False)
    return [(role, words.format(floor=1 + day // 24 % 5, number=2 + day % 7)) for day, (role, words) in said]


def _make_project(talk: Talk, group: Group, owner: User, begin: datetime, now: datetime) -> None:
    project = make_project_of(actor=owner, group=group, now=begin)
    about = AboutInput(
        city=talk.city,
        address=talk.address,
        specialisation=talk.specialisation,
        numbers=talk.numbers,
        about=talk.about,
        starts_on=company_day(begin),
        ends_on=company_day(begin + timedelta(days=150)),
    )
    change_about(actor=owner, project=project, data=about, seen_version=project.version, now=begin)
    seen = Entity.objects.visible_to(owner).live().filter(folder__owner=None, folder__is_colleagues=False)
    firms = list(seen.filter(kind=Entity.Kind.ORGANISATION).order_by("pk")[talk.days % 7 : talk.days % 7 + 4])
    for firm, role in zip(firms, _ROLES, strict=False):
        staff = list(seen.filter(organisation_entity=firm).order_by("pk")[:2])
        add_participants(actor=owner, project=project, entities=[firm, *staff], role=role, now=begin)
    data = TaskInput(subject="", zone=_ZONE, assignees=[owner.pk], context=Context(CONTEXT, project.pk))
    for subject, days in TASKS:
        due = company_day(now + timedelta(days=days)) if days is not None else None
        add_task(actor=owner, data=replace(data, subject=subject, due_on=due), now=now)


def _say(
    group: Group, people: dict[str, User], lines: Sequence[Line], *, begin: datetime, step: timedelta, now: datetime
) -> list[Message]:
    members = {each.user_id: each for each in Membership.objects.filter(group=group)}
    rows = [
        Message(
            group=group,
            seq=place,
            rev=place,
            author=members[people[role].pk],
            client_id=f"demo-{place:06}",
            text=words,
            sent_at=begin + step * place,
        )
        for place, (role, words) in enumerate(lines, start=1)
    ]
    messages = Message.objects.bulk_create(rows)
    answers = messages[4::7]
    for answer in answers:
        answer.reply_to = messages[answer.seq - 2]
    Message.objects.bulk_update(answers, ["reply_to"])
    last = messages[-1]
    Group.objects.filter(pk=group.pk).update(last_seq=last.seq, last_rev=last.rev, last_at=last.sent_at)
    MessageLink.objects.bulk_create(
        MessageLink(group=group, message=each, url=url) for each in messages for url in links_in(each.text)
    )
    ReadMark.objects.bulk_create(
        ReadMark(
            membership=member,
            read_seq=last.seq if member.pk == last.author_id else max(0, last.seq - _UNREAD),
            read_at=now,
        )
        for member in members.values()
    )
    index_messages(messages)
    return messages
