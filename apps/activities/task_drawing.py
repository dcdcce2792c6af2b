"""What rows, cards and lists show of a task: state, day, who has it in hand; plain functions, many stand on a page."""

from __future__ import annotations

from datetime import date, time
from typing import TYPE_CHECKING, Any

from django.utils.safestring import SafeString
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from apps.accounts.templatetags.formats import day, moment
from apps.activities.models.tasks import Task, moment_of
from apps.core.markup import fill, icon, record_url, symbol

if TYPE_CHECKING:
    from apps.activities.models import Activity

COLOURS = {"open": "blue", "in_progress": "purple", "waiting": "yellow", "done": "green", "cancelled": ""}
_NOTHING = SafeString("")


def task_page(activity: Activity) -> str:
    return record_url("activities:task", activity.pk)


def draw_task(activity: Activity) -> str:
    """On a timeline: its state, day and people, a way to its page, and one button to complete it for whoever may."""
    facts = activity.facts
    parts = [badge(facts.get("state", "open")), due(facts), people(facts), steps(facts)]
    page = record_url("activities:task", activity.pk)
    may_complete = not facts.get("is_over") and getattr(activity, "may_complete", False)
    complete = complete_button(activity.pk, activity.subject) if may_complete else _NOTHING
    return fill(
        '<div class="task-facts" id="task-facts-{}">{}<a href="{}">{}</a>{}</div>',
        *(activity.pk, fill("{}" * len(parts), *parts), page, _("Open task"), complete),
    )


def complete_button(pk: int, subject: str) -> SafeString:
    """Completes it where it stands; without JavaScript its page has the same button."""
    return fill(
        '<a class="btn btn--plain task-facts__complete" role="button" href="{}" hx-post="{}?as=facts"'
        ' hx-target="#task-facts-{}" hx-swap="outerHTML" aria-label="{}">{}{}</a>',
        *(record_url("activities:task", pk), record_url("activities:task_complete", pk), pk),
        *(_("Complete: %(task)s") % {"task": subject}, icon("check"), _("Complete")),
    )


def badge(state: str, *, wide: bool = False) -> SafeString:
    colour = COLOURS.get(state, "") or "grey"
    if wide:
        return fill('<span class="status status--{} status--wide">{}</span>', colour, state_title(state))
    return fill('<span class="status status--{}">{}</span>', colour, state_title(state))


def state_title(state: str) -> str:
    return str(Task.State(state).label) if state in Task.State.values else state


def due(facts: dict[str, Any], *, today: date | None = None, bare: bool = False) -> SafeString:
    """When it is due by the reader's clocks, red once that day is over."""
    if not facts.get("due_on"):
        return _NOTHING
    on = date.fromisoformat(facts["due_on"])
    shown: object = day(on)
    if facts.get("due_at"):
        due_moment = moment_of(on, time.fromisoformat(facts["due_at"]), facts["zone"])
        on, shown = localdate(due_moment), moment(due_moment)
    late = today is not None and on < today and not facts.get("is_over")
    css = "task-due task-due--late" if late else "task-due"
    words = fill('<span class="visually-hidden">{} </span>', _("Overdue since") if late else _("Due"))
    if bare:
        return fill('<span class="{}">{}</span>', css, shown)
    again = icon("repeat", label=_("Repeated")) if facts.get("repeats") else _NOTHING
    return fill('<span class="{}">{}{}{}{}</span>', css, symbol("calendar-due"), words, shown, again)


def people(facts: dict[str, Any]) -> SafeString:
    names = facts.get("assignees") or []
    return fill('<span class="task-people">{}{}</span>', icon("user"), ", ".join(names)) if names else _NOTHING


def steps(facts: dict[str, Any]) -> SafeString:
    if not facts.get("items"):
        return _NOTHING
    done, whole = facts["items"]
    return fill('<span class="task-steps">{}{}/{}</span>', icon("list-check"), done, whole)


def priority(value: int) -> SafeString:
    """Only what is out of the ordinary is said."""
    if value == Task.Priority.HIGH:
        return fill('<span class="status status--red">{}{}</span>', icon("arrow-up"), _("High"))
    if value == Task.Priority.LOW:
        return fill('<span class="status status--grey">{}{}</span>', icon("arrow-down"), _("Low"))
    return _NOTHING
