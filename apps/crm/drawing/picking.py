"""The drawing on which a dealer taps what is broken.

Each spot is a link to the part's box in the list below: that works by itself. `<scheme-picker>` makes the spots, and
the parts under them, boxes to tick; what counts is always the box of the form.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from apps.core.markup import fill, joined
from apps.crm.drawing.parts import Part, Scheme
from apps.crm.drawing.schemes import hatching, in_layers, shape
from apps.crm.drawing.touches import Layout, lay_out


def draw_picker(
    scheme: Scheme, boxes: Mapping[str, str], *, chosen: Collection[str] = (), label: str = ""
) -> SafeString:
    """`boxes` has the element's id of each part's box; `chosen` are those ticked."""
    layout = lay_out(scheme)
    margin = round(layout.radius)
    wide, high = scheme.width + 2 * margin, scheme.height + 2 * margin
    parts = [_part(part, scheme, is_chosen=part.id in chosen) for part in in_layers(scheme)]
    spots = [_spot(part, layout, boxes.get(part.id, ""), is_chosen=part.id in chosen) for part in scheme.parts]
    return fill(
        '<svg class="scheme scheme--touch" viewBox="{} {} {} {}" width="{}" height="{}" role="group" aria-label="{}">'
        "{}{}</svg>",
        *(-margin, -margin, wide, high, round(wide * layout.scale), round(high * layout.scale)),
        *(label or _("Drawing"), joined("", parts), joined("", spots)),
    )


def _part(part: Part, scheme: Scheme, *, is_chosen: bool) -> SafeString:
    return fill(
        '<g class="scheme__part" data-part="{}"{} aria-hidden="true">{}<path class="scheme__hatch" d="{}"/></g>',
        *(part.id, _sign(is_chosen=is_chosen), shape(part), hatching(part, scheme)),
    )


def _spot(part: Part, layout: Layout, box: str, *, is_chosen: bool) -> SafeString:
    """The dot is small, the circle around it that hears the finger isn't seen."""
    x, y = (round(each) for each in layout.places[part.id])
    radius = layout.radius
    return fill(
        '<a class="scheme__spot" href="#{}" data-part="{}"{} aria-label="{}. {}"><circle class="scheme__hit" cx="{}"'
        ' cy="{}" r="{}"/><circle class="scheme__dot" cx="{}" cy="{}" r="{}"/>'
        '<text class="scheme__number" x="{}" y="{}" font-size="{}">{}</text></a>',
        *(box, part.id, _sign(is_chosen=is_chosen), part.number, part.name, x, y, round(radius, 1)),
        *(x, y, round(radius * 0.5, 1), x, round(y + radius * 0.21, 1), round(radius * 0.6, 1), part.number),
    )


def _sign(*, is_chosen: bool) -> SafeString:
    return SafeString(" data-chosen") if is_chosen else SafeString("")
