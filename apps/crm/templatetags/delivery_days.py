"""The words of a delivery's day in templates: `{% load delivery_days %}`."""

from __future__ import annotations

from django import template

from apps.crm.drawing import days

register = template.Library()

register.filter("day_words", days.day_words)
register.filter("day_state", days.state_words)
register.filter("day_window", days.window)
register.filter("day_explained", days.explained)
