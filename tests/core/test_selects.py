"""Our template of a select: what Django's says, without a file for each option."""

from __future__ import annotations

import pytest
from django import forms
from django.forms.renderers import DjangoTemplates
from django.utils.translation import gettext_lazy

CHOICES = [
    ("", "---------"),
    ("", gettext_lazy("Nobody")),
    ("Groups & more", [(1, "a & b"), (2, '<b title="x">')]),
    *[(number, f"Number {number}") for number in range(3, 9)],
]


class Coloured(forms.Select):
    """Options with attributes of their own."""

    def create_option(self, *args, **kwargs):
        option = super().create_option(*args, **kwargs)
        option["attrs"] |= {"data-colour": '"red" & blue', "hidden": True, "disabled": False}
        return option


@pytest.mark.parametrize("kind", [forms.Select, forms.SelectMultiple, Coloured, forms.NullBooleanSelect])
@pytest.mark.parametrize("value", [None, "", "2", 5, ("1", 4), "strange"])
def test_a_select_says_what_djangos_says(kind, value):
    field = forms.ChoiceField(widget=kind(attrs={"class": "form-select", "required": True, "hidden": False}))
    if kind is not forms.NullBooleanSelect:
        field.choices = CHOICES
    widget = field.widget

    ours = widget.render("name", value, {"id": "id_name"})

    theirs = widget.render("name", value, {"id": "id_name"}, renderer=DjangoTemplates())
    assert [line.strip() for line in ours.splitlines()] == [line.strip() for line in theirs.splitlines() if line]
