"""How fresh figures are, in templates: `{% load freshness %}`."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.safestring import SafeString

from apps.crm.drawing import freshness as drawing
from apps.crm.selectors.freshness import Freshness, Sources

register = template.Library()
_WORST = ("stopped", "late", "awaited", "fresh")

register.filter("meaning", drawing.meaning)
register.filter("as_of_words", drawing.as_of_words)


@register.filter
def light_icon(state: str) -> str:
    return drawing.ICONS[state]


@register.filter
def light_word(state: str) -> str:
    return str(drawing.WORDS[state])


@register.simple_tag
def stale_word() -> str:
    return drawing.stale_word("late")


@register.simple_tag
def fed(fresh: Any) -> SafeString:
    """`<dd{% fed page.money_as_of %}>`: whose figure it is, and whether it is stale."""
    return drawing.fed_by(fresh if isinstance(fresh, Freshness) else None)


@register.simple_tag
def source_of(sources: Any, plant_id: int, group: str) -> Freshness | None:
    """`{% source_of sources order.plant_id "stage" as fresh %}`."""
    return sources.of(plant_id, group) if isinstance(sources, Sources) else None


@register.simple_tag
def lights(sources: Any, groups: str) -> dict[str, Any]:
    """`{% lights sources "stage money" as told %}`: those that tell these figures, the worst first, and the worst."""
    found = sources.of_groups(*groups.split()) if isinstance(sources, Sources) else []
    found = sorted(found, key=lambda each: _WORST.index(each.state))
    return {"all": found, "worst": found[0].state if found else ""}
