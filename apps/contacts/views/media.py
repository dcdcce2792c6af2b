"""Photo and print view of a contact; a user made from it."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import FileResponse, Http404, HttpResponse
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.accounts.decorators import settings_required, staff_required
from apps.accounts.services.invitations import invite_user
from apps.accounts.services.users import EmailTaken, UnknownRole
from apps.contacts.forms.media import PhotoForm, UserForm
from apps.contacts.models import RawProperty
from apps.contacts.selectors.contact_page import contact_page, ties_of
from apps.contacts.services import photos
from apps.contacts.services.errors import InTrash
from apps.contacts.services.users import make_user_for
from apps.contacts.views.lookups import editable_entity, visible_entity
from apps.core import clock
from apps.core.form_errors import show_errors
from apps.core.htmx import Request, render_page
from apps.core.services import files
from apps.core.sheets import close_sheet
from apps.core.toasts import toast


@staff_required
@require_GET
def photo(request: Request, entity_id: int) -> HttpResponse | FileResponse:
    """The contact's own picture, for whoever may see the contact."""
    entity = visible_entity(request, entity_id)
    if entity.photo is None:
        raise Http404
    response = FileResponse(files.open_file(entity.photo), content_type=entity.photo.mime_type)
    response["Cache-Control"] = "private, max-age=300"
    response["X-Content-Type-Options"] = "nosniff"
    return response


@staff_required
@require_http_methods(["GET", "POST"])
def entity_photo(request: Request, entity_id: int) -> HttpResponse:
    entity = editable_entity(request, entity_id)
    form = PhotoForm(request.POST or None, request.FILES or None)
    if request.method == "POST":
        form = PhotoForm(request.POST, request.FILES)
        if form.is_valid():
            try:
                photos.set_photo(
                    actor=request.user, entity=entity, content=form.cleaned_data["photo"].file, now=clock.now()
                )
            except ValidationError as error:
                for message in error.messages:
                    form.add_error("photo", message)
            except InTrash as error:
                form.add_error(None, str(error))
            else:
                toast(request, _("Saved"))
                return close_sheet(request, reverse("contacts:entity", args=[entity.pk]))
    context = {"entity": entity, "form": form}
    return render_page(
        request, "contacts/photo_form.html", context, fragment="sheet", status=422 if form.errors else 200
    )


@staff_required
@require_POST
def photo_remove(request: Request, entity_id: int) -> HttpResponse:
    entity = editable_entity(request, entity_id)
    photos.remove_photo(actor=request.user, entity=entity, now=clock.now())
    toast(request, _("The picture was removed."))
    return close_sheet(request, reverse("contacts:entity", args=[entity.pk]))


@staff_required
@require_GET
def entity_print(request: Request, entity_id: int) -> HttpResponse:
    entity = visible_entity(request, entity_id)
    context = {
        "entity": entity,
        "page": contact_page(entity, user=request.user),
        "ties": ties_of(entity, user=request.user, today=localdate(clock.now())),
    }
    return render_page(request, "contacts/print.html", context)


@staff_required
@require_GET
def entity_raw(request: Request, entity_id: int) -> HttpResponse:
    """What a file said about the contact and no field of ours holds."""
    entity = visible_entity(request, entity_id)
    found = RawProperty.objects.filter(entity=entity).order_by("position", "pk")[:500]
    return render_page(request, "contacts/raw.html", {"entity": entity, "properties": found}, fragment="sheet")


@settings_required
@require_http_methods(["GET", "POST"])
def entity_user(request: Request, entity_id: int) -> HttpResponse:
    """Let a person of the contacts sign in."""
    entity = visible_entity(request, entity_id)
    if entity.user_id is not None or not entity.is_person:
        raise Http404
    form = UserForm(request.POST or None, initial={"email": entity.primary_email})
    if request.method == "POST" and form.is_valid():
        now, email, roles = clock.now(), form.cleaned_data["email"], form.role_names()
        try:
            with transaction.atomic():
                user = make_user_for(actor=request.user, entity=entity, email=email, roles=roles, now=now)
                invite_user(actor=request.user, user=user, site=request.build_absolute_uri("/"), now=now)
        except (EmailTaken, UnknownRole) as error:
            form.add_error("email" if isinstance(error, EmailTaken) else "roles", str(error))
        except ValidationError as error:
            show_errors(form, error)
        else:
            toast(request, _("%(email)s was sent an invitation.") % {"email": user.email})
            return close_sheet(request, reverse("contacts:entity", args=[entity.pk]))
    context = {"entity": entity, "form": form}
    return render_page(
        request, "contacts/user_form.html", context, fragment="sheet", status=422 if form.errors else 200
    )
