"""Pickers that search on the server: the field of a form, and the answer that `<select-picker src="...">` expects.

It asks `?q=...&page=1`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from django import forms
from django.db.models import Model, QuerySet
from django.http import JsonResponse
from django.urls import reverse
from django.utils.translation import ngettext

PICKER_PAGE = 30


@dataclass(frozen=True, slots=True)
class Option:
    value: str
    text: str
    hint: str = ""  # a second line: e-mail, organisation ...
    is_clipped: bool = False  # lies on the reader's clipboard; where several may be chosen all of these can be at once


def picker_response(options: Iterable[Option], *, more: bool = False) -> JsonResponse:
    """Answer one page of options; with `more` the picker asks for the next page at the end of its list."""
    items = [asdict(option) for option in options]
    clipped = sum(item["is_clipped"] for item in items)
    paste = ngettext("Paste %(count)s from the clipboard", "Paste all %(count)s on the clipboard", clipped)
    response = JsonResponse({"items": items, "more": more, "paste": paste % {"count": clipped} if clipped else ""})
    response["Cache-Control"] = "no-store"
    return response


class ChoicesPicker(forms.SelectMultiple):
    """Several of few choices, which the page holds, with search."""

    template_name = "core/widgets/choices.html"


class RecordsPicker(forms.SelectMultiple):
    """Several records, searched on the server as one types."""

    template_name = "core/widgets/picker.html"

    def __init__(self, route: str) -> None:
        super().__init__()
        self.route = route

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        return {**super().get_context(name, value, attrs), "src": reverse(self.route)}


class FreePicker(RecordsPicker):
    """Several texts, searched on the server as one types, or typed: what is chosen is all there is to show."""

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        self.choices = [(each, each) for each in self.format_value(value)]
        return {**super().get_context(name, value, attrs), "free": True}


class RecordsField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]  # not generic at run time
    """Some of more records than can be listed: only what is chosen, now or at first, is fetched and shown."""

    def __init__(self, *, among: QuerySet[Any], route: str, **kwargs: Any) -> None:
        """`among` are the records that may be chosen, `route` names the address that searches them."""
        self._among = among
        super().__init__(queryset=among.none(), widget=RecordsPicker(route), **kwargs)

    def clean(self, value: Any) -> Any:
        self._fetch(value)
        return super().clean(value)

    def prepare_value(self, value: Any) -> Any:
        """What is chosen as the form shows it; Django asks for each single option too."""
        if isinstance(value, list | tuple | QuerySet):
            self._fetch(value)
        return super().prepare_value(value)

    def _fetch(self, value: Any) -> None:
        keys = (str(each.pk if isinstance(each, Model) else each) for each in value or [])
        self.queryset = self._among.filter(pk__in=[key for key in keys if key.isdecimal() and len(key) < 19])
