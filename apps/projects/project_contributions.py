"""What projects add to the frame, to the history, to contacts and to undo. See docs/extending.md."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy

from apps.accounts.permissions import can_change_settings, is_staff_member
from apps.contacts.models import Entity
from apps.core.contributions import ActivityContext, MenuItem, Panel, Undoer, contexts, menu, panels, undoers, verbs
from apps.core.listing import ListingEntry, listings
from apps.projects import project_listing
from apps.projects.models import Membership, Project
from apps.projects.project_reach import CONTEXT, describe, kept_for, nothing_else, stamp, tokens_of

VERBS = {
    "project.made": gettext_lazy("Project made of a group"),
    "project.closed": gettext_lazy("Project turned back into a group"),
    "project.changed": gettext_lazy("Project changed"),
    "project.participants_added": gettext_lazy("Contacts take part in a project"),
    "project.participant_changed": gettext_lazy("Role in a project changed"),
    "project.participant_removed": gettext_lazy("Contact takes part in a project no more"),
}


def register() -> None:
    """Called once, when the app is ready."""
    for verb, words in VERBS.items():
        verbs.register(verb, words)
    contexts.register(CONTEXT, ActivityContext(tokens_of, nothing_else, describe, kept_for, stamp))
    undoers.register(
        CONTEXT,
        Undoer(
            Project,
            subject_field="pk",
            version_field="version",
            ignore=frozenset({"changed_at", "version"}),
            editable=_editable,
        ),
    )
    listings.register(project_listing.KEY, ListingEntry(_listing))
    item = MenuItem("new", gettext_lazy("Project"), "projects:project_make", "building", is_staff_member, in_sheet=True)
    menu.register("projects.new", item, position=30)
    own = MenuItem(
        "settings",
        gettext_lazy("Fields of projects"),
        "projects:project_fields",
        "forms",
        can_change_settings,
        "/projects/settings/fields/",
    )
    menu.register("projects.fields", own, position=68)
    panel = Panel("contact", "head", gettext_lazy("Projects"), _contact_panel, "building")
    panels.register("projects.of_contact", panel, position=40)


def _listing(request: HttpRequest) -> Any:
    user = request.user
    return project_listing.project_listing() if user.is_authenticated and is_staff_member(user) else None


def _contact_panel(request: HttpRequest, entity: Entity) -> str:
    if not is_staff_member(request.user):
        return ""
    return render_to_string("projects/_of_contact.html", {"entity": entity}, request)


def _editable(actor: Any, ids: Collection[int]) -> set[int]:
    managers = (Membership.Role.OWNER, Membership.Role.ADMIN)
    own = Membership.objects.present().filter(user=actor, group__in=ids, role__in=managers)
    return set(own.values_list("group", flat=True))
