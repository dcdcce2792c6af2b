"""How tasks are drawn in templates; the drawing itself is `task_drawing`'s."""

from __future__ import annotations

from django import template
from django.utils.safestring import SafeString
from django.utils.timezone import localdate

from apps.activities import task_drawing
from apps.activities.forms.tasks import REPEATS
from apps.activities.models import Task
from apps.core import clock

register = template.Library()


@register.filter
def state_badge(task: Task) -> SafeString:
    return task_drawing.badge(task.state)


@register.filter
def priority_badge(task: Task) -> SafeString:
    return task_drawing.priority(task.priority)


@register.filter
def due_shown(task: Task) -> SafeString:
    return task_drawing.due(task.activity.facts, today=localdate(clock.now()))


@register.filter
def due_bare(task: Task) -> SafeString:
    """For cards, which stand by the hundred: without a picture."""
    return task_drawing.due(task.activity.facts, today=localdate(clock.now()), bare=True)


@register.filter
def people_shown(task: Task) -> SafeString:
    return task_drawing.people(task.activity.facts)


@register.filter
def steps_shown(task: Task) -> SafeString:
    return task_drawing.steps(task.activity.facts)


@register.filter
def repeats(task: Task) -> object:
    """How often it comes again, in words where the form has them."""
    return dict(REPEATS).get(task.rrule, task.rrule)
