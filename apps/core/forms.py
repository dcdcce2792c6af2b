"""Forms that share a page with others."""

from __future__ import annotations

from typing import Any

from django import forms


class InPageForm(forms.Form):
    """A form that stands in a page over which sheets open: its fields have ids of their own.

    Else the labels of a sheet's form with a field of the same name lead to the field behind the sheet.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": f"{type(self).__name__}_%s", **kwargs})
