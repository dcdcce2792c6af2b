"""Relationship types: how they read from both ends, and what may stand there."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

ENDS: list[tuple[str, Any]] = [
    ("any", _("a person or an organisation")),
    ("person", _("a person")),
    ("organisation", _("an organisation")),
]
SHAPE = ("source_kind", "target_kind", "is_symmetric", "is_hierarchical")


class RelationshipTypeForm(forms.Form):
    """`fixed` keeps its ends as they are: it is built in or in use."""

    name = forms.CharField(
        label=_("Name, read from the first to the second"),
        max_length=100,
        help_text=_("As in: Anna “works for” the firm."),
        widget=forms.TextInput(attrs={"autofocus": True}),
    )
    inverse_name = forms.CharField(
        label=_("Name, read from the second to the first"),
        max_length=100,
        required=False,
        help_text=_("As in: the firm “employs” Anna. Left empty it reads alike both ways."),
    )
    source_kind = forms.ChoiceField(label=_("The first is"), choices=ENDS)
    target_kind = forms.ChoiceField(label=_("The second is"), choices=ENDS)
    is_symmetric = forms.BooleanField(
        label=_("Holds alike both ways"), required=False, help_text=_("As in: “is married to”.")
    )
    is_hierarchical = forms.BooleanField(
        label=_("One stands above the other"),
        required=False,
        help_text=_("The second stands above the first, and the organisation chart shows it so."),
    )

    def __init__(self, *args: Any, fixed: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in SHAPE if fixed else ():
            self.fields[name].disabled = True
