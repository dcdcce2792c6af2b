"""Mailboxes: one's own, and the shared ones of who may change them."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.accounts.decorators import staff_required
from apps.core import clock
from apps.core.form_errors import show_errors
from apps.core.htmx import Request, render_page
from apps.core.models import Operation
from apps.core.selectors import describe
from apps.core.sheets import close_sheet
from apps.core.toasts import toast
from apps.messaging.forms.accounts import AccountForm, AddressForm, initial_by, initial_of
from apps.messaging.models import MailAccount
from apps.messaging.permissions import can_change_account, can_share_accounts
from apps.messaging.presets import Preset, preset_for, preset_of
from apps.messaging.selectors.accounts import (
    account_rows,
    folder_rows,
    known_accounts,
    row_of,
    running_work,
)
from apps.messaging.services import accounts as services
from apps.messaging.services import meter, oauth, syncing

FORM = "messaging/account_form.html"


@staff_required
@require_GET
def account_list(request: Request) -> HttpResponse:
    return render_page(request, "messaging/accounts.html", {"rows": account_rows(request.user)})


@staff_required
@never_cache
@require_GET
def account_page(request: Request, account_id: int) -> HttpResponse:
    """How a mailbox is: the last fetching, its folders, what is missing."""
    account = get_object_or_404(known_accounts(request.user).select_related("owner", "team"), pk=account_id)
    reads = MailAccount.objects.visible_to(request.user).filter(pk=account.pk).exists()
    running = running_work(account, request.user)
    folders = folder_rows(account)
    context = {
        "row": row_of(account, request.user, reads=reads),
        "account": account,
        "folders": folders,
        "is_missing": any(each.missing for each in folders),
        "running": describe(running, now=clock.now()) if running else None,
        "provider": oauth.provider_of(account.auth),
    }
    return render_page(request, "messaging/account.html", context)


@staff_required
@require_http_methods(["GET", "POST"])
def account_add(request: Request) -> HttpResponse:
    """Two steps of one sheet: the address first, then all of it with the provider's servers filled in."""
    can_share = can_share_accounts(request.user)
    is_shared = can_share and bool(request.POST.get("is_shared"))
    if "imap_host" not in request.POST:
        return _ask_address(request, can_share=can_share, is_shared=is_shared)
    preset = preset_for(request.POST.get("address", ""), request.POST.get("provider", ""))
    form = AccountForm(request.POST, user=request.user, is_shared=is_shared)
    if form.is_valid():
        try:
            account = services.add_account(
                actor=request.user, data=form.to_input(), shared_by=form.sharers(), now=clock.now()
            )
        except ValidationError as error:
            show_errors(form, error)
        else:
            toast(request, _("The mailbox %(address)s was added.") % {"address": account.address})
            _fetch_first(request, account)
            return close_sheet(request, _way_on(request, account))
    return _show_form(request, form, preset, is_shared=is_shared, status=422)


@staff_required
@require_http_methods(["GET", "POST"])
def account_edit(request: Request, account_id: int) -> HttpResponse:
    account = changeable(request, account_id)
    form = AccountForm(
        request.POST or None,
        user=request.user,
        account=account,
        is_shared=account.is_shared,
        initial=initial_of(account),
    )
    if request.method == "POST" and form.is_valid():
        try:
            services.change_account(
                actor=request.user, account=account, data=form.to_input(), shared_by=form.sharers(), now=clock.now()
            )
        except ValidationError as error:
            show_errors(form, error)
        else:
            toast(request, _("Saved"))
            account.refresh_from_db()
            return close_sheet(request, _way_on(request, account))
    status = 422 if request.method == "POST" else 200
    return _show_form(request, form, preset_of(account), account=account, is_shared=account.is_shared, status=status)


@staff_required
@require_POST
def account_folders(request: Request, account_id: int) -> HttpResponse:
    account = changeable(request, account_id)
    chosen = [int(each) for each in request.POST.getlist("folders") if each.isdecimal() and len(each) < 19]
    services.choose_folders(actor=request.user, account=account, folder_ids=chosen, now=clock.now())
    toast(request, _("Saved"))
    return redirect("messaging:account", account.pk)


@staff_required
@require_POST
def account_fetch(request: Request, account_id: int) -> HttpResponse:
    account = get_object_or_404(known_accounts(request.user), pk=account_id)
    syncing.begin_sync(actor=request.user, account=account, now=clock.now())
    return redirect("messaging:account", account.pk)


@staff_required
@require_POST
def account_measure(request: Request, account_id: int) -> HttpResponse:
    account = get_object_or_404(known_accounts(request.user), pk=account_id)
    meter.begin_measure(actor=request.user, account=account, now=clock.now())
    return redirect("messaging:account", account.pk)


@staff_required
@require_POST
def account_fetch_missing(request: Request, account_id: int) -> HttpResponse:
    account = get_object_or_404(known_accounts(request.user), pk=account_id)
    meter.begin_fetch_missing(actor=request.user, account=account, now=clock.now())
    return redirect("messaging:account", account.pk)


@staff_required
@require_POST
def account_close(request: Request, account_id: int) -> HttpResponse:
    account = changeable(request, account_id)
    operation = services.close_account(actor=request.user, account=account, now=clock.now())
    words = _("%(address)s is closed: nothing is fetched or sent any more. Its mail stays.")
    return _told(request, account, words % {"address": account.address}, operation)


@staff_required
@require_POST
def account_reopen(request: Request, account_id: int) -> HttpResponse:
    account = changeable(request, account_id)
    operation = services.reopen_account(actor=request.user, account=account, now=clock.now())
    return _told(request, account, _("%(address)s is in use again.") % {"address": account.address}, operation)


def changeable(request: Request, account_id: int) -> MailAccount:
    """The mailbox, for who may change it: members who may not are told so, to others there is none."""
    account = get_object_or_404(known_accounts(request.user), pk=account_id)
    if not can_change_account(request.user, account):
        raise PermissionDenied
    return account


def _fetch_first(request: Request, account: MailAccount) -> None:
    """The page that follows has a bar; not where one has yet to sign in, or isn't a member."""
    mine = MailAccount.objects.visible_to(request.user).filter(pk=account.pk, auth=MailAccount.Auth.PASSWORD)
    if mine.exclude(imap_host="").exists():
        syncing.begin_sync(actor=request.user, account=account, now=clock.now())


def _ask_address(request: Request, *, can_share: bool, is_shared: bool) -> HttpResponse:
    form = AddressForm(request.POST or None, can_share=can_share)
    if request.method == "POST" and form.is_valid():
        address = form.cleaned_data["address"].lower()
        preset = preset_for(address, form.cleaned_data["provider"])
        initial = initial_by(preset, address, request.user, is_shared=is_shared)
        filled = AccountForm(user=request.user, is_shared=is_shared, initial=initial)
        return _show_form(request, filled, preset, is_shared=is_shared)
    context = {"form": form, "back": reverse("messaging:accounts")}
    status = 422 if request.method == "POST" else 200
    return render_page(request, "messaging/account_address.html", context, fragment="sheet", status=status)


def _show_form(
    request: Request,
    form: AccountForm,
    preset: Preset | None,
    *,
    is_shared: bool,
    account: MailAccount | None = None,
    status: int = 200,
) -> HttpResponse:
    known = account.pk if account else None
    context = {
        "form": form,
        "preset": preset,
        "account": account,
        "is_shared": is_shared,
        "test_url": reverse("messaging:account_test", args=[known]) if known else reverse("messaging:account_try"),
        "back": reverse("messaging:account", args=[known]) if known else reverse("messaging:accounts"),
    }
    return render_page(request, FORM, context, fragment="sheet", status=status)


def _way_on(request: Request, account: MailAccount) -> str:
    """Where a saved mailbox goes on: to its provider, where nobody has signed in there yet.

    A plain form can't: the policy lets no form end up on another site. Its page has a link.
    """
    wants_sign_in = account.auth != MailAccount.Auth.PASSWORD and not account.refresh_token and bool(request.htmx)
    return reverse("messaging:account_sign_in" if wants_sign_in else "messaging:account", args=[account.pk])


def _told(request: Request, account: MailAccount, words: str, operation: Operation | None) -> HttpResponse:
    undo = reverse("core:operation_undo", args=[operation.pk]) if operation is not None else ""
    toast(request, words, undo_url=undo)
    return redirect("messaging:account", account.pk)
