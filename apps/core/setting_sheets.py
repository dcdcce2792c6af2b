"""What the settings' dialogs share: how they are shown, how they end, what a refusal says."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.utils.translation import gettext as _

from apps.core.htmx import Request, render_page
from apps.core.sheets import close_sheet
from apps.core.toasts import toast

FORM = "core/setting_form.html"


def show_sheet(
    request: Request, form: forms.Form, *, title: str, back: str, template: str = FORM, **context: Any
) -> HttpResponse:
    """The dialog with its form; 422 where something in it is wrong. `back` is the page below it."""
    status = 422 if request.method == "POST" else 200
    return render_page(
        request, template, {"form": form, "title": title, "back": back, **context}, fragment="sheet", status=status
    )


def saved(request: Request, back: str, text: str = "") -> HttpResponse:
    """Close the dialog and say so on the page below."""
    toast(request, text or _("Saved"))
    return close_sheet(request, back)


def refused(request: Request, back: str, error: ValidationError) -> HttpResponse:
    """Go back to the page below and say there why nothing was done."""
    toast(request, " ".join(error.messages), kind="danger")
    return close_sheet(request, back)
