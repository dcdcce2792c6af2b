"""Users, for administrators: list, invite, roles, in and out of service."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.accounts.decorators import settings_required, staff_required
from apps.accounts.forms import NameForm, RolesForm, UserForm
from apps.accounts.models import User
from apps.accounts.permissions import STAFF_ROLES, is_admin
from apps.accounts.preferences import preferences_of
from apps.accounts.services import users as service
from apps.accounts.services.invitations import invite_user
from apps.accounts.views.lists import users_listing
from apps.core import clock
from apps.core.contributions import words_about
from apps.core.htmx import Request, render_page
from apps.core.pickers import PICKER_PAGE, Option, picker_response


@settings_required
@require_GET
def users(request: Request) -> HttpResponse:
    listing = users_listing(request)
    if listing is None:
        raise PermissionDenied
    page = listing.page(request, User.objects.filter(is_bot=False), page_size=preferences_of(request.user).page_size)
    return page.render(request, "accounts/users.html")


@staff_required
@require_GET
def user_pick(request: Request) -> HttpResponse:
    """Answer a picker with users: administrators find all, others whoever works in the house."""
    found = User.objects.filter(is_bot=False).order_by("name", "email", "pk")
    if not is_admin(request.user):
        found = found.filter(
            is_active=True, pk__in=User.groups.through.objects.filter(group__name__in=STAFF_ROLES).values("user")
        )
    if wanted := request.GET.get("q", "").strip():
        found = found.filter(Q(name__icontains=wanted) | Q(email__icontains=wanted))
    page = Paginator(found, PICKER_PAGE).get_page(request.GET.get("page"))
    return picker_response(
        [Option(str(user.pk), str(user), words_about(user.pk) or user.email) for user in page], more=page.has_next()
    )


@settings_required
@require_http_methods(["GET", "POST"])
def user_create(request: Request) -> HttpResponse:
    form = UserForm(request.POST or None, initial={"roles": ["sales"]})
    if request.method == "POST" and form.is_valid():
        now = clock.now()
        try:
            with transaction.atomic():
                user = service.create_user(
                    actor=request.user,
                    email=form.cleaned_data["email"],
                    name=form.cleaned_data["name"],
                    roles=form.cleaned_data["roles"],
                    language=form.cleaned_data["language"],
                    now=now,
                )
                invite_user(actor=request.user, user=user, site=request.build_absolute_uri("/"), now=now)
        except service.EmailTaken as error:
            form.add_error("email", str(error))
        else:
            messages.success(request, _("%(email)s was sent an invitation.") % {"email": user.email})
            return redirect("accounts:user", user.pk)
    status = 422 if request.method == "POST" else 200
    return render_page(request, "accounts/user_create.html", {"form": form}, status=status)


@settings_required
@require_http_methods(["GET", "POST"])
def user(request: Request, user_id: int) -> HttpResponse:
    """One user's name, address and roles."""
    shown = get_object_or_404(User.objects.filter(is_bot=False), pk=user_id)
    name_form = NameForm(request.POST or None, initial={"name": shown.name, "email": shown.email})
    roles_form = RolesForm(request.POST or None, initial={"roles": list(shown.groups.values_list("name", flat=True))})
    if request.method == "POST" and name_form.is_valid() and roles_form.is_valid():
        now = clock.now()
        try:
            with transaction.atomic():
                service.rename_user(actor=request.user, user=shown, name=name_form.cleaned_data["name"], now=now)
                service.change_email(actor=request.user, user=shown, email=name_form.cleaned_data["email"], now=now)
                service.set_roles(actor=request.user, user=shown, roles=roles_form.cleaned_data["roles"], now=now)
        except service.LastAdministrator as error:
            roles_form.add_error("roles", str(error))
        except service.EmailTaken as error:
            name_form.add_error("email", str(error))
        else:
            messages.success(request, _("Saved."))
            return redirect("accounts:user", shown.pk)
    status = 422 if request.method == "POST" else 200
    about = words_about(shown.pk)
    context = {"shown": shown, "about": about, "name_form": name_form, "roles_form": roles_form}
    return render_page(request, "accounts/user.html", context, status=status)


@settings_required
@require_POST
def user_deactivate(request: Request, user_id: int) -> HttpResponse:
    shown = get_object_or_404(User.objects.filter(is_bot=False), pk=user_id)
    try:
        service.deactivate_user(actor=request.user, user=shown, now=clock.now())
    except service.LastAdministrator as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("%(name)s can't sign in any more.") % {"name": shown})
    return redirect("accounts:user", shown.pk)


@settings_required
@require_POST
def user_reactivate(request: Request, user_id: int) -> HttpResponse:
    shown = get_object_or_404(User.objects.filter(is_bot=False), pk=user_id)
    service.reactivate_user(actor=request.user, user=shown, now=clock.now())
    messages.success(request, _("%(name)s can sign in again.") % {"name": shown})
    return redirect("accounts:user", shown.pk)


@settings_required
@require_POST
def user_invite(request: Request, user_id: int) -> HttpResponse:
    shown = get_object_or_404(User.objects.filter(is_active=True, is_bot=False), pk=user_id)
    invite_user(actor=request.user, user=shown, site=request.build_absolute_uri("/"), now=clock.now())
    messages.success(request, _("%(email)s was sent a link to set a password with.") % {"email": shown.email})
    return redirect("accounts:user", shown.pk)


@settings_required
@require_POST
def user_sign_out(request: Request, user_id: int) -> HttpResponse:
    shown = get_object_or_404(User.objects.filter(is_bot=False), pk=user_id)
    service.sign_out_everywhere(actor=request.user, user=shown, now=clock.now())
    messages.success(request, _("%(name)s is signed out everywhere.") % {"name": shown})
    return redirect("accounts:user", shown.pk)
