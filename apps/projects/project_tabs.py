"""The tabs above a project's pages, of which the chat opens first, and above the summaries of all projects."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from apps.projects.models import Project


def page_context(project: Project, current: str) -> dict[str, Any]:
    return {"project": project, "group": project.group, "tabs": project_tabs(project.pk, current)}


def project_tabs(group_id: int, current: str) -> list[dict[str, Any]]:
    titles = [
        ("chat", _("Chat"), "projects:group", "messages"),
        ("about", pgettext("project", "About"), "projects:project_about", "info-circle"),
        ("contacts", _("Contacts"), "projects:participants", "address-book"),
        ("history", _("History"), "projects:project_history", "history"),
        ("tasks", _("Tasks"), "projects:project_tasks", "checkbox"),
        ("files", _("Files"), "projects:group_files", "paperclip"),
        ("links", _("Links"), "projects:group_links", "link"),
    ]
    return [_tab(key == current, title, reverse(route, args=[group_id]), icon) for key, title, route, icon in titles]


def summary_tabs(current: str) -> list[dict[str, Any]]:
    titles = [
        ("groups", _("Groups"), "projects:group_list", "messages"),
        ("projects", _("Projects"), "projects:project_list", "building"),
        ("history", _("History"), "projects:history_of_all", "history"),
        ("tasks", _("Tasks"), "projects:tasks_of_all", "checkbox"),
    ]
    return [_tab(key == current, title, reverse(route), icon) for key, title, route, icon in titles]


def _tab(is_current: bool, title: str, url: str, icon: str) -> dict[str, Any]:
    return {"title": title, "url": url, "is_current": is_current, "icon": icon, "count": None}
