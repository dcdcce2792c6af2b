"""Staff's side of the threads with dealers."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods

from apps.core import clock
from apps.core.form_errors import show_errors
from apps.core.htmx import Request, render_page
from apps.crm.forms.claims import MessageForm
from apps.crm.models import Claim, Dealer, Order
from apps.crm.selectors.threads import entries_of, thread_of
from apps.crm.services.threads import Record, post_message
from apps.crm.views.claims import claims_required


@claims_required
@require_http_methods(["GET", "POST"])
def dealer_thread(request: Request, dealer_id: int) -> HttpResponse:
    return _thread(request, get_object_or_404(Dealer.objects.visible_to(request.user), pk=dealer_id))


@claims_required
@require_http_methods(["GET", "POST"])
def order_thread(request: Request, order_id: int) -> HttpResponse:
    found = Order.objects.visible_to(request.user).select_related("dealer")
    return _thread(request, get_object_or_404(found, pk=order_id))


@claims_required
@require_http_methods(["GET", "POST"])
def claim_thread(request: Request, claim_id: int) -> HttpResponse:
    found = Claim.objects.visible_to(request.user).select_related("dealer")
    return _thread(request, get_object_or_404(found, pk=claim_id))


def _thread(request: Request, record: Record) -> HttpResponse:
    thread = thread_of(record)
    form = MessageForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            post_message(
                actor=request.user,
                record=record,
                text=form.cleaned_data["text"],
                uploads=form.cleaned_data["uploads"],
                now=clock.now(),
            )
        except ValidationError as error:
            show_errors(form, error)
        else:
            if not request.htmx:
                return redirect(request.path)
            form = MessageForm()
    context = {
        "thread": thread,
        "record": record,
        "dealer": record if isinstance(record, Dealer) else record.dealer,
        "entries": entries_of(thread, request.user),
        "form": form,
        "thread_url": request.path,
        "side": "house",
    }
    status = 422 if form.errors else 200
    return render_page(request, "crm/thread.html", context, fragment="thread", status=status)
