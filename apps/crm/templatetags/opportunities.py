"""Cards and sums of opportunities: `{% load opportunities %}`."""

from __future__ import annotations

from django import template

from apps.crm import opportunity_drawing

register = template.Library()
register.simple_tag(opportunity_drawing.opportunity_card, name="opportunity_card")
register.simple_tag(opportunity_drawing.sums, name="amounts")
register.filter("opportunity_stage", opportunity_drawing.stage_badge)
register.filter("stage_colour", opportunity_drawing.colour_of)
