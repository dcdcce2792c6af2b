"""Automation rules for managers: what there is, what each would have done, what each did."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.accounts.decorators import door
from apps.accounts.permissions import is_manager
from apps.core import clock
from apps.core.form_errors import show_errors
from apps.core.htmx import Request, render_page
from apps.core.setting_sheets import saved, show_sheet
from apps.crm.forms.rules import RuleForm
from apps.crm.models import Rule, RuleRun
from apps.crm.rules.registry import triggers
from apps.crm.selectors.rules import rule_lines, run_lines, tried
from apps.crm.services import rules as service

RUNS_A_PAGE = 50
SHOWN = 100

manager_required = door(is_manager)


@manager_required
@require_GET
def rule_list(request: Request) -> HttpResponse:
    now = clock.now()
    runs = RuleRun.objects.visible_to(request.user).select_related("entity", "operation")
    page = Paginator(runs.order_by("-at", "-pk"), RUNS_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "lines": rule_lines(Rule.objects.all(), now=now),
        "page": page,
        "runs": run_lines(list(page), reader=request.user, now=now),
    }
    return render_page(request, "crm/rules.html", context)


@manager_required
@require_GET
def rule_choose(request: Request) -> HttpResponse:
    return render_page(request, "crm/rule_choose.html", {"triggers": triggers.items()}, fragment="sheet")


@manager_required
@require_http_methods(["GET", "POST"])
def rule_add(request: Request, trigger: str) -> HttpResponse:
    return _sheet(request, trigger, None)


@manager_required
@require_http_methods(["GET", "POST"])
def rule_edit(request: Request, automation_id: int) -> HttpResponse:
    rule = get_object_or_404(Rule, pk=automation_id)
    return _sheet(request, rule.trigger, rule)


@manager_required
@require_POST
def rule_remove(request: Request, automation_id: int) -> HttpResponse:
    rule = get_object_or_404(Rule, pk=automation_id)
    service.remove_rule(actor=request.user, rule=rule, now=clock.now())
    return saved(request, reverse("crm:rules"))


@manager_required
@require_GET
def rule_try(request: Request, automation_id: int) -> HttpResponse:
    """What it would have acted on, by facts of the last 30 days; nothing is done."""
    now = clock.now()
    rule = get_object_or_404(Rule, pk=automation_id)
    found = tried(rule, reader=request.user, now=now)
    line = rule_lines(Rule.objects.filter(pk=rule.pk), now=now)[0]
    context = {"line": line, "count": len(found), "entities": found[:SHOWN]}
    return render_page(request, "crm/rule_try.html", context, fragment="sheet")


def _sheet(request: Request, key: str, rule: Rule | None) -> HttpResponse:
    trigger = triggers.get(key)
    if trigger is None:
        raise Http404
    initial = RuleForm.initial_of(rule) if rule else None
    form = RuleForm(request.POST or None, initial=initial, trigger=trigger)
    back = reverse("crm:rules")
    if request.method == "POST" and form.is_valid():
        try:
            service.save_rule(actor=request.user, now=clock.now(), rule=rule, trigger=key, **form.values())
        except ValidationError as error:
            show_errors(form, error)
        else:
            return saved(request, back)
    remove = reverse("crm:rule_remove", args=[rule.pk]) if rule else ""
    title = rule.name if rule else _("New rule")
    when = _("When: %(when)s") % {"when": trigger.title}
    return show_sheet(request, form, title=title, back=back, remove_url=remove, text=when)
