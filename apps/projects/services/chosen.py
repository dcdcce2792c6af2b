"""What is done with several messages at once: all of it, or nothing."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.activities.models import Task
from apps.projects import permissions
from apps.projects.models import Group, Message
from apps.projects.services.becoming import make_task
from apps.projects.services.members import make_group, member_of
from apps.projects.services.messages import delete_message, forward_message

MOST = 100  # messages at once
_SUBJECT = 200


@transaction.atomic
def forward_messages(
    *, actor: User, messages: Sequence[Message], groups: Iterable[Group], key: str, now: datetime
) -> None:
    """Say these in each of `groups`, in the order in which they were said; with the same `key` (a UUID) once.

    Raises PermissionDenied where one may not write, or not read one of them; ValidationError for too many.
    """
    for group in sorted(groups, key=lambda each: each.pk):
        for message in _in_order(messages):
            client_id = f"{key[:18]}-{message.pk}"
            forward_message(actor=actor, message=message, group=group, client_id=client_id, now=now)


@transaction.atomic
def gather_group(
    *, actor: User, messages: Sequence[Message], title: str, users: Iterable[User], key: str, now: datetime
) -> Group:
    """A new group that begins with what was said elsewhere, each under its author's name.

    Raises PermissionDenied, ValidationError.
    """
    group = make_group(actor=actor, title=title, users=users, now=now)
    forward_messages(actor=actor, messages=messages, groups=[group], key=key, now=now)
    return group


@transaction.atomic
def make_tasks(
    *,
    actor: User,
    messages: Sequence[Message],
    zone: str,
    now: datetime,
    assignees: Collection[int] = (),
    due_on: date | None = None,
) -> list[Task]:
    """A task of each, called as its first line. Raises PermissionDenied, ValidationError."""
    return [
        make_task(
            actor=actor,
            message=message,
            subject=subject_of(message),
            zone=zone,
            now=now,
            assignees=assignees,
            due_on=due_on,
        )
        for message in _in_order(messages)
    ]


@transaction.atomic
def delete_messages(*, actor: User, messages: Sequence[Message], now: datetime) -> None:
    """Raises PermissionDenied unless `actor` may delete each of them; ValidationError for too many."""
    for message in _in_order(messages):
        delete_message(actor=actor, message=message, now=now)


def may_delete_all(actor: User, group: Group, messages: Iterable[Message]) -> bool:
    member = member_of(actor, group)
    return all(permissions.can_delete(group, member, message) for message in messages)


def subject_of(message: Message) -> str:
    """The first line of what was said; of mere files that they are files."""
    return message.text.strip().partition("\n")[0][:_SUBJECT] or _("Files")


def _in_order(messages: Sequence[Message]) -> list[Message]:
    if not messages:
        raise PermissionDenied
    if len(messages) > MOST:
        raise ValidationError(_("No more than %(most)s messages at once.") % {"most": MOST})
    return sorted(messages, key=lambda each: (each.group_id, each.seq))
