"""Mail templates: the list, and the page on which one is written."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.accounts.decorators import staff_required
from apps.core import clock
from apps.core.form_errors import show_errors
from apps.core.htmx import Request, render_page
from apps.core.setting_sheets import saved, show_sheet
from apps.core.toasts import toast
from apps.messaging.forms.templates import TemplateForm, WordsForm
from apps.messaging.models import MailTemplate, MailTemplateVersion
from apps.messaging.permissions import can_edit_house_templates, can_edit_template
from apps.messaging.selectors.templates import template_groups, versions_of
from apps.messaging.services import templates as service
from apps.messaging.services.template_language import variables_for
from apps.messaging.views.template_preview import records_for


@staff_required
@require_GET
def template_list(request: Request) -> HttpResponse:
    """By category; each with the languages it has words in."""
    language = request.GET.get("language", "")
    groups, retired = template_groups(request.user, language=language)
    context = {"groups": groups, "retired": retired, "languages": settings.LANGUAGES, "language": language}
    return render_page(request, "messaging/templates.html", context, fragment="templates")


@staff_required
@require_http_methods(["GET", "POST"])
def template_add(request: Request) -> HttpResponse:
    may_be_house = can_edit_house_templates(request.user)
    form = TemplateForm(request.POST or None, may_be_house=may_be_house, initial={"is_house": may_be_house})
    if request.method == "POST" and form.is_valid():
        is_own = not form.cleaned_data.get("is_house", False)
        try:
            made = service.make_template(actor=request.user, data=form.wanted(), is_own=is_own, now=clock.now())
        except ValidationError as error:
            show_errors(form, error)
        else:
            return saved(request, _page_of(made))
    return show_sheet(request, form, title=_("New template"), back=reverse("messaging:templates"))


@staff_required
@require_http_methods(["GET", "POST"])
def template_settings(request: Request, template_id: int) -> HttpResponse:
    template = _visible(request, template_id)
    names = ("name", "category", "context_type", "document")
    form = TemplateForm(request.POST or None, initial={name: getattr(template, name) for name in names})
    if request.method == "POST" and form.is_valid():
        try:
            service.change_template(actor=request.user, template=template, data=form.wanted(), now=clock.now())
        except ValidationError as error:
            show_errors(form, error)
        else:
            return saved(request, _page_of(template))
    return show_sheet(request, form, title=template.title, back=_page_of(template))


@staff_required
@require_http_methods(["GET", "POST"])
def template(request: Request, template_id: int) -> HttpResponse:
    """The words of one language, with what they may name beside them and how they will look below."""
    found = _visible(request, template_id)
    language = _language(request)
    newest = service.newest_versions(found)
    current = newest.get(language)
    initial = {"seen": current.number, "subject": current.subject, "body": current.body} if current else {"seen": 0}
    form = WordsForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        known = form.cleaned_data
        try:
            service.save_words(actor=request.user, template=found, language=language, **known, now=clock.now())
        except ValidationError as error:
            show_errors(form, error)
        except service.TemplateChanged as refusal:
            form.add_error(None, str(refusal))
            # What stands there now is seen from here on: saving again is meant.
            form.data = {**form.data.dict(), "seen": str(current.number if current else 0)}  # type: ignore[attr-defined]  # a QueryDict
        else:
            toast(request, _("Saved"))
            return redirect(f"{_page_of(found)}?language={language}")
    context = {**_around(request, found, language, set(newest)), "form": form}
    return render_page(request, "messaging/template.html", context, status=422 if request.method == "POST" else 200)


@staff_required
@require_POST
def template_copy(request: Request, template_id: int) -> HttpResponse:
    """A copy of one's own, or for the house where one may."""
    found = _visible(request, template_id)
    is_own = found.owner_id is not None or not can_edit_house_templates(request.user)
    made = service.copy_template(actor=request.user, template=found, is_own=is_own, now=clock.now())
    toast(request, _("Copied. Change what should be different."))
    return redirect(_page_of(made))


@staff_required
@require_POST
def template_retire(request: Request, template_id: int) -> HttpResponse:
    found = _visible(request, template_id)
    operation = service.retire_template(actor=request.user, template=found, now=clock.now())
    undo = reverse("core:operation_undo", args=[operation.pk])
    toast(request, _("%(name)s is offered no longer.") % {"name": found.title}, undo_url=undo)
    return redirect("messaging:templates")


@staff_required
@require_POST
def template_restore(request: Request, template_id: int) -> HttpResponse:
    found = _visible(request, template_id)
    service.retire_template(actor=request.user, template=found, now=clock.now(), retired=False)
    toast(request, _("%(name)s is offered again.") % {"name": found.title})
    return redirect("messaging:templates")


@staff_required
@require_POST
def template_version_restore(request: Request, template_id: int, version_id: int) -> HttpResponse:
    found = _visible(request, template_id)
    version = get_object_or_404(MailTemplateVersion, template=found, pk=version_id)
    try:
        service.restore_words(actor=request.user, version=version, now=clock.now())
    except ValidationError as error:
        toast(request, " ".join(error.messages), kind="danger")
    else:
        toast(request, _("Version %(number)s is in use again.") % {"number": version.number})
    return redirect(f"{_page_of(found)}?language={version.language}")


def _visible(request: Request, template_id: int) -> MailTemplate:
    return get_object_or_404(MailTemplate.objects.visible_to(request.user), pk=template_id)


def _page_of(found: MailTemplate) -> str:
    return reverse("messaging:template", args=[found.pk])


def _language(request: Request) -> str:
    wanted = request.GET.get("language", "")
    return wanted if wanted in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE


def _around(request: Request, found: MailTemplate, language: str, written: set[str]) -> dict[str, Any]:
    def tab(code: str, title: Any) -> dict[str, Any]:
        count = "" if code in written else "–"
        return {"title": title, "url": f"?language={code}", "is_current": code == language, "count": count}

    return {
        "template": found,
        "language": language,
        "tabs": [tab(code, title) for code, title in settings.LANGUAGES],
        "may_edit": can_edit_template(request.user, found),
        "variables": variables_for(found.context_type),
        "versions": versions_of(found, language),
        "records": records_for(request.user, found),
    }
