"""Reading a database once more from an earlier place."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from apps.accounts.decorators import settings_required
from apps.core import clock
from apps.core.form_errors import show_errors
from apps.core.htmx import Request
from apps.core.setting_sheets import saved, show_sheet
from apps.sync.forms.cursors import CursorForm
from apps.sync.models import Source
from apps.sync.services.cursors import set_cursor, tables_of


@settings_required
@require_http_methods(["GET", "POST"])
def source_cursor(request: Request, code: str) -> HttpResponse:
    source = get_object_or_404(Source, code=code)
    if not tables_of(source):
        raise Http404
    form = CursorForm(request.POST or None, source=source)
    back = reverse("sync:source", args=[source.code])
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            set_cursor(actor=request.user, source=source, table=given["table"], cursor=given["cursor"], now=clock.now())
        except ValidationError as error:
            show_errors(form, error)
        else:
            return saved(request, back, _("It is read again from there."))
    return show_sheet(request, form, title=_("Read again"), back=back)
