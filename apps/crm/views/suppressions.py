"""The list of who gets no mailings."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from apps.accounts.preferences import preferences_of
from apps.core import clock
from apps.core.form_errors import show_errors
from apps.core.htmx import Request
from apps.core.models import Suppression
from apps.core.setting_sheets import saved, show_sheet
from apps.core.tables import FORMATS, as_table
from apps.crm.forms.mailings import AddressesForm, AddressFileForm, TakeOffForm
from apps.crm.services.mailings.keeping import add_addresses, take_off
from apps.crm.suppression_listing import MOST_ROWS, file_rows, file_titles, suppression_listing
from apps.crm.views.mailing_topics import mailing_tabs, mailings_required

Reason = Suppression.Reason


@mailings_required
@require_GET
def suppressions(request: Request) -> HttpResponse:
    size = preferences_of(request.user).page_size
    page = suppression_listing().page(request, Suppression.objects.all(), page_size=size)
    return page.render(request, "crm/suppressions.html", {"tabs": mailing_tabs("kept")})


@mailings_required
@require_GET
def suppression_download(request: Request, kind: str) -> HttpResponse:
    """What the list shows with this address."""
    if kind not in FORMATS:
        raise Http404
    listing = suppression_listing()
    state = listing.state_of(request.META["QUERY_STRING"])
    found = listing.narrow(Suppression.objects.all(), state).order_by(*listing.order(state))[:MOST_ROWS]
    return as_table(kind, f"no-mailings-{clock.now():%Y-%m-%d}", file_titles(), file_rows(listing.fetch(found)))


@mailings_required
@require_http_methods(["GET", "POST"])
def suppression_add(request: Request) -> HttpResponse:
    form, back = AddressesForm(request.POST or None), reverse("crm:suppressions")
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        return _added(request, addresses=given["addresses"], origin=given["note"], given=given)
    return show_sheet(request, form, title=_("Keep from mailings"), back=back)


@mailings_required
@require_http_methods(["GET", "POST"])
def suppression_import(request: Request) -> HttpResponse:
    form = AddressFileForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        name, addresses, bad = form.cleaned_data["file"]
        return _added(request, addresses=addresses, origin=name[:200], given=form.cleaned_data, bad=bad)
    return show_sheet(request, form, title=_("Addresses from a file"), back=reverse("crm:suppressions"))


@mailings_required
@require_http_methods(["GET", "POST"])
def suppression(request: Request, suppression_id: int) -> HttpResponse:
    """What is known of it, and the way off the list."""
    found = get_object_or_404(Suppression.objects.select_related("actor"), pk=suppression_id)
    form = TakeOffForm(request.POST or None, asks=found.reason == Reason.COMPLAINED)
    back = reverse("crm:suppressions")
    if request.method == "POST" and form.is_valid():
        certain = form.cleaned_data.get("is_certain", False)
        try:
            take_off(
                actor=request.user,
                suppression=found,
                why=form.cleaned_data["why"],
                is_certain=certain,
                now=clock.now(),
            )
        except ValidationError as error:
            show_errors(form, error)
        else:
            return saved(request, back, _("%(address)s gets mailings again.") % {"address": found.address})
    context = {"found": found, "spam": found.reason == Reason.COMPLAINED}
    return show_sheet(request, form, title=found.address, back=back, template="crm/suppression.html", **context)


def _added(request: Request, *, addresses: list[str], origin: str, given: dict[str, Any], bad: int = 0) -> HttpResponse:
    count = add_addresses(
        actor=request.user,
        addresses=addresses,
        scope=given["scope"],
        reason=Reason(given["reason"]),
        origin=origin,
        now=clock.now(),
    )
    words = ngettext("%(count)s address gets no mailings.", "%(count)s addresses get no mailings.", count)
    text = words % {"count": count}
    if bad:
        text += " " + ngettext("%(count)s row had no address.", "%(count)s rows had no address.", bad) % {"count": bad}
    return saved(request, reverse("crm:suppressions"), text)
