"""Messages in the portal: with the account manager, about an order, about a claim."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.activities.models import Activity, ActivityFile
from apps.core import clock
from apps.core.database_roles import as_house
from apps.core.downloads import as_download
from apps.core.form_errors import show_errors
from apps.core.htmx import Request, render_page
from apps.core.toasts import toast
from apps.crm.forms.claims import MessageForm
from apps.crm.list_news import MESSAGES_KEY, page_news
from apps.crm.models import Claim, Dealer, Order
from apps.crm.models.reach import portal_reader
from apps.crm.permissions.claims import may_speak_for
from apps.crm.portal.doors import portal_required
from apps.crm.selectors.threads import SHOWN, Thread, answers_since, entries_of, thread_of
from apps.crm.services.inquiries import ask_for_price
from apps.crm.services.threads import Record, post_message


@portal_required
@require_http_methods(["GET", "POST"])
def messages(request: Request) -> HttpResponse:
    """The thread with the account manager."""
    reader = portal_reader(request.user)
    if reader is None:
        raise Http404
    news = page_news(request.user, MESSAGES_KEY, "created_at")
    if request.method == "GET" and request.GET.get("new") == "yes" and news and news.since:
        entries = answers_since(request.user, news.since)
        context = {"news": news, "entries": [(entry, _address(entry)) for entry in entries.order_by("-pk")[:SHOWN]]}
        return render_page(request, "portal/new_messages.html", context)
    return _thread(request, get_object_or_404(Dealer.objects.visible_to(request.user), pk=reader.dealer_id))


@portal_required
@require_http_methods(["GET", "POST"])
def order_thread(request: Request, order_id: int) -> HttpResponse:
    return _thread(request, get_object_or_404(Order.objects.visible_to(request.user), pk=order_id))


@portal_required
@require_POST
def price_ask(request: Request, order_id: int) -> HttpResponse:
    """What does this order cost? Goes to the account manager."""
    order = get_object_or_404(Order.objects.visible_to(request.user).select_related("dealer"), pk=order_id)
    ask_for_price(actor=request.user, order=order, now=clock.now())
    toast(request, _("Your account manager was asked for the price."))
    return redirect("portal:order", order_id=order.pk)


@portal_required
@require_http_methods(["GET", "POST"])
def claim_thread(request: Request, claim_id: int) -> HttpResponse:
    return _thread(request, get_object_or_404(Claim.objects.visible_to(request.user), pk=claim_id))


@portal_required
@require_GET
def message_file(request: Request, activity_id: int, file_id: int) -> FileResponse:
    entry = get_object_or_404(Activity.objects.visible_to(request.user).live(), pk=activity_id)
    with as_house():  # the entry was read behind the wall; the names of its files stand outside
        found = ActivityFile.objects.select_related("file").filter(activity=entry, removed_at=None, pk=file_id).first()
    if found is None:
        raise Http404
    return as_download(found.file, found.name)


def _thread(request: Request, record: Record) -> HttpResponse:
    thread = thread_of(record)
    form = MessageForm(request.POST or None, request.FILES or None)
    may_write = may_speak_for(request.user, thread.dealer_id)
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
        "entries": entries_of(thread, request.user),
        "form": form if may_write else None,
        "thread_url": request.path,
        "back": _back(record),
        "side": "dealer",
        **_news(request, thread),
    }
    status = 422 if form.errors else 200
    return render_page(request, "portal/thread.html", context, fragment="thread", status=status)


def _news(request: Request, thread: Thread) -> dict[str, object]:
    """What is new of all threads stands beside the one with the account manager; looking at that is a visit."""
    news = page_news(request.user, MESSAGES_KEY, "created_at") if thread.type == "dealer" else None
    since = news.since if news else None
    return {"news": news, "new_count": answers_since(request.user, since).count() if since else 0}


def _address(entry: Activity) -> str:
    """The thread that a message stands in."""
    if entry.context_type == "crm.order":
        return reverse("portal:order_thread", args=[entry.context_id])
    if entry.context_type == "crm.claim":
        return reverse("portal:claim", args=[entry.context_id])
    return reverse("portal:messages")


def _back(record: Record) -> str:
    return reverse("portal:claim", args=[record.pk]) if isinstance(record, Claim) else ""
