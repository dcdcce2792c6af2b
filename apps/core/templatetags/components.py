"""Components of the pages, as plain Django tags; leaves are templates in `templates/components/`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import template
from django.forms import BoundField, CheckboxInput, CheckboxSelectMultiple, RadioSelect, Select
from django.forms.boundfield import BoundWidget
from django.template.base import Node, Parser, Template, TextNode, Token
from django.template.context import Context
from django.template.library import SimpleNode
from django.template.loader_tags import BLOCK_CONTEXT_KEY
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from apps.core import frame, markup
from apps.core.contributions import banners, bells

register = template.Library()


@register.simple_tag(name="icon")
def _icon(name: str, *, label: object = "", css: str = "", filled: bool = False) -> SafeString:
    return markup.icon(name, label=str(label), css=css, filled=filled)


_parse_icon = register.tags["icon"]


@register.tag
def icon(parser: Parser, token: Token) -> Node:
    """Draw the Tabler icon `name` inline; with `label` it speaks for itself, else it is decoration.

    Where the template says all of it, it is drawn as the template is read: a page has eighty.
    """
    node: SimpleNode = _parse_icon(parser, token)
    words = [*node.args, *node.kwargs.values()]
    said = all(isinstance(word.var, str) and not word.filters for word in words)  # a translated label is no str
    return TextNode(node.render(Context())) if said and node.target_var is None else node


register.simple_tag(markup.record_url)
register.filter("prose", markup.prose)


@register.simple_tag
def icon_symbols(names: tuple[str, ...] = markup.SYMBOLS) -> SafeString:
    """The drawings that rows or menus share; once a page."""
    return markup.symbols(names)


register.simple_tag(markup.symbol)


@register.simple_tag(takes_context=True)
def kept(context: Context, name: str) -> SafeString:
    """`{% include %}` for a part of the frame that many readers share: the template sees `frame.shared` alone."""
    its = context["frame"]
    drawn = frame.draw(name, its.shared)
    return mark_safe(frame.with_numbers(drawn, its.user, its.numbers)) if its.is_signed_in else drawn


@register.simple_tag
def number_place(key: str) -> SafeString:
    """Where a kept menu shows what `key` counts for its reader."""
    return mark_safe(frame.number_place(key))


@register.simple_tag(takes_context=True)
def again(context: Context, block: str) -> SafeString:
    """Render the page's block of this name a second time: the title in `<title>` is the heading too."""
    blocks = context.render_context.get(BLOCK_CONTEXT_KEY)
    found = blocks.get_block(block) if blocks else None
    return found.render(context) if found else mark_safe("")


@register.simple_tag(takes_context=True)
def page_banners(context: Context) -> SafeString:
    """What apps put above this page."""
    return mark_safe("".join(draw(context["request"]) for draw in banners)) if "request" in context else mark_safe("")


@register.simple_tag(takes_context=True)
def bell(context: Context) -> dict[str, Any] | None:
    """What the bell in the top bar shows of its reader's unread notices; None where no app rings it."""
    user = context["request"].user
    for each in bells:
        if not each.rings_for(user):
            continue
        count = each.count(user)
        return {
            "user_id": user.pk,
            "count": count,
            "is_more": count >= each.most,
            "shown": f"{each.most - 1}+" if count >= each.most else str(count),
            "url": reverse(each.url_name),
            "part_url": reverse(each.part_url_name),
        }
    return None


register.filter("initials", markup.initials)
register.filter("hue", markup.hue)


@register.simple_tag
def avatar(name: object, *, url: str = "", size: str = "", kind: str = "") -> SafeString:
    return markup.avatar(name, url=url or "", size=size or "", kind=kind or "person")


@register.simple_tag
def call_button(href: str, number: str, name: object, *, icon_only: bool = False) -> SafeString:
    return markup.call_button(href=href, number=number, name=name, icon_only=bool(icon_only))


@register.simple_tag
def mail_button(href: str, address: str, name: object, *, icon_only: bool = False) -> SafeString:
    return markup.mail_button(href=href, address=address, name=name, icon_only=bool(icon_only))


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
def options(choices: Iterable[Mapping[str, Any]]) -> SafeString:
    """Options of a select, given as Django's widgets describe them."""
    rows = ((each["value"], attributes(each["attrs"]) if each["attrs"] else "", each["label"]) for each in choices)
    return markup.fill_each('\n<option value="{}"{}>{}</option>', rows)


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
