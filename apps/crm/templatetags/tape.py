"""An order's tape in templates: `{% load tape %}`."""

from __future__ import annotations

from django import template
from django.http import HttpRequest
from django.template.context import Context
from django.urls import reverse
from django.utils.safestring import SafeString

from apps.core.contributions import panels
from apps.core.markup import joined
from apps.core.tables import FORMATS
from apps.crm.drawing import tape
from apps.crm.selectors.tape import TapeLine

register = template.Library()

register.filter("tape_corrected", tape.corrected_words)
register.filter("tape_stale", tape.stale_words)


@register.filter
def tape_kind(line: TapeLine) -> str:
    return str(tape.KINDS.get(line.event.kind, line.event.kind))


@register.filter
def tape_lag(line: TapeLine) -> str:
    return tape.lag_words(line.lag)


@register.simple_tag
def tape_files(route: str, order_id: int) -> list[tuple[str, str]]:
    """Title and address of each kind of file."""
    return [(kind.upper(), reverse(route, args=[order_id, kind])) for kind in FORMATS]


@register.simple_tag(takes_context=True)
def tape_links(context: Context, line: TapeLine) -> SafeString:
    """What other parts add to a line: the way to the record as its source sent it."""
    request: HttpRequest = context["request"]
    added = (panel for panel in panels if panel.page == "order_event" and panel.slot == "link")
    return joined(" ", (panel.render(request, line.event) for panel in added))
