"""What automation rules add to the frame and to undo, and what there is to choose for them. See contributions.py."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from apps.accounts.permissions import is_manager
from apps.core.contributions import MenuItem, Undoer, menu, undoers, verbs
from apps.crm.models import Rule
from apps.crm.rules import actions, conditions, triggers
from apps.crm.services.rule_runs import VERB
from apps.crm.services.rules import after_undo

if TYPE_CHECKING:
    from apps.accounts.models import User

VERBS = {
    VERB: _("A rule acted"),
    "rule.made": _("Rule added"),
    "rule.changed": _("Rule changed"),
    "rule.removed": _("Rule removed"),
}


def register() -> None:
    """Called once, when the app is ready."""
    for verb, title in VERBS.items():
        verbs.register(verb, title)
    triggers.register()
    conditions.register()
    actions.register()
    undoers.register("crm.rule", Undoer(Rule, editable=_editable, after=after_undo))
    item = MenuItem("settings", _("Rules"), "crm:rules", "robot", is_manager, "/crm/rules/")
    menu.register("crm.rules", item, position=64)


def _editable(actor: User, ids: Collection[int]) -> set[int]:
    return set(ids) if is_manager(actor) else set()
