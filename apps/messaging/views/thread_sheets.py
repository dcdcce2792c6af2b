"""The sheets of a thread: put off, assign, share, file, and what is made of a mail."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.timezone import get_current_timezone_name
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from apps.accounts.decorators import staff_required
from apps.accounts.models import User
from apps.activities.models import Activity
from apps.contacts.models import Entity
from apps.core import clock
from apps.core.form_errors import show_errors
from apps.core.htmx import Request, render_page
from apps.core.sheets import close_sheet, way_back
from apps.core.toasts import toast
from apps.messaging.forms.reading import (
    AssignForm,
    FileForm,
    MeetingFromMailForm,
    NoteFromMailForm,
    ShareForm,
    SnoozeForm,
    TaskFromMailForm,
)
from apps.messaging.models import MailMessage, MailShare, ThreadState
from apps.messaging.selectors.threads import contacts_at
from apps.messaging.services import refiling, threads, turning
from apps.messaging.services.sharing import share_thread, unshare_thread
from apps.messaging.views.mail import threads_changed
from apps.messaging.views.threads import chosen_states, own_states, undo_url

SHEET = "messaging/sheet.html"


@staff_required
@require_http_methods(["GET", "POST"])
def thread_snooze(request: Request, thread_id: int) -> HttpResponse:
    return _snooze(request, own_states(request, thread_id), reverse("messaging:thread", args=[thread_id]))


@staff_required
@require_http_methods(["GET", "POST"])
def thread_assign(request: Request, thread_id: int) -> HttpResponse:
    return _assign(request, own_states(request, thread_id), reverse("messaging:thread", args=[thread_id]))


@staff_required
@require_POST
def bulk_snooze(request: Request) -> HttpResponse:
    """The list posts its selection here, the sheet posts it again with an answer."""
    return _snooze(request, chosen_states(request), way_back(request, reverse("messaging:mail")))


@staff_required
@require_POST
def bulk_assign(request: Request) -> HttpResponse:
    return _assign(request, chosen_states(request), way_back(request, reverse("messaging:mail")))


def _snooze(request: Request, states: list[ThreadState], back: str) -> HttpResponse:
    form = SnoozeForm(_answered(request))
    if form.is_bound and form.is_valid():
        now = clock.now()
        try:
            operation = threads.snooze_threads(actor=request.user, states=states, until=form.until(now), now=now)
        except ValidationError as error:
            form.add_error("choice", error.messages[0])
        else:
            toast(request, _("Put off"), undo_url=undo_url(operation))
            return close_sheet(request, back)
    return _sheet(request, form, _("Put off"), _("Put off"), "clock-pause", back, states)


def _assign(request: Request, states: list[ThreadState], back: str) -> HttpResponse:
    among: QuerySet[User] = threads.assignable_to(states)
    form = AssignForm(_answered(request), among=among, initial={"assignee": states[0].assignee_id if states else None})
    if form.is_bound and form.is_valid():
        assignee = form.cleaned_data["assignee"]
        try:
            operation = threads.assign_threads(actor=request.user, states=states, assignee=assignee, now=clock.now())
        except ValidationError as error:
            show_errors(form, error)
        else:
            toast(request, threads_changed(len(states)), undo_url=undo_url(operation))
            return close_sheet(request, back)
    return _sheet(request, form, _("Assign"), _("Assign"), "user-check", back, states)


@staff_required
@require_http_methods(["GET", "POST"])
def thread_share(request: Request, thread_id: int) -> HttpResponse:
    """Let colleagues or a team read the thread, with what is still to come in it; or no longer."""
    states = own_states(request, thread_id)
    back = reverse("messaging:thread", args=[thread_id])
    form = ShareForm(_answered(request))
    if form.is_bound and form.is_valid():
        given, now = form.cleaned_data, clock.now()
        wanted: list[dict[str, Any]] = [{"user": user} for user in given["users"]]
        wanted += [{"team": given["team"]}] if given["team"] else []
        try:
            for state in states:
                for whom in wanted:
                    share_thread(actor=request.user, account=state.account, thread=state.thread, now=now, **whom)
        except ValidationError as error:
            show_errors(form, error)
        else:
            toast(request, _("Shared"))
            return close_sheet(request, back)
    shares = MailShare.objects.filter(thread=thread_id, account__in=[state.account_id for state in states])
    context: dict[str, Any] = {"shares": shares.select_related("user", "team").order_by("pk"), "thread_id": thread_id}
    return _sheet(request, form, _("Share the thread"), _("Share"), "share", back, **context)


@staff_required
@require_POST
def thread_unshare(request: Request, thread_id: int, share_id: int) -> HttpResponse:
    accounts = [state.account_id for state in own_states(request, thread_id)]
    found = MailShare.objects.filter(thread=thread_id, account__in=accounts)
    share = found.select_related("account", "thread").filter(pk=share_id).first()
    if share is not None:
        unshare_thread(actor=request.user, share=share, now=clock.now())
    toast(request, _("No longer shared"))
    return close_sheet(request, reverse("messaging:thread", args=[thread_id]))


@staff_required
@require_http_methods(["GET", "POST"])
def message_file(request: Request, message_id: int) -> HttpResponse:
    """With which contacts a mail stands."""
    message = _message(request, message_id)
    about = Entity.objects.visible_to(request.user).filter(
        activity_links__activity=message.activity_id,
        activity_links__via_employer=False,
    )
    form = FileForm(
        _answered(request), user=request.user, initial={"entities": list(about.values_list("pk", flat=True))}
    )
    back = _home(message)
    if form.is_bound and form.is_valid():
        try:
            operation = refiling.refile_message(
                actor=request.user, message=message, entities=list(form.cleaned_data["entities"]), now=clock.now()
            )
        except ValidationError as error:
            show_errors(form, error)
        else:
            toast(request, _("Saved"), undo_url=undo_url(operation))
            return close_sheet(request, back)
    return _sheet(request, form, _("File with"), _("Save"), "folder", back)


@staff_required
@require_http_methods(["GET", "POST"])
def message_task(request: Request, message_id: int) -> HttpResponse:
    message = _message(request, message_id)
    initial = {**_initial(request, message), "assignees": [request.user.pk]}
    form = TaskFromMailForm(_answered(request), user=request.user, entities=_about(request, message), initial=initial)
    if form.is_bound and form.is_valid():
        given = form.cleaned_data
        try:
            turning.make_task(
                actor=request.user,
                thread=message.thread,
                made=_made(form),
                subject=given["subject"],
                zone=get_current_timezone_name(),
                text=given["text"],
                due_on=given["due_on"],
                assignees=[user.pk for user in given["assignees"]],
                now=clock.now(),
            )
        except ValidationError as error:
            show_errors(form, error)
        else:
            toast(request, _("The task is noted."))
            return close_sheet(request, _home(message))
    return _sheet(request, form, _("New task"), _("Save"), "check", _home(message))


@staff_required
@require_http_methods(["GET", "POST"])
def message_meeting(request: Request, message_id: int) -> HttpResponse:
    message = _message(request, message_id)
    form = MeetingFromMailForm(
        _answered(request), user=request.user, entities=_about(request, message), initial=_initial(request, message)
    )
    if form.is_bound and form.is_valid():
        given = form.cleaned_data
        try:
            turning.make_meeting(
                actor=request.user,
                thread=message.thread,
                made=_made(form),
                subject=given["subject"],
                day=given["day"],
                starts=given["starts"],
                minutes=given["minutes"],
                zone=get_current_timezone_name(),
                now=clock.now(),
            )
        except ValidationError as error:
            show_errors(form, error)
        else:
            toast(request, _("The meeting is planned."))
            return close_sheet(request, _home(message))
    return _sheet(request, form, _("New meeting"), _("Save"), "calendar-plus", _home(message))


@staff_required
@require_http_methods(["GET", "POST"])
def message_note(request: Request, message_id: int) -> HttpResponse:
    message = _message(request, message_id)
    initial = {"visibility": _initial(request, message)["visibility"]}
    form = NoteFromMailForm(_answered(request), user=request.user, entities=_about(request, message), initial=initial)
    if form.is_bound and form.is_valid():
        try:
            turning.make_note(
                actor=request.user,
                thread=message.thread,
                made=_made(form),
                text=form.cleaned_data["text"],
                now=clock.now(),
            )
        except ValidationError as error:
            show_errors(form, error)
        else:
            toast(request, _("Saved"))
            return close_sheet(request, _home(message))
    return _sheet(request, form, _("Note"), _("Write down"), "note", _home(message))


# --- shared -----------------------------------------------------------------------------------------------------------
def _message(request: Request, message_id: int) -> MailMessage:
    found = MailMessage.objects.present_to(request.user).select_related("thread")
    return get_object_or_404(found, pk=message_id)


def _home(message: MailMessage) -> str:
    return f"{reverse('messaging:thread', args=[message.thread_id])}#message-{message.pk}"


def _answered(request: Request) -> Any:
    """What was typed into the sheet; None where it is only being opened, also by the post of a selection."""
    return request.POST if "answered" in request.POST else None


def _about(request: Request, message: MailMessage) -> list[Entity]:
    """The contacts to whom the mail's addresses belong, as the reader sees them."""
    addresses = set(message.addresses.values_list("address", flat=True)[:50])
    known = set(contacts_at(addresses, user=request.user).values())
    return list(Entity.objects.visible_to(request.user).filter(pk__in=known).order_by("pk")[:20])


def _initial(request: Request, message: MailMessage) -> dict[str, Any]:
    """A private mailbox's subject is for its owner, unless they choose otherwise."""
    states = ThreadState.objects.of_mailboxes_of(request.user).filter(thread=message.thread_id)
    private = states.filter(account__owner__isnull=False).exists() or not states.exists()
    chosen = Activity.Visibility.PRIVATE if private else Activity.Visibility.PUBLIC
    return {"subject": message.subject[:300], "visibility": chosen}


def _made(form: Form) -> turning.Made:
    return turning.Made(list(form.cleaned_data["entities"]), form.cleaned_data["visibility"])


def _sheet(
    request: Request,
    form: Form,
    title: str,
    button: str,
    icon: str,
    back: str,
    states: list[ThreadState] | None = None,
    **context: Any,
) -> HttpResponse:
    context |= {
        "form": form,
        "title": title,
        "button": button,
        "button_icon": icon,
        "back": back,
        "ids": [state.pk for state in states or []],
    }
    return render_page(request, SHEET, context, fragment="sheet", status=422 if form.errors else 200)
