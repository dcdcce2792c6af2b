"""Custom fields: their definition, and the choices of those that have some."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.forms import BaseFormSet, formset_factory
from django.utils.translation import gettext_lazy as _

from apps.contacts.models import FieldChoice, FieldDefinition
from apps.contacts.services.fields import TARGETS, ChoiceInput
from apps.core.choosing import offer
from apps.core.palette import COLOURS, ICONS

Type = FieldDefinition.Type
CHOOSY = frozenset({Type.CHOICE, Type.MULTI_CHOICE})
PREFIX = "choices"
PLAIN = ("label", "section", "help_text", "is_required", "is_filterable")


class FieldForm(forms.Form):
    """A field; its type is chosen once, when it is made.

    Outside contacts a field has neither section nor filter, and no contact for its value: `no_contact` says why.
    """

    label = forms.CharField(label=_("Label"), max_length=100, widget=forms.TextInput(attrs={"autofocus": True}))
    field_type = forms.ChoiceField(
        label=_("Type"), choices=Type.choices, help_text=_("It can't be changed later: the values are kept by it.")
    )
    section = forms.CharField(
        label=_("Section"),
        max_length=100,
        required=False,
        help_text=_("Fields of one section stand together under this heading."),
    )
    help_text = forms.CharField(label=_("Help"), max_length=300, required=False)
    is_required = forms.BooleanField(label=_("Required"), required=False)
    is_filterable = forms.BooleanField(
        label=_("Filter and sort by it"), required=False, help_text=_("It gets an index of its own.")
    )
    default = forms.CharField(
        label=_("Filled in at first with"),
        required=False,
        max_length=1000,
        help_text=_("Written as one would type it; of choices their labels, several parted by semicolons."),
    )

    def __init__(self, *args: Any, target: str, is_new: bool, no_contact: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if target not in TARGETS:
            del self.fields["section"], self.fields["is_filterable"]
            offer(self, "field_type", [each for each in Type.choices if each[0] != Type.ENTITY])
            self.fields["field_type"].help_text = f"{self.fields['field_type'].help_text} {no_contact}"
        if not is_new:
            self.fields["field_type"].disabled = True
            self.fields["field_type"].help_text = ""

    @property
    def plain(self) -> dict[str, Any]:
        """What goes into the field's row as it was typed."""
        return {name: self.cleaned_data[name] for name in PLAIN if name in self.fields}

    @property
    def is_choosy(self) -> bool:
        return self.cleaned_data["field_type"] in CHOOSY


class ChoiceRow(forms.Form):
    """One choice; without a label it is no choice at all."""

    key = forms.CharField(required=False, max_length=60, widget=forms.HiddenInput)
    label = forms.CharField(label=_("Choice"), required=False, max_length=100)
    colour = forms.ChoiceField(label=_("Colour"), required=False, choices=COLOURS)
    icon = forms.ChoiceField(label=_("Icon"), required=False, choices=ICONS)
    is_retired = forms.BooleanField(label=_("Not offered any more"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, known in (("colour", COLOURS), ("icon", ICONS)):
            given = self.initial.get(name)
            if given and given not in dict(known):  # set by a command or an older release
                offer(self, name, [*known, (given, given)])


_ChoiceRows = formset_factory(ChoiceRow, extra=1, max_num=500, absolute_max=500)


def choice_rows(data: Any, choices: Iterable[FieldChoice] = ()) -> BaseFormSet[ChoiceRow]:
    """The choices of a field as rows, those not offered any more at the end."""
    initial = [
        {
            "key": choice.key,
            "label": choice.label,
            "colour": choice.colour,
            "icon": choice.icon,
            "is_retired": choice.retired_at is not None,
        }
        for choice in sorted(choices, key=lambda each: (each.retired_at is not None, each.position, each.pk))
    ]
    return _ChoiceRows(data, prefix=PREFIX, initial=initial)


def chosen_rows(rows: BaseFormSet[ChoiceRow], posted: Mapping[str, Any]) -> list[ChoiceInput]:
    """The choices to offer, in the order in which the browser sent them: that of the rows on the page."""
    order = {name: place for place, name in enumerate(posted)}
    sent = sorted(rows.forms, key=lambda row: order.get(row.add_prefix("label"), len(order)))
    return [
        ChoiceInput(
            label=row.cleaned_data["label"],
            key=row.cleaned_data["key"],
            icon=row.cleaned_data["icon"],
            colour=row.cleaned_data["colour"],
        )
        for row in sent
        if row.cleaned_data.get("label") and not row.cleaned_data["is_retired"]
    ]
