"""The styles of a stranger's mail, declaration by declaration through an allow-list."""

from __future__ import annotations

from collections.abc import Iterable

import tinycss2
from tinycss2 import ast

# What shapes text and tables. Nothing that positions, layers, animates, loads or makes content.
PROPERTIES = frozenset({
    "background-color", "border", "border-bottom", "border-bottom-color", "border-bottom-style", "border-bottom-width",
    "border-collapse", "border-color", "border-left", "border-left-color", "border-left-style", "border-left-width",
    "border-radius", "border-right", "border-right-color", "border-right-style", "border-right-width", "border-spacing",
    "border-style", "border-top", "border-top-color", "border-top-style", "border-top-width", "border-width", "color",
    "direction", "font", "font-family", "font-size", "font-style", "font-variant", "font-weight", "height",
    "letter-spacing", "line-height", "list-style-type", "margin", "margin-bottom", "margin-left", "margin-right",
    "margin-top", "max-height", "max-width", "min-height", "min-width", "padding", "padding-bottom", "padding-left",
    "padding-right", "padding-top", "table-layout", "text-align", "text-decoration", "text-indent", "text-transform",
    "unicode-bidi", "vertical-align", "white-space", "width", "word-break", "word-spacing", "word-wrap",
    "overflow-wrap", "background", "float", "clear",
})  # fmt: skip
_FUNCTIONS = frozenset({"rgb", "rgba", "hsl", "hsla"})
_LIMIT = 4000  # characters of one style attribute
_DISPLAYS = frozenset({"none", "block", "inline", "inline-block", "table", "table-row", "table-cell", "list-item"})


def safe_style(style: str) -> str:
    """The declarations of `style` that may stay, newly written; no addresses, no negative lengths.

    Values are taken apart (CSS Syntax Module Level 3) and written out again, so that escapes and
    comments hide nothing.
    """
    kept = []
    for rule in tinycss2.parse_declaration_list(style[:_LIMIT], skip_comments=True, skip_whitespace=True):
        if not isinstance(rule, ast.Declaration):
            continue
        name = rule.lower_name
        if (name in PROPERTIES and _is_harmless(rule.value)) or (name == "display" and _is_display(rule.value)):
            kept.append(f"{name}:{tinycss2.serialize(rule.value).strip()}")
    return ";".join(kept)


def _is_harmless(tokens: Iterable[ast.Node]) -> bool:
    for token in tokens:
        if isinstance(token, ast.FunctionBlock):
            if token.lower_name not in _FUNCTIONS or not _is_harmless(token.arguments):
                return False
        elif isinstance(token, ast.NumberToken | ast.DimensionToken | ast.PercentageToken):
            if token.value < 0 or token.value > 10_000:
                return False  # text moved out of sight or over other text
        elif isinstance(token, ast.StringToken):
            if any(sign in token.value for sign in "<>\\"):
                return False
        elif isinstance(token, ast.IdentToken):
            if not token.value.replace("-", "").isalnum():
                return False
        elif isinstance(token, ast.LiteralToken):
            if token.value not in {",", "/"}:
                return False
        elif not isinstance(token, ast.WhitespaceToken | ast.HashToken | ast.Comment):
            return False
    return True


def _is_display(tokens: Iterable[ast.Node]) -> bool:
    words = [token for token in tokens if not isinstance(token, ast.WhitespaceToken)]
    return len(words) == 1 and isinstance(words[0], ast.IdentToken) and words[0].lower_value in _DISPLAYS
