"""The rows of a list as HTML, put together without a template: four hundred cells a page are too many for one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from apps.core.listing.columns import Column
from apps.core.markup import quoted

if TYPE_CHECKING:
    from apps.core.listing import Listing


def draw_rows(listing: Listing, columns: Sequence[Column], records: Sequence[Any]) -> SafeString:
    """One `<tr>` a record. What a cell returns is escaped unless it is safe already."""
    opened = [(*_openings(column), "</th>" if column.fixed else "</td>", column) for column in columns]
    parts: list[str] = []
    news, mark = listing.news, _mark()
    for record in records:
        is_new = news is not None and news.is_new(record)
        parts.append('<tr class="rows__row" data-row>')
        if listing.actions:
            parts.append(
                '<td class="rows__check"><input class="form-check-input" type="checkbox" name="ids"'
                f' form="list-selection" value="{record.pk}" aria-label="{quoted(listing.row_label(record))}"></td>'
            )
        for opening, bare, closing, column in opened:
            value = column.cell(record)
            text = "" if value is None else quoted(value)
            if column.fixed and listing.row_url:
                text = f'<a class="rows__link" href="{quoted(listing.row_url(record))}">{text}</a>'
            parts += (opening if text else bare, mark if is_new and column.fixed else "", text, closing)
        if listing.row_actions:
            parts += ('<td class="rows__cell--actions">', quoted(listing.row_actions(record)), "</td>")
        parts.append("</tr>\n")
    return mark_safe("".join(parts))  # every piece above is escaped or our own


def _mark() -> str:
    return f'<span class="rows__new" role="img" title="{quoted(_("New since your last visit"))}"></span>'


def _openings(column: Column) -> tuple[str, str]:
    """How a cell begins, and how an empty one does: cards leave that out, so it needs no title."""
    if column.fixed:
        main = '<th class="rows__cell--main" scope="row">'
        return main, main
    classes = ["rows__cell--numeric"] if column.numeric else []
    classes += [] if column.phone else ["rows__cell--wide"]
    css = f' class="{" ".join(classes)}"' if classes else ""
    return f'<td{css} data-title="{quoted(column.title)}">', f"<td{css}>"
