"""What groups add to the frame and to live events. See docs/extending.md."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy

from apps.accounts.permissions import is_staff_member
from apps.core.contributions import (
    MenuItem,
    NoticeRecord,
    SearchProvider,
    live,
    menu,
    notice_records,
    operation_runners,
    search,
    verbs,
)
from apps.projects import home_contributions
from apps.projects.models import Group
from apps.projects.notices import messages_told, notice_lines
from apps.projects.search_box import find_groups, find_said
from apps.projects.services.mentioning import RECORD
from apps.projects.services.telegram_undo import TAKEN_BACK, run_taking_back
from apps.projects.services.telegram_uploads import IMPORTED, run_import

VERBS = {
    "group.made": gettext_lazy("Group made"),
    "group.members_added": gettext_lazy("Colleagues added to a group"),
    "group.member_left": gettext_lazy("Left a group"),
    "group.role_set": gettext_lazy("Role in a group changed"),
    "group.record_added": gettext_lazy("Order added to a group"),
    "group.record_removed": gettext_lazy("Order taken out of a group"),
    "group.record_silenced": gettext_lazy("News of an order in a group chosen"),
    "topic.made": gettext_lazy("Topic split off"),
    "topic.renamed": gettext_lazy("Topic renamed"),
    "topic.closed": gettext_lazy("Topic closed"),
    "topic.reopened": gettext_lazy("Topic opened again"),
    "topic.messages_moved": gettext_lazy("Messages moved between topics"),
    "message.pinned": gettext_lazy("Message pinned"),
    "message.unpinned": gettext_lazy("Message unpinned"),
    IMPORTED: gettext_lazy("Chat imported from Telegram"),
    TAKEN_BACK: gettext_lazy("Imported chat taken back"),
    "message.decided": gettext_lazy("Message marked as a decision"),
    "message.undecided": gettext_lazy("Message is no decision any more"),
}


def register() -> None:
    """Called once, when the app is ready."""
    home_contributions.register()
    live.register("group", _may_hear)
    operation_runners.register(IMPORTED, run_import)
    operation_runners.register(TAKEN_BACK, run_taking_back)
    groups = MenuItem(
        "main", gettext_lazy("Groups"), "projects:group_list", "messages", is_staff_member, section="/projects/"
    )
    menu.register("projects", groups, position=70)
    search.register("groups", SearchProvider(gettext_lazy("Groups"), find_groups), position=130)
    search.register("messages", SearchProvider(gettext_lazy("Messages"), find_said), position=140)
    notice_records.register(RECORD, NoticeRecord(messages_told, notice_lines))
    for verb, words in VERBS.items():
        verbs.register(verb, words)


def _may_hear(user: Any, channel: str) -> bool:
    """Members hear their group: "group:7:uk" in the words of a language."""
    _prefix, _sign, rest = channel.partition(":")
    key, _sign, language = rest.partition(":")
    if not key.isdecimal() or len(key) > 18 or language not in dict(settings.LANGUAGES):
        return False
    return is_staff_member(user) and Group.objects.visible_to(user).filter(pk=int(key)).exists()
