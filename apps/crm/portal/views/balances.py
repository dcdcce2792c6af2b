"""What a dealer's balance is made of, and saying that a line of it is wrong."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.core import clock
from apps.core.form_errors import show_errors
from apps.core.htmx import Request, render_page
from apps.core.sheets import close_sheet
from apps.core.tables import FORMATS, as_table
from apps.core.toasts import toast
from apps.crm.balance_page import balance_context, balance_rows, file_titles
from apps.crm.forms.balance import DisputeForm
from apps.crm.models import Claim, LedgerEntry
from apps.crm.models.reach import PortalReader, portal_reader
from apps.crm.permissions.claims import can_dispute
from apps.crm.portal.doors import money_required
from apps.crm.portal.late import sources_for
from apps.crm.services.claim_steps import ClaimChanged
from apps.crm.services.disputes import AlreadyDisputed, dispute_entry, withdraw_claim


@money_required
@require_GET
def balance(request: Request) -> HttpResponse:
    reader = _reader(request)
    today = localdate(clock.now())
    context = balance_context(request.GET, user=request.user, dealer_id=reader.dealer_id, today=today)
    context |= {"may_dispute": can_dispute(request.user, reader.dealer_id), "channel": f"dealer:{reader.dealer_id}"}
    context["sources"] = sources_for(request)
    return render_page(request, "portal/balance.html", context, fragment="balance")


@money_required
@require_GET
def balance_download(request: Request, kind: str) -> HttpResponse:
    if kind not in FORMATS:
        raise Http404
    today = localdate(clock.now())
    asked, rows = balance_rows(request.GET, user=request.user, dealer_id=_reader(request).dealer_id, today=today)
    return as_table(kind, f"balance-{asked.account.key}-{asked.span.end:%Y-%m-%d}", file_titles(), rows)


@money_required
@require_http_methods(["GET", "POST"])
def entry_dispute(request: Request, entry_id: int) -> HttpResponse:
    """A line that is disputed already leads to its claim."""
    entry = get_object_or_404(LedgerEntry.objects.visible_to(request.user).select_related("order"), pk=entry_id)
    may = can_dispute(request.user, entry.dealer_id)
    form = DisputeForm(request.POST or None)
    there = Claim.objects.visible_to(request.user).open().filter(entry=entry).first()
    if request.method == "POST" and not may:
        form.add_error(None, _("You only look in on this dealer: nothing can be changed."))
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            claim = dispute_entry(
                actor=request.user, entry=entry, text=given["text"], expected=given["expected"], now=clock.now()
            )
        except AlreadyDisputed as error:
            there = error.claim
            form.add_error(None, str(error))
        except ValidationError as error:
            show_errors(form, error)
        else:
            toast(request, _("Your claim has the number %(number)s.") % {"number": claim.number})
            return close_sheet(request, reverse("portal:claim", args=[claim.pk]))
    context = {"form": form, "entry": entry, "there": there}
    status = 422 if form.errors else 200
    return render_page(request, "portal/entry_dispute.html", context, fragment="sheet", status=status)


@money_required
@require_POST
def claim_withdraw(request: Request, claim_id: int) -> HttpResponse:
    found = get_object_or_404(Claim.objects.visible_to(request.user).disputes(), pk=claim_id)
    try:
        withdraw_claim(actor=request.user, claim=found, now=clock.now())
    except ClaimChanged as error:
        toast(request, str(error), kind="warning")
    else:
        toast(request, _("You have taken your claim back."))
    return redirect("portal:claim", claim_id=found.pk)


def _reader(request: Request) -> PortalReader:
    reader = portal_reader(request.user)
    if reader is None:
        raise Http404
    return reader
