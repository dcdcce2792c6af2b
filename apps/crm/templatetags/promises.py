"""Promises of orders in templates: `{% load promises %}`."""

from __future__ import annotations

from django import template

from apps.crm.drawing.promises import PromiseView, promise_view
from apps.crm.models import Order

register = template.Library()


@register.simple_tag
def promise_of(order: Order) -> PromiseView | None:
    return promise_view(order)
