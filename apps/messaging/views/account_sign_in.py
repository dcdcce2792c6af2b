"""Is a mailbox reached? By "Test connection", and by the sign-in at Google or Microsoft, there and back."""

from __future__ import annotations

from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from apps.accounts.decorators import staff_required
from apps.core import clock
from apps.core.htmx import Request, render_page
from apps.core.ratelimit import allow
from apps.core.toasts import toast
from apps.messaging.forms.accounts import AccountForm
from apps.messaging.models import MailAccount
from apps.messaging.permissions import can_share_accounts
from apps.messaging.selectors.accounts import managed_accounts
from apps.messaging.services import checking, oauth
from apps.messaging.views.accounts import changeable

_KEPT = "mail_consents"  # in the session: state -> [account, verifier]
_MOST_KEPT = 5
_MOST_TESTS = 12  # a minute and user: nobody looks for open ports with it


@staff_required
@require_POST
def account_try(request: Request) -> HttpResponse:
    """Test a mailbox that isn't saved yet."""
    is_shared = can_share_accounts(request.user) and bool(request.POST.get("is_shared"))
    return _tested(request, AccountForm(request.POST, user=request.user, is_shared=is_shared), None)


@staff_required
@require_POST
def account_test(request: Request, account_id: int) -> HttpResponse:
    """Test a mailbox as its form stands or, from its page, as it is kept."""
    account = changeable(request, account_id)
    if "address" not in request.POST:
        return _answer(request, account, *_steps(request, account))
    form = AccountForm(request.POST, user=request.user, account=account, is_shared=account.is_shared)
    return _tested(request, form, account)


@staff_required
@never_cache
@require_GET
def account_sign_in(request: Request, account_id: int) -> HttpResponse:
    """Go to the provider; what comes back is known by its state, in this session alone."""
    account = changeable(request, account_id)
    try:
        consent = oauth.ask_consent(account, redirect_uri=_redirect_uri(request))
    except oauth.ConsentFailed as reason:
        toast(request, str(reason), kind="danger")
        return redirect("messaging:account", account.pk)
    kept = dict(list(request.session.get(_KEPT, {}).items())[1 - _MOST_KEPT :])
    request.session[_KEPT] = {**kept, consent.state: [account.pk, consent.verifier]}
    return HttpResponseRedirect(consent.url)


@staff_required
@never_cache
@require_GET
def account_signed_in(request: Request) -> HttpResponse:
    """The provider sends its user back to here, with a code or with an error (RFC 6749, 4.1.2)."""
    kept = request.session.get(_KEPT, {})
    account_id, verifier = kept.pop(request.GET.get("state", ""), (None, ""))
    account = managed_accounts(request.user).filter(pk=account_id).first() if account_id else None
    if account is None:
        toast(request, _("This sign-in wasn't begun here, or is over. Begin it again."), kind="danger")
        return redirect("messaging:accounts")
    request.session[_KEPT] = kept  # each state counts once
    try:
        _accept(request, account, verifier)
    except oauth.ConsentFailed as reason:
        toast(request, str(reason), kind="danger")
    else:
        toast(request, _("Signed in. Mail can be fetched and sent."))
    return redirect("messaging:account", account.pk)


def _accept(request: Request, account: MailAccount, verifier: str) -> None:
    code = request.GET.get("code", "")
    if not code:
        raise oauth.ConsentFailed(_("The access was not given. Nothing has changed."))
    oauth.accept_consent(
        actor=request.user,
        account=account,
        code=code,
        verifier=verifier,
        redirect_uri=_redirect_uri(request),
        now=clock.now(),
    )


def _redirect_uri(request: Request) -> str:
    path = reverse("messaging:account_signed_in")
    site: str = settings.RAPPORT_SITE_URL
    return f"{site.rstrip('/')}{path}" if site else request.build_absolute_uri(path)


def _tested(request: Request, form: AccountForm, account: MailAccount | None) -> HttpResponse:
    if not form.is_valid():
        return _answer(request, account, [], _words(form))
    try:
        trial = checking.trial_of(actor=request.user, account=account, data=form.to_input())
    except ValidationError as error:
        return _answer(request, account, [], error.messages)
    return _answer(request, account, *_steps(request, trial))


def _steps(request: Request, account: MailAccount) -> tuple[list[checking.Step], list[str]]:
    if not allow(f"mail-test:{request.user.pk}", limit=_MOST_TESTS, seconds=60):
        return [], [_("That was often. Wait a minute before the next test.")]
    return checking.check(account), []


def _words(form: AccountForm) -> list[str]:
    titles = {name: field.label for name, field in form.fields.items()}
    return [
        f"{titles.get(name, '')}: {' '.join(map(str, each))}".removeprefix(": ") for name, each in form.errors.items()
    ]


def _answer(
    request: Request, account: MailAccount | None, steps: list[checking.Step], errors: list[str]
) -> HttpResponse:
    context = {"steps": steps, "errors": errors, "account": account}
    return render_page(request, "messaging/account_test.html", context, fragment="account-test")
