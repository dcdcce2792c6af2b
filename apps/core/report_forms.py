"""What a person types about a report by mail."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.core.contributions import works_in_house
from apps.core.models import ReportSchedule
from apps.core.reports import Report
from apps.core.reports.turns import Turns
from apps.core.services.report_mails import PDF

if TYPE_CHECKING:
    from apps.accounts.models import User

_MOST = 50


class ScheduleForm(forms.Form):
    every = forms.ChoiceField(label=gettext_lazy("How often"), choices=ReportSchedule.Every.choices)
    weekday = forms.TypedChoiceField(
        label=gettext_lazy("Weekday, of a weekly one"), choices=list(WEEKDAYS.items()), coerce=int, initial=0
    )
    day = forms.IntegerField(
        label=gettext_lazy("Day of the month, of a monthly one"),
        min_value=1,
        max_value=31,
        initial=1,
        help_text=gettext_lazy("In a shorter month on its last day."),
    )
    hour = forms.TypedChoiceField(
        label=gettext_lazy("At"), choices=[(hour, f"{hour:02}:00") for hour in range(24)], coerce=int, initial=7
    )
    formats = forms.MultipleChoiceField(
        label=gettext_lazy("Attached as"),
        choices=[(kind, kind.upper()) for kind in ("xlsx", PDF, "csv")],
        initial=["xlsx"],
        widget=forms.CheckboxSelectMultiple,
    )
    recipients = forms.CharField(
        label=gettext_lazy("To"),
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Addresses of colleagues. Each gets what they may see themselves."),
        max_length=5000,
    )

    def __init__(self, *args: Any, report: Report, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._report = report

    def clean_recipients(self) -> list[User]:
        """The users of these addresses."""
        text = self.cleaned_data["recipients"].replace(",", " ").replace(";", " ").lower()
        addresses = list(dict.fromkeys(text.split()))
        if len(addresses) > _MOST:
            raise ValidationError(_("At most %(count)s people.") % {"count": _MOST})
        found = cast("Any", get_user_model()).objects.filter(email__in=addresses, is_active=True)
        readers = {user.email: user for user in found if works_in_house(user) and self._report.may_see(user)}
        if unknown := [each for each in addresses if each not in readers]:
            text = _("Nobody of the house who may see this report: %(addresses)s")
            raise ValidationError(text % {"addresses": ", ".join(unknown)})
        return list(readers.values())

    def turns(self) -> Turns:
        given = self.cleaned_data
        return Turns(given["every"], given["hour"], given["weekday"], given["day"])
