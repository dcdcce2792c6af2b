"""Writing news and guide pages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from apps.accounts.decorators import door
from apps.accounts.preferences import preferences_of
from apps.core import clock
from apps.core.form_errors import show_errors
from apps.core.htmx import Request, render_page
from apps.core.toasts import toast
from apps.crm.content_listing import news_listing, pages_listing
from apps.crm.forms.content import ContentForm, NewsForm, PageForm
from apps.crm.models import Dealer, GuidePage, NewsItem
from apps.crm.permissions.content import keeps_content
from apps.crm.services.content import Content, ContentChanged, write_news, write_page

content_required = door(keeps_content)


@content_required
@require_GET
def news(request: Request) -> HttpResponse:
    found = NewsItem.objects.visible_to(request.user)
    page = news_listing().page(request, found, page_size=preferences_of(request.user).page_size)
    return page.render(request, "crm/content.html", {"tabs": _tabs("news"), "new_url": reverse("crm:news_create")})


@content_required
@require_GET
def guide(request: Request) -> HttpResponse:
    found = GuidePage.objects.visible_to(request.user)
    page = pages_listing().page(request, found, page_size=preferences_of(request.user).page_size)
    return page.render(request, "crm/content.html", {"tabs": _tabs("guide"), "new_url": reverse("crm:guide_create")})


@content_required
@require_http_methods(["GET", "POST"])
def news_item(request: Request, item_id: int | None = None) -> HttpResponse:
    found = get_object_or_404(NewsItem.objects.visible_to(request.user), pk=item_id) if item_id else None
    extra = {"is_important": found.is_important} if found else {}
    form = NewsForm(request.POST or None, initial=_initial(found) | extra)

    def save() -> NewsItem:
        version = form.cleaned_data["version"] or 0
        return write_news(actor=request.user, item=found, version=version, data=form.given(), now=clock.now())

    return _edit(request, found, form, save, "crm:news_item")


@content_required
@require_http_methods(["GET", "POST"])
def guide_page(request: Request, page_id: int | None = None) -> HttpResponse:
    found = get_object_or_404(GuidePage.objects.visible_to(request.user), pk=page_id) if page_id else None
    extra = {"chapter": found.chapter, "position": found.position} if found else {}
    form = PageForm(request.POST or None, initial=_initial(found) | extra)

    def save() -> GuidePage:
        version = form.cleaned_data["version"] or 0
        return write_page(actor=request.user, page=found, version=version, data=form.given(), now=clock.now())

    return _edit(request, found, form, save, "crm:guide_page")


@content_required
@require_GET
def news_preview(request: Request, item_id: int) -> HttpResponse:
    """As dealers will see it."""
    found = get_object_or_404(NewsItem.objects.visible_to(request.user), pk=item_id)
    return render_page(
        request, "crm/content_preview.html", {"item": found, "back": reverse("crm:news_item", args=[found.pk])}
    )


@content_required
@require_GET
def guide_preview(request: Request, page_id: int) -> HttpResponse:
    found = get_object_or_404(GuidePage.objects.visible_to(request.user), pk=page_id)
    return render_page(
        request, "crm/content_preview.html", {"item": found, "back": reverse("crm:guide_page", args=[found.pk])}
    )


def _edit(
    request: Request, found: Content | None, form: ContentForm, save: Callable[[], Content], route: str
) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        try:
            kept = save()
        except ContentChanged as error:
            form.add_error(None, str(error))
        except ValidationError as error:
            show_errors(form, error)
        else:
            toast(request, _("Saved"))
            return redirect(route, kept.pk)
    context = {"form": form, "item": found, "preview": reverse(f"{route}_preview", args=[found.pk]) if found else ""}
    return render_page(request, "crm/content_edit.html", context, status=422 if form.errors else 200)


def _initial(found: Content | None) -> dict[str, Any]:
    if found is None:
        return {"version": 0}
    names = ("version", "title", "body", "is_published", "starts_at", "ends_at", "language")
    codes = Dealer.objects.filter(pk__in=found.dealer_ids).order_by("code").values_list("code", flat=True)
    kept = {name: getattr(found, name) for name in names}
    return kept | {"plants": list(map(str, found.plant_ids)), "dealers": "\n".join(codes)}


def _tabs(current: str) -> list[dict[str, object]]:
    pages = (("news", _("News"), "crm:news"), ("guide", _("Guide"), "crm:guide"))
    return [
        {"title": title, "url": reverse(route), "is_current": key == current, "count": None}
        for key, title, route in pages
    ]
