"""What the bell, mails and pushes say of messages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.accounts.permissions import is_staff_member
from apps.projects.models import Message
from apps.projects.services.mentioning import MENTIONED

if TYPE_CHECKING:
    from apps.activities.models import Notice
    from apps.projects.models.messages import MessageQuerySet


def messages_told(user: User) -> MessageQuerySet:
    """A dealer's people are told of none, and their database role reads none."""
    return Message.objects.visible_to(user).standing() if is_staff_member(user) else Message.objects.none()


def notice_lines(user: User, notices: Sequence[Notice]) -> dict[int, tuple[str, str, str, str]]:
    """What notices about messages say, by their id."""
    told = messages_told(user).filter(pk__in={each.record_id for each in notices})
    found = {each.pk: each for each in told.select_related("group", "author")}
    lines = {}
    for each in notices:
        message = found.get(each.record_id or 0)
        if message is None:
            continue
        names = {"name": message.author.display_name, "group": message.group.title}
        if each.verb == MENTIONED:
            icon, headline = "at", _("%(name)s mentions you in %(group)s") % names
        else:
            icon, headline = "message", _("%(name)s wrote to you") % names
        url = f"{reverse('projects:group', args=[message.group_id])}?at={message.seq}"
        lines[each.pk] = (icon, headline, Truncator(message.text).chars(160), url)
    return lines
