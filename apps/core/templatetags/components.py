"""Components of the pages, as plain Django tags; leaves are templates in `templates/components/`."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from django import template
from django.conf import settings
from django.forms import BoundField, CheckboxInput, CheckboxSelectMultiple, RadioSelect, Select
from django.forms.boundfield import BoundWidget
from django.template.base import Template
from django.template.context import Context
from django.template.loader_tags import BLOCK_CONTEXT_KEY
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

register = template.Library()

_ICONS = settings.BASE_DIR / "node_modules" / "@tabler" / "icons" / "icons"
_DRAWING = re.compile(r"<svg[^>]*>(.*)</svg>", re.DOTALL)
_FRAME_PATH = re.compile(r'<path stroke="none" d="M0 0h24v24H0z" fill="none"\s*/>')
_GAP = re.compile(r">\s+<")
AVATAR_COLOURS = 10


@cache
def _drawing(name: str, style: str) -> SafeString:
    """The paths of one Tabler icon; stroke and size come from CSS, so that a row of buttons stays light."""
    if not re.fullmatch(r"[a-z0-9-]+", name):
        raise ValueError(f"{name!r} is no name of an icon")
    path = _ICONS / style / f"{name}.svg"
    if not path.is_file():
        raise FileNotFoundError(f"There is no icon {name!r}. Is node_modules complete (make setup)?")
    found = _DRAWING.search(path.read_text("utf-8"))
    inner = _FRAME_PATH.sub("", found.group(1) if found else "").strip()
    return mark_safe(_GAP.sub("><", inner))


@register.simple_tag
def icon(name: str, *, label: str = "", css: str = "", filled: bool = False) -> SafeString:
    """Draw the Tabler icon `name` inline; with `label` it speaks for itself, else it is decoration."""
    classes = " ".join(filter(None, ["icon", "icon--filled" if filled else "", css]))
    drawing = _drawing(name, "filled" if filled else "outline")
    if label:
        return format_html(
            '<svg class="{}" viewBox="0 0 24 24" role="img" aria-label="{}">{}</svg>', classes, label, drawing
        )
    return format_html('<svg class="{}" viewBox="0 0 24 24" aria-hidden="true">{}</svg>', classes, drawing)


@register.simple_tag(takes_context=True)
def again(context: Context, block: str) -> SafeString:
    """Render the page's block of this name a second time: the title in `<title>` is the heading too."""
    blocks = context.render_context.get(BLOCK_CONTEXT_KEY)
    found = blocks.get_block(block) if blocks else None
    return found.render(context) if found else mark_safe("")


@register.filter
def initials(name: object) -> str:
    """Up to two first letters: "Anna Kovalenko" -> "AK"."""
    words = [word for word in re.split(r"[\s.,\-–—]+", str(name)) if word and word[0].isalnum()]
    picked = words[:1] + words[-1:] if len(words) > 1 else words
    return "".join(word[0].upper() for word in picked)


@register.filter
def hue(name: object) -> int:
    """A stable number from 0 to 9 for the colour of an avatar."""
    return hashlib.sha1(str(name).encode(), usedforsecurity=False).digest()[0] % AVATAR_COLOURS


@register.filter
def percent(done: int | None, total: int | None) -> int:
    """Whole percents of `total`, 0 where nothing is known."""
    return min(100, int(100 * (done or 0) / total)) if total else 0


@register.filter
def get(mapping: Mapping[Any, Any], key: object) -> Any:
    return mapping.get(key)


@register.simple_tag
def attributes(values: Mapping[str, object] | None) -> SafeString:
    """Print a mapping as HTML attributes; `True` stands alone, `None` and `False` stay away."""
    pairs = [(key, value) for key, value in (values or {}).items() if value is not None and value is not False]
    return format_html_join(
        "", "{}", ((format_html(" {}", k) if v is True else format_html(' {}="{}"', k, v),) for k, v in pairs)
    )


@register.filter
def widget_kind(field: BoundField) -> str:
    """How the field component lays a widget out: "check", "checks", "select" or "text"."""
    widget = field.field.widget
    if isinstance(widget, CheckboxSelectMultiple | RadioSelect):
        return "checks"
    if isinstance(widget, CheckboxInput):
        return "check"
    return "select" if isinstance(widget, Select) else "text"


@register.filter
def checkable(choice: BoundWidget) -> SafeString:
    """One box of a group of boxes, with our class."""
    choice.data["attrs"]["class"] = "form-check-input"
    return choice.tag()


@register.simple_tag
def widget(field: BoundField, **attrs: Any) -> SafeString:
    """The field's input with our classes, tied to its help and its errors for screen readers."""
    css = {"check": "form-check-input", "select": "form-select", "text": "form-control"}.get(widget_kind(field), "")
    own = field.field.widget.attrs.get("class", "")
    merged = {key.replace("_", "-"): value for key, value in attrs.items()}
    merged["class"] = " ".join(filter(None, [own, css, "is-invalid" if field.errors else ""]))
    described = [f"{field.auto_id}_help"] if field.help_text else []
    if field.errors:
        described.append(f"{field.auto_id}_error")
        merged["aria-invalid"] = "true"
    if described:
        merged["aria-describedby"] = " ".join(described)
    return field.as_widget(attrs=merged)


def _render(context: Context, name: str, **values: Any) -> SafeString:
    engine_template: Template = context.template.engine.get_template(name)  # type: ignore[union-attr]  # set while rendering
    with context.push(**values):
        return engine_template.render(context)


@register.simple_block_tag(takes_context=True)
def panel(
    context: Context, content: str, *, title: object = "", icon: str = "", id: str = "", css: str = ""
) -> SafeString:
    """A card with an optional heading: `{% panel title="Phones" icon="phone" %}…{% endpanel %}`."""
    return _render(context, "components/panel.html", title=title, icon_name=icon, panel_id=id, css=css, content=content)


@register.simple_block_tag(takes_context=True)
def menu(
    context: Context, content: str, *, label: object, icon: str = "", text: object = "", css: str = "", end: bool = True
) -> SafeString:
    """A button that unfolds its body: works without JavaScript, closes by itself with it."""
    return _render(
        context, "components/menu.html", label=label, icon_name=icon, text=text, css=css, end=end, content=content
    )


@register.simple_block_tag(takes_context=True)
def notice(context: Context, content: str, *, kind: str = "info", title: object = "") -> SafeString:
    """A lasting message on the page; `kind` is info, success, warning or danger."""
    return _render(context, "components/notice.html", kind=kind, title=title, content=content)
