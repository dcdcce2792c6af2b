"""Whose messages an export holds, and who they are here."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.accounts.selectors import staff_users
from apps.contacts.forms.custom import EntityChoiceField
from apps.projects.services.telegram_uploads import Preview, Speaker

MOST_MAPPED = 40  # speakers, those who wrote most; the others stand by their bare names


class ExportForm(forms.Form):
    upload = forms.FileField(
        label=_("Export of Telegram Desktop"),
        help_text=_("The file result.json, or a zip of the export's folder: then its pictures and files come too."),
        widget=forms.FileInput(attrs={"accept": ".json,.zip"}),
    )


class SpeakersForm(forms.Form):
    """A colleague or a contact for each; neither: they stand by their name alone."""

    title = forms.CharField(label=_("Name of the project"), max_length=120)

    def __init__(self, *args: Any, user: User, preview: Preview, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["title"] = preview.title[:120]
        self.speakers = preview.speakers[:MOST_MAPPED]
        colleagues = list(staff_users())
        for place, each in enumerate(self.speakers):
            self.fields[f"user-{place}"] = forms.ModelChoiceField(
                queryset=staff_users(), label=_("Colleague"), required=False, initial=each.user
            )
            chosen: Any = self.fields[f"user-{place}"]
            chosen.choices = [("", "—"), *((one.pk, str(one)) for one in colleagues)]
            self.fields[f"entity-{place}"] = EntityChoiceField(user=user, label=_("Contact"), required=False)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        for place in range(len(self.speakers)):
            if given.get(f"user-{place}") and given.get(f"entity-{place}"):
                self.add_error(f"entity-{place}", _("Choose a colleague or a contact, not both."))
        return given

    def rows(self) -> list[tuple[Speaker, forms.BoundField, forms.BoundField]]:
        return [(each, self[f"user-{place}"], self[f"entity-{place}"]) for place, each in enumerate(self.speakers)]

    def people(self) -> dict[str, dict[str, int]]:
        """By Telegram's id of them."""
        found = {}
        for place, each in enumerate(self.speakers):
            for kind in ("user", "entity"):
                if (who := self.cleaned_data.get(f"{kind}-{place}")) is not None:
                    found[each.key] = {kind: who.pk}
        return found
