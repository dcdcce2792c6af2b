"""The dialogs of the list component: filters, columns and saved views; each has an address of its own. And visits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.core import clock
from apps.core.htmx import render_page
from apps.core.listing import Listing, ListState, RecordFilter, listings
from apps.core.listing.state import SIZES, read_state
from apps.core.models import ListSetting, SavedView
from apps.core.services import lists as services
from apps.core.sheets import close_sheet, way_back
from apps.core.toasts import toast
from apps.core.visits import seen_at

if TYPE_CHECKING:
    from apps.accounts.models import User


class ViewForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=100)
    is_shared = forms.BooleanField(label=gettext_lazy("Everybody may use it"), required=False)


@login_required
@require_GET
def list_filters(request: HttpRequest, key: str) -> HttpResponse:
    """Choose filters; what is chosen leads back to the list with it in the address."""
    listing, back, state = _list(request, key)
    if "apply" in request.GET:
        chosen = read_state(listing, request.GET)
        filters = {name: values for name, values in state.filters.items() if _is_hidden(listing, name)}
        filters |= {name: values for name, values in chosen.filters.items() if not _is_hidden(listing, name)}
        return HttpResponseRedirect(back.split("?")[0] + state.query(filters=filters))
    sections: dict[str, list[dict[str, Any]]] = {}
    for each in listing.filters:
        if not each.hidden:
            values = state.filters.get(each.key, ())
            chosen_records = each.titles(values) if isinstance(each, RecordFilter) and values else ()
            item = {"filter": each, "values": values, "chosen": chosen_records}
            sections.setdefault(str(each.section), []).append(item)
    context = {"listing": listing, "back": back, "sections": sections}
    return render_page(request, "core/list_filters.html", context, fragment="sheet")


@login_required
@require_http_methods(["GET", "POST"])
def list_columns(request: HttpRequest, key: str) -> HttpResponse:
    """Choose columns, their order and the number of rows: for oneself, or as the default of all."""
    listing, back, _state = _list(request, key)
    user = cast("User", request.user)
    if request.method == "POST":
        columns = [name for name in dict.fromkeys(request.POST.getlist("columns")) if listing.column(name)]
        size = request.POST.get("page_size", "")
        for_everybody = listing.may_set_default and request.POST.get("save") == "everybody"
        services.choose_columns(
            actor=user,
            list_key=key,
            columns=[] if request.POST.get("save") == "reset" else columns,
            page_size=int(size) if size in map(str, SIZES) and "reset" not in request.POST else None,
            for_everybody=for_everybody,
        )
        return close_sheet(request, back)
    rows = {row.user_id: row for row in ListSetting.objects.filter(list_key=key) if row.user_id in (None, user.pk)}
    setting = rows.get(user.pk) or rows.get(None)
    keys = (setting.columns if setting else []) or listing.default_columns
    chosen = [column for name in keys if (column := listing.column(name))]
    chosen = chosen or [column for column in listing.columns if column.default]
    chosen = [column for column in listing.columns if column.fixed and column not in chosen] + chosen
    context = {
        "listing": listing,
        "back": back,
        "chosen": chosen,
        "others": [column for column in listing.columns if column not in chosen],
        "sizes": SIZES,
        "page_size": setting.page_size if setting else None,
        "is_own": user.pk in rows,
    }
    return render_page(request, "core/list_columns.html", context, fragment="sheet")


@login_required
@require_http_methods(["GET", "POST"])
def list_views(request: HttpRequest, key: str) -> HttpResponse:
    """Saved views of a list: keep what is shown under a name, open, change and remove."""
    listing, back, state = _list(request, key)
    user = cast("User", request.user)
    form = _view_form(request, listing)
    if request.method == "POST" and form.is_valid():
        try:
            view = services.save_view(
                actor=user,
                list_key=key,
                name=form.cleaned_data["name"],
                is_shared=form.cleaned_data.get("is_shared", False),
                query=_kept(request, listing, state),
                now=clock.now(),
            )
        except services.ViewNameTaken:
            form.add_error("name", _("You have a view of this name already."))
        else:
            toast(request, _("View “%(name)s” saved.") % {"name": view.name})
            return close_sheet(request, f"{back.split('?')[0]}?view={view.pk}")
    views = listing.views_for(user).select_related("owner")
    context = {
        "listing": listing,
        "back": back,
        "list_path": back.split("?")[0],
        "form": form,
        "own": [view for view in views if view.owner_id == user.pk],
        "shared": [view for view in views if view.owner_id != user.pk],
        "current": state.view,
    }
    return render_page(
        request, "core/list_views.html", context, fragment="sheet", status=422 if form.is_bound and form.errors else 200
    )


@login_required
@require_http_methods(["GET", "POST"])
def list_view_change(request: HttpRequest, key: str, view_id: int) -> HttpResponse:
    """Rename, share or overwrite one's own view."""
    listing, back, state = _list(request, key)
    user = cast("User", request.user)
    view = get_object_or_404(SavedView, pk=view_id, list_key=key, owner=user)
    form = _view_form(request, listing, initial={"name": view.name, "is_shared": view.is_shared})
    if request.method == "POST" and form.is_valid():
        try:
            services.change_view(
                actor=user,
                view=view,
                name=form.cleaned_data["name"],
                is_shared=form.cleaned_data.get("is_shared", False),
                query=_kept(request, listing, state) if request.POST.get("overwrite") else None,
            )
        except services.ViewNameTaken:
            form.add_error("name", _("You have a view of this name already."))
        else:
            return close_sheet(request, f"{back.split('?')[0]}?view={view.pk}")
    context = {"listing": listing, "back": back, "form": form, "view": view}
    status = 422 if form.is_bound and form.errors else 200
    return render_page(request, "core/list_view_change.html", context, fragment="sheet", status=status)


@login_required
@require_POST
def list_view_remove(request: HttpRequest, key: str, view_id: int) -> HttpResponse:
    """Forget a view; the toast offers to bring it back for ten seconds."""
    _listing, back, _state = _list(request, key)
    user = cast("User", request.user)
    view = get_object_or_404(SavedView, pk=view_id, list_key=key, owner=user)
    services.remove_view(actor=user, view=view)
    request.session["removed_view"] = {
        "list_key": key,
        "name": view.name,
        "query": view.query,
        "is_shared": view.is_shared,
    }
    toast(
        request,
        _("View “%(name)s” removed.") % {"name": view.name},
        undo_url=reverse("core:list_view_restore", args=[key]),
    )
    return close_sheet(request, back.split("?")[0])


@login_required
@require_POST
def list_view_restore(request: HttpRequest, key: str) -> HttpResponse:
    """Bring the view back that was removed last."""
    _listing, back, _state = _list(request, key)
    removed = request.session.pop("removed_view", None)
    if removed and removed["list_key"] == key:
        try:
            services.save_view(actor=cast("User", request.user), now=clock.now(), **removed)
        except services.ViewNameTaken:
            toast(request, _("You have a view of this name already."), kind="warning")
    return close_sheet(request, back)


@login_required
@require_POST
def list_visit(request: HttpRequest, key: str) -> HttpResponse:
    """A page of the list was seen as it was at `?seen=`: what changes later is new at the next visit."""
    listing, _back, _state = _list(request, key)
    seen = seen_at(request.GET.get("seen", ""), clock.now())
    services.note_list_visit(actor=cast("User", request.user), list_key=listing.key, seen_at=seen)
    return HttpResponse(status=204)


def _list(request: HttpRequest, key: str) -> tuple[Listing, str, ListState]:
    """The list, the address to go back to, and the state in it; 404 for whoever may not see the list."""
    entry = listings.get(key)
    listing = entry.make(request) if entry else None
    if listing is None:
        raise Http404
    back = way_back(request, listing.path or "/")
    return listing, back, listing.state_of(back.partition("?")[2])


def _view_form(request: HttpRequest, listing: Listing, **values: Any) -> ViewForm:
    form = ViewForm(request.POST or None, **values)
    if listing.is_private:
        del form.fields["is_shared"]
    return form


def _is_hidden(listing: Listing, key: str) -> bool:
    found = listing.filter(key)
    return bool(found and found.hidden)


def _kept(request: HttpRequest, listing: Listing, state: ListState) -> dict[str, Any]:
    """What a view keeps: the state in the address, and the columns as this user sees them now."""
    kept = state.as_json()
    setting = ListSetting.objects.filter(list_key=listing.key, user=request.user.pk).first()
    if setting and setting.columns:
        kept["columns"] = setting.columns
    return kept
