"""A thread: read, and acted upon by whoever reads its mailbox."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_POST

from apps.accounts.decorators import staff_required
from apps.core import clock
from apps.core.htmx import Request, render_page
from apps.core.sheets import close_sheet, way_back
from apps.core.toasts import toast, with_toast
from apps.messaging.addresses import address_of
from apps.messaging.models import MailMessage, ThreadState
from apps.messaging.selectors.mailbox import mailboxes_of
from apps.messaging.selectors.threads import ThreadPage, thread_page
from apps.messaging.services import copies, threads
from apps.messaging.services.keeping import ARCHIVE, JUNK, stays_there
from apps.messaging.views.mail import threads_changed

THREAD = "messaging/thread.html"
MOST_AT_ONCE = 500
Act = Callable[..., int | None]

# What a click does at once, to a thread or to a selection: its service, what else it is given, what is said then.
ACTS: dict[str, tuple[Act, dict[str, Any], Any]] = {
    "archive": (threads.archive_threads, {}, gettext_lazy("Archived")),
    "inbox": (threads.archive_threads, {"back": True}, gettext_lazy("Back in the inbox")),
    "spam": (threads.junk_threads, {}, gettext_lazy("It is spam.")),
    "no-spam": (threads.junk_threads, {"back": True}, gettext_lazy("It is no spam.")),
    "trash": (copies.trash_threads, {}, gettext_lazy("Thrown away")),
    "read": (copies.mark_threads, {"is_seen": True}, gettext_lazy("Read")),
    "unread": (copies.mark_threads, {"is_seen": False}, gettext_lazy("Unread")),
    "wake": (threads.snooze_threads, {"until": None}, gettext_lazy("Shown again")),
    "waive": (threads.waive_answers, {}, gettext_lazy("No answer is needed.")),
}
_WAYS = {"archive": ARCHIVE, "spam": JUNK}
LEAVES = frozenset({"archive", "spam", "trash", "unread"})  # afterwards one goes on with the list


@staff_required
@require_GET
def thread(request: Request, thread_id: int) -> HttpResponse:
    before = request.GET.get("before", "")
    page = shown_thread(request, thread_id, before=before)
    context = {
        "page": page,
        "thread": page.thread,
        "reader": request.user,
        "may_act": bool(page.states),
        "state": page.states[0] if page.states else None,
        "account": request.GET.get("account", ""),
        "account_query": f"?account={page.states[0].account_id}" if len(page.states) == 1 else "",
        "unread_ids": [one.message.pk for one in page.messages if one.is_unread],
        "send_again": bool(address_of("messaging:send_again", 0)),
        "reply_url": "messaging:reply" if address_of("messaging:reply", 0) else "",
    }
    return render_page(request, THREAD, context, fragment="thread-messages" if before else "thread")


@staff_required
@require_POST
def thread_seen(request: Request, thread_id: int) -> HttpResponse:
    """The page, once it is open, says that its mails were before the reader."""
    asked = [int(each) for each in request.POST.getlist("ids")[:100] if each.isdecimal() and len(each) < 19]
    found = MailMessage.objects.present_to(request.user).filter(thread=thread_id)
    if not found.exists():
        raise Http404
    copies.mark_read(actor=request.user, messages=list(found.filter(pk__in=asked).only("pk")), now=clock.now())
    return HttpResponse(status=204)


@staff_required
@require_POST
def thread_act(request: Request, thread_id: int, act: str) -> HttpResponse:
    """One of ACTS, on the thread in the reader's mailboxes."""
    if act not in ACTS:
        raise Http404
    states = own_states(request, thread_id)
    service, given, words = ACTS[act]
    operation = service(actor=request.user, states=states, now=clock.now(), **given)
    home = reverse("messaging:thread", args=[thread_id])
    back = way_back(request, reverse("messaging:mail")) if act in LEAVES else home
    toast(request, _told(str(words), act, states), undo_url=undo_url(operation))
    return close_sheet(request, back)


@staff_required
@require_POST
def mail_bulk(request: Request, act: str) -> HttpResponse:
    """The list posts its selection here; what asks for more first is in `views.thread_sheets`."""
    if act not in ACTS:
        raise Http404
    states = chosen_states(request)
    service, given, _words = ACTS[act]
    operation = service(actor=request.user, states=states, now=clock.now(), **given) if states else None
    text = _told(threads_changed(len(states)), act, states) if states else _("Choose some threads first.")
    if request.htmx:
        return with_toast(HttpResponse(status=204), text, undo_url=undo_url(operation))
    toast(request, text, undo_url=undo_url(operation))
    return close_sheet(request, way_back(request, reverse("messaging:mail")))


@staff_required
@require_POST
def mail_put_back(request: Request) -> HttpResponse:
    """Out of the box of what was thrown away; copies in mailboxes of others are as good as none."""
    asked = [int(each) for each in request.POST.getlist("ids")[:MOST_AT_ONCE] if each.isdecimal() and len(each) < 19]
    count, operation = copies.put_back(actor=request.user, copy_ids=asked, now=clock.now())
    words = ngettext("%(count)d mail was put back.", "%(count)d mails were put back.", count) % {"count": count}
    text = words if count else _("Choose some mails first.")
    if request.htmx:
        return with_toast(HttpResponse(status=204), text, undo_url=undo_url(operation))
    toast(request, text, undo_url=undo_url(operation))
    return close_sheet(request, way_back(request, f"{reverse('messaging:mail')}?box=trash"))


@staff_required
@require_POST
def message_act(request: Request, message_id: int, act: str) -> HttpResponse:
    """Flag one mail, take its flag, or throw it away alone."""
    found = MailMessage.objects.present_to(request.user)
    message = get_object_or_404(found, pk=message_id)
    home = reverse("messaging:thread", args=[message.thread_id])
    now = clock.now()
    if act in ("flag", "unflag"):
        copies.flag_message(actor=request.user, message=message, is_flagged=act == "flag", now=now)
    elif act == "trash":
        operation = copies.trash_message(actor=request.user, message=message, now=now)
        toast(request, _("Thrown away"), undo_url=undo_url(operation))
        is_empty = not found.filter(thread=message.thread_id).exists()
        return close_sheet(request, reverse("messaging:mail") if is_empty else home)
    else:
        raise Http404
    return close_sheet(request, f"{home}#message-{message.pk}")


def _told(words: str, act: str, states: list[ThreadState]) -> str:
    """With what the server of a mailbox can't do."""
    return f"{words} {stays_there(states, _WAYS[act])}".strip() if act in _WAYS else words


# --- shared with the sheets -------------------------------------------------------------------------------------------
def shown_thread(request: Request, thread_id: int, *, before: str = "") -> ThreadPage:
    asked = request.GET.get("account", "")
    account = int(asked) if asked.isdecimal() and len(asked) < 19 else None
    mailboxes = mailboxes_of(request.user)
    page = thread_page(thread_id, user=request.user, mailboxes=mailboxes, account=account, before=before)
    if page is None:
        raise Http404
    return page


def own_states(request: Request, thread_id: int) -> list[ThreadState]:
    """The thread's rows in the reader's mailboxes; in one of them where `account` names it. 404 without any."""
    found = ThreadState.objects.of_mailboxes_of(request.user).filter(thread=thread_id)
    asked = request.GET.get("account", "")
    if asked.isdecimal() and len(asked) < 19:
        found = found.filter(account=int(asked))
    states = list(found.order_by("pk"))
    if not states:
        raise Http404
    return states


def chosen_states(request: Request) -> list[ThreadState]:
    """The rows that the list's selection names; rows of others are as good as none."""
    asked = [int(each) for each in request.POST.getlist("ids")[:MOST_AT_ONCE] if each.isdecimal() and len(each) < 19]
    return list(ThreadState.objects.of_mailboxes_of(request.user).filter(pk__in=asked).order_by("pk"))


def undo_url(operation: int | None) -> str:
    return reverse("core:operation_undo", args=[operation]) if operation else ""
