"""A dealer's people: the list, inviting, limiting, ending; one's own profile."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.accounts.services.users import EmailTaken
from apps.core import clock
from apps.core.form_errors import show_errors
from apps.core.htmx import Request, render_page
from apps.core.sheets import close_sheet
from apps.core.toasts import toast
from apps.crm.forms.people import InviteForm, ProfileForm, RightsForm
from apps.crm.models import Dealer, DealerUser
from apps.crm.models.reach import portal_reader
from apps.crm.portal.doors import owner_required, portal_required
from apps.crm.services import portal_people as services


@owner_required
@require_GET
def people(request: Request) -> HttpResponse:
    found = DealerUser.objects.visible_to(request.user).order_by("ended_at", "name", "pk")
    return render_page(request, "portal/people.html", {"people": found})


@owner_required
@require_http_methods(["GET", "POST"])
def person_invite(request: Request) -> HttpResponse:
    form = InviteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        dealer = get_object_or_404(Dealer.objects.visible_to(request.user))
        given = form.cleaned_data
        try:
            services.invite_person(
                actor=request.user,
                dealer=dealer,
                name=given["name"],
                email=given["email"],
                sees_money=given["sees_money"],
                site=request.build_absolute_uri("/"),
                now=clock.now(),
            )
        except EmailTaken as error:
            form.add_error("email", str(error))
        except ValidationError as error:
            show_errors(form, error)
        else:
            toast(request, _("%(email)s was sent an invitation.") % {"email": given["email"]})
            return close_sheet(request, reverse("portal:people"))
    return _sheet(request, form, _("Invite somebody"))


@owner_required
@require_http_methods(["GET", "POST"])
def person(request: Request, person_id: int) -> HttpResponse:
    found = _person(request, person_id)
    form = RightsForm(request.POST or None, initial={"role": found.role, "sees_money": found.sees_money})
    if request.method == "POST" and form.is_valid():
        try:
            services.limit_person(
                actor=request.user,
                person=found,
                role=form.cleaned_data["role"],
                sees_money=form.cleaned_data["sees_money"],
                now=clock.now(),
            )
        except services.LastOwner as error:
            form.add_error("role", str(error))
        else:
            toast(request, _("Saved"))
            return close_sheet(request, reverse("portal:people"))
    return _sheet(request, form, found.name or found.email)


@owner_required
@require_POST
def person_end(request: Request, person_id: int) -> HttpResponse:
    try:
        services.end_access(actor=request.user, person=_person(request, person_id), now=clock.now())
    except services.LastOwner as error:
        toast(request, str(error), kind="danger")
    else:
        toast(request, _("They can't sign in any more."))
    return redirect("portal:people")


@owner_required
@require_POST
def person_invite_again(request: Request, person_id: int) -> HttpResponse:
    found = _person(request, person_id)
    site = request.build_absolute_uri("/")
    services.invite_again(actor=request.user, person=found, site=site, now=clock.now())
    toast(request, _("%(email)s was sent an invitation.") % {"email": found.email})
    return redirect("portal:people")


@portal_required
@require_http_methods(["GET", "POST"])
def profile(request: Request) -> HttpResponse:
    form = ProfileForm(request.POST or None, initial={"name": request.user.name})
    if request.method == "POST" and form.is_valid():
        services.rename_self(actor=request.user, name=form.cleaned_data["name"], now=clock.now())
        toast(request, _("Saved"))
        return redirect("portal:profile")
    reader = portal_reader(request.user)
    if reader is None:
        raise PermissionDenied
    context = {"form": form, "dealer": get_object_or_404(Dealer.objects.visible_to(request.user)), "reader": reader}
    return render_page(request, "portal/profile.html", context, status=422 if form.errors else 200)


def _person(request: Request, person_id: int) -> DealerUser:
    return get_object_or_404(DealerUser.objects.visible_to(request.user).current(), pk=person_id)


def _sheet(request: Request, form: InviteForm | RightsForm, title: str) -> HttpResponse:
    status = 422 if form.errors else 200
    context = {"form": form, "title": title}
    return render_page(request, "portal/person_sheet.html", context, fragment="sheet", status=status)
