"""What a form remembers of the record it began with, so that two people never overwrite each other silently."""

from __future__ import annotations

from django import forms
from django.http import QueryDict

from apps.contacts.services.conflicts import Seen
from apps.contacts.services.errors import EditConflict


class SeenFields(forms.Form):
    """The version that the page showed; after a conflict also what its reader was told of."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    told = forms.IntegerField(widget=forms.HiddenInput, required=False)
    decided = forms.CharField(widget=forms.HiddenInput, required=False, max_length=20_000)

    def seen(self) -> int | Seen:
        version: int = self.cleaned_data["version"]
        told: int | None = self.cleaned_data["told"]
        return version if told is None else Seen(version, told, frozenset(self.cleaned_data["decided"].split()))

    def typed(self) -> dict[str, object]:
        """What a person filled in."""
        return {name: value for name, value in self.cleaned_data.items() if name not in SeenFields.base_fields}

    def tell(self, conflict: EditConflict) -> None:
        """Let the same form decide when it comes again: its values are to stand where both had changed something."""
        data = self.data.copy() if isinstance(self.data, QueryDict) else dict(self.data)
        data[self.add_prefix("told")] = str(conflict.version)
        data[self.add_prefix("decided")] = " ".join(each.key for each in conflict.conflicts)
        self.data = data
