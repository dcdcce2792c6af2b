"""One form for any rule: its fields are those of the registries."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.crm.models import Rule
from apps.crm.rules.fitting import several
from apps.crm.rules.registry import RuleTrigger, actions, conditions
from apps.crm.rules.takers import read_once

_EMPTY: tuple[Any, ...] = (None, "", [])


class RuleForm(forms.Form):
    """Of `trigger`. An empty condition asks nothing; an action whose first field is empty does nothing."""

    name = forms.CharField(label=_("Name"), max_length=100)

    def __init__(self, *args: Any, trigger: RuleTrigger, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.trigger_fields = trigger.fields()
        self._add("when", self.trigger_fields.items())
        self._add("if", ((key, entry.field()) for key, entry in conditions.items()))
        self.fields["match"] = forms.ChoiceField(
            label=_("How many of these must fit"), choices=[("all", _("all")), ("any", _("any one"))], initial="all"
        )
        self.action_fields = {key: entry.fields() for key, entry in actions.items()}
        for key, fields in self.action_fields.items():
            self._add(f"do_{key}", fields.items())
        self.fields["is_active"] = forms.BooleanField(label=_("In force"), required=False, initial=True)
        with read_once():
            for field in self.fields.values():
                if isinstance(field, forms.ChoiceField):
                    field.choices = list(cast(Any, field.choices))  # not anew each time it is drawn

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors and not self._actions():
            raise forms.ValidationError(_("Say what is to be done."))
        return cleaned

    def values(self) -> dict[str, Any]:
        """What the service takes."""
        return {
            "name": self.cleaned_data["name"],
            "options": self._filled("when", self.trigger_fields),
            "match": self.cleaned_data["match"],
            "conditions": self._filled("if", [key for key, _entry in conditions.items()]),
            "actions": self._actions(),
            "is_active": self.cleaned_data["is_active"],
        }

    @staticmethod
    def initial_of(rule: Rule) -> dict[str, Any]:
        shown = {"name": rule.name, "match": rule.match, "is_active": rule.is_active}
        shown |= {f"when_{name}": value for name, value in rule.options.items()}
        shown |= {f"if_{name}": several(value) for name, value in rule.conditions.items()}
        for key, options in rule.actions.items():
            shown |= {f"do_{key}_{name}": value for name, value in options.items()}
        return shown

    def _add(self, prefix: str, fields: Iterable[tuple[str, forms.Field]]) -> None:
        self.fields |= {f"{prefix}_{name}": field for name, field in fields}

    def _filled(self, prefix: str, names: Iterable[str]) -> dict[str, Any]:
        given = {name: self.cleaned_data.get(f"{prefix}_{name}") for name in names}
        return {name: value for name, value in given.items() if value not in _EMPTY}

    def _actions(self) -> dict[str, dict[str, Any]]:
        chosen = {}
        for key, fields in self.action_fields.items():
            filled = self._filled(f"do_{key}", fields)
            if next(iter(fields)) in filled:
                chosen[key] = filled
        return chosen
