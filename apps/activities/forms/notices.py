"""What people choose about being told: by which ways of which events, and what of a record they watch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext_lazy as _

from apps.activities.models import Notice, NoticePreference
from apps.activities.selectors.wishes import Wish
from apps.activities.services.watching import WATCHED

_WATCHED = {
    Notice.Event.CHANGED: _("it is changed"),
    Notice.Event.COMMENTED: _("something is written about it"),
    Notice.Event.STATUS: _("its status changes"),
    Notice.Event.MAIL: _("a mail comes or goes"),
}


@dataclass(frozen=True, slots=True)
class WishRow:
    title: str
    in_app: BoundField
    push: BoundField
    mail: BoundField


class WishesForm(forms.Form):
    """A row for each event, a field for each way."""

    hour = forms.TypedChoiceField(
        label=_("Mails of a day go out at"),
        choices=[(hour, f"{hour:02}:00") for hour in range(24)],
        coerce=int,
        required=False,
        empty_value=None,
    )

    def __init__(self, data: Any = None, *, wishes: Mapping[str, Wish], hour: int) -> None:
        super().__init__(data, initial={"hour": hour})
        self.wishes = wishes
        for event, wish in wishes.items():
            title = Notice.Event(event).label
            self.fields[f"{event}-in_app"] = forms.BooleanField(
                label=_("In the app"), required=False, initial=wish.in_app
            )
            self.fields[f"{event}-push"] = forms.BooleanField(label=_("Push"), required=False, initial=wish.push)
            self.fields[f"{event}-mail"] = forms.ChoiceField(
                label=_("By e-mail"), choices=NoticePreference.Mail.choices, initial=wish.mail
            )
            for way, label in (("in_app", _("In the app")), ("push", _("Push")), ("mail", _("By e-mail"))):
                self.fields[f"{event}-{way}"].widget.attrs["aria-label"] = f"{title}: {label}"

    def rows(self) -> Iterator[WishRow]:
        for event in self.wishes:
            ways = (self[f"{event}-{way}"] for way in ("in_app", "push", "mail"))
            yield WishRow(str(Notice.Event(event).label), *ways)

    def chosen(self) -> dict[str, Wish]:
        given = self.cleaned_data
        return {
            event: Wish(given[f"{event}-in_app"], given[f"{event}-push"], given[f"{event}-mail"])
            for event in self.wishes
        }


class WatchForm(forms.Form):
    events = forms.MultipleChoiceField(
        label=_("Tell me when"),
        choices=[(event.value, _WATCHED[event]) for event in WATCHED],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one, or stop watching.")},
    )
