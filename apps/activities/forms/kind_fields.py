"""The own fields of a kind in the sheets where an entry is written and corrected."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.forms.boundfield import BoundField

from apps.activities.selectors.kind_fields import target_of
from apps.contacts.forms.custom import PREFIX, add_custom_fields, custom_values

if TYPE_CHECKING:
    from apps.accounts.models import User


class KindFieldsForm(forms.Form):
    """A form that shows a kind's own fields right behind its field `text`."""

    def show_fields_of(self, kind: str, *, user: User, values: dict[str, Any] | None = None) -> None:
        """Add them, filled with `values`; None for a new entry, which begins with the defaults."""
        add_custom_fields(self, target=target_of(kind), entity=None, user=user, values=values)
        others = [name for name in self.fields if not name.startswith(PREFIX)]
        behind = others.index("text") + 1
        own = [name for name in self.fields if name.startswith(PREFIX)]
        self.order_fields([*others[:behind], *own, *others[behind:]])

    @property
    def above(self) -> list[BoundField]:
        """What stands above the kind's own fields."""
        return self._bound()[: self._place]

    @property
    def own(self) -> list[BoundField]:
        return [each for each in self._bound() if each.name.startswith(PREFIX)]

    @property
    def below(self) -> list[BoundField]:
        return [each for each in self._bound()[self._place :] if not each.name.startswith(PREFIX)]

    @property
    def entry(self) -> dict[str, Any]:
        """What was typed, as the services take it: the own fields together as `fields`."""
        plain = {name: value for name, value in self.cleaned_data.items() if not name.startswith(PREFIX)}
        return {**plain, "fields": custom_values(self)}

    @property
    def _place(self) -> int:
        return list(self.fields).index("text") + 1

    def _bound(self) -> list[BoundField]:
        return [self[name] for name in self.fields]
