"""Rules for new contacts, and the log of what each did; for administrators."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.accounts.decorators import settings_required
from apps.core import clock
from apps.core.form_errors import show_errors
from apps.core.htmx import Request, render_page
from apps.core.setting_sheets import saved, show_sheet
from apps.crm.forms.assignment_rules import RuleForm
from apps.crm.models import AssignmentRule, AssignmentRun
from apps.crm.services import assignment_rules as service

RUNS_A_PAGE = 50


@settings_required
@require_GET
def rule_list(request: Request) -> HttpResponse:
    rules = AssignmentRule.objects.select_related("folder", "category", "persona", "user", "team")
    runs = AssignmentRun.objects.visible_to(request.user).select_related("entity", "user", "team")
    page = Paginator(runs.order_by("-at", "-pk"), RUNS_A_PAGE).get_page(request.GET.get("page"))
    context = {"rules": rules.order_by("position", "pk"), "page": page}
    return render_page(request, "crm/assignment_rules.html", context)


@settings_required
@require_http_methods(["GET", "POST"])
def rule_add(request: Request) -> HttpResponse:
    return _sheet(request, None)


@settings_required
@require_http_methods(["GET", "POST"])
def rule_edit(request: Request, rule_id: int) -> HttpResponse:
    return _sheet(request, get_object_or_404(AssignmentRule, pk=rule_id))


@settings_required
@require_POST
def rule_remove(request: Request, rule_id: int) -> HttpResponse:
    rule = get_object_or_404(AssignmentRule, pk=rule_id)
    service.remove_rule(actor=request.user, rule=rule, now=clock.now())
    return saved(request, reverse("crm:assignment_rules"))


def _sheet(request: Request, rule: AssignmentRule | None) -> HttpResponse:
    form = RuleForm(request.POST or None, initial=RuleForm.initial_of(rule) if rule else None)
    back = reverse("crm:assignment_rules")
    if request.method == "POST" and form.is_valid():
        try:
            service.save_rule(actor=request.user, now=clock.now(), rule=rule, **form.cleaned_data)
        except ValidationError as error:
            show_errors(form, error)
        else:
            return saved(request, back)
    remove = reverse("crm:assignment_rule_remove", args=[rule.pk]) if rule else ""
    title = rule.name if rule else _("New rule")
    return show_sheet(request, form, title=title, back=back, remove_url=remove)
