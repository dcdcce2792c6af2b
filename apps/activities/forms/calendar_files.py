"""The choice of a calendar file."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.activities.formats.ical_read import LARGEST


class CalendarFileForm(forms.Form):
    file = forms.FileField(
        label=_("Calendar file"),
        help_text=_("An .ics file, as calendars export it and invitations and answers carry it."),
        widget=forms.ClearableFileInput(attrs={"accept": ".ics,.ical,.ifb,text/calendar"}),
        error_messages={"empty": _("This file is empty."), "required": _("Choose a file.")},
    )

    def clean_file(self) -> bytes:
        upload = self.cleaned_data["file"]
        if upload.size > LARGEST:
            raise forms.ValidationError(_("A file may have %(size)s MB.") % {"size": LARGEST // 1024**2})
        data: bytes = upload.read()
        return data
