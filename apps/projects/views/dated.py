"""Messages of a project that name a day, offered as tasks."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.urls import reverse
from django.utils.timezone import get_current_timezone_name, localdate
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from apps.accounts.decorators import staff_required
from apps.core import clock
from apps.core.form_errors import show_errors
from apps.core.htmx import Request
from apps.core.setting_sheets import saved, show_sheet
from apps.projects import permissions
from apps.projects.dated_forms import DatedForm
from apps.projects.doors import enter_project
from apps.projects.selectors.dated import dated_messages
from apps.projects.services.becoming import make_tasks


@staff_required
@require_http_methods(["GET", "POST"])
def tasks_of_messages(request: Request, group_id: int) -> HttpResponse:
    project, member = enter_project(request.user, group_id)
    if not permissions.can_write(project.group, member):
        raise PermissionDenied
    now = clock.now()
    dated = dated_messages(project.group, request.user, today=localdate(now))
    form = DatedForm(request.POST or None, dated=dated)
    if request.method == "POST" and form.is_valid():
        chosen = [each for each in dated if each.message.pk in form.cleaned_data["messages"]]
        try:
            made = make_tasks(actor=request.user, dated=chosen, zone=get_current_timezone_name(), now=now)
        except ValidationError as error:
            show_errors(form, error)
        else:
            words = ngettext("%(number)s task was made.", "%(number)s tasks were made.", made) % {"number": made}
            return saved(request, reverse("projects:project_tasks", args=[group_id]), words)
    back = reverse("projects:project_about", args=[group_id])
    return show_sheet(request, form, title=_("Make tasks of messages"), back=back)
