"""The trash: what lies in it, and the way back."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy
from django.views.decorators.http import require_GET, require_POST

from apps.accounts.decorators import staff_required
from apps.accounts.models import User
from apps.accounts.permissions import is_staff_member
from apps.accounts.preferences import preferences_of
from apps.accounts.templatetags.formats import day, moment
from apps.contacts.models import Entity
from apps.contacts.models.entities import EntityQuerySet
from apps.contacts.models.rights import rights_of
from apps.contacts.services.trash import KEPT_FOR, restore_entities
from apps.core import clock
from apps.core.htmx import Request
from apps.core.listing import Action, ChoiceFilter, Column, Empty, Listing, NewFilter
from apps.core.sheets import way_back
from apps.core.text import fold
from apps.core.toasts import toast

KEY = "contacts.trash"
AT_ONCE = 1000  # restored in one request; more are a matter of a few clicks


def trash_listing(request: HttpRequest) -> Listing | None:
    """The list of what lies in the trash, for colleagues."""
    user = request.user
    if not is_staff_member(user):
        return None
    editable = rights_of(user).edit

    def restore_button(entity: Entity) -> object:
        if entity.folder_id not in editable:
            return ""
        return format_html(
            '<button class="btn btn--quiet" form="list-selection" formaction="{}" name="one" value="{}"'
            ' aria-label="{}">{}</button>',
            reverse("contacts:trash_restore"),
            entity.pk,
            _("Restore %(name)s") % {"name": entity.display_name},
            _("Restore"),
        )

    return Listing(
        key=KEY,
        path=reverse("contacts:trash"),
        columns=[
            Column(
                "name",
                pgettext_lazy("person", "Name"),
                lambda entity: entity.display_name,
                sort=("sort_name",),
                fixed=True,
            ),
            Column("organisation", gettext_lazy("Organisation"), lambda entity: entity.organisation),
            Column("folder", gettext_lazy("Folder"), lambda entity: entity.folder.title),
            Column("trashed", gettext_lazy("Put here"), lambda entity: moment(entity.trashed_at), sort=("trashed_at",)),
            Column("by", gettext_lazy("By"), lambda entity: str(entity.trashed_by or "")),
            Column("until", gettext_lazy("Kept until"), lambda entity: day(entity.trashed_at + KEPT_FOR)),
        ],
        default_sort="-trashed",
        filters=[
            ChoiceFilter(
                key="kind",
                title=gettext_lazy("Kind"),
                field="kind",
                choices=[("person", gettext_lazy("People")), ("organisation", gettext_lazy("Organisations"))],
            ),
            NewFilter(user=user, list_key=KEY, at="trashed_at", by="trashed_by"),
        ],
        search=lambda queryset, text: queryset.filter(sort_name__contains=fold(text)),
        search_label=gettext_lazy("Search the trash"),
        fetch=lambda queryset: queryset.select_related("folder", "trashed_by").defer("search_text", "notes"),
        row_url=lambda entity: reverse("contacts:entity", args=[entity.pk]),
        row_label=lambda entity: entity.display_name,
        row_actions=restore_button,
        actions=[Action("restore", gettext_lazy("Restore"), reverse("contacts:trash_restore"), "restore")],
        empty=Empty(
            gettext_lazy("The trash is empty"),
            gettext_lazy("Contacts that are deleted lie here for 30 days and can be taken back."),
            "trash",
        ),
    )


def _lying(user: User) -> EntityQuerySet:
    return Entity.objects.visible_to(user).trashed()


@staff_required
@require_GET
def trash_list(request: Request) -> HttpResponse:
    listing = _listing(request)
    page = listing.page(request, _lying(request.user), page_size=preferences_of(request.user).page_size)
    return page.render(request, "contacts/settings/trash.html", {"days": KEPT_FOR.days})


@staff_required
@require_POST
def trash_restore(request: Request) -> HttpResponse:
    """Take back one contact (`one`), or those chosen in the list; whoever may only see a contact leaves it there."""
    lying: QuerySet[Entity] = _lying(request.user)
    one = request.POST.get("one", "")
    if one:
        chosen = lying.filter(pk=int(one)) if one.isdecimal() and len(one) < 19 else lying.none()
    else:
        chosen = _listing(request).selection(request, lying).queryset
    allowed = Entity.objects.editable_by(request.user).filter(pk__in=chosen.order_by().values("pk"))
    ids = list(allowed.order_by("pk").values_list("pk", flat=True)[: AT_ONCE + 1])
    count = restore_entities(actor=request.user, ids=ids[:AT_ONCE], now=clock.now())
    if count:
        text = ngettext("%(count)s contact is back.", "%(count)s contacts are back.", count) % {"count": count}
        if len(ids) > AT_ONCE:
            text += " " + _("There are more; restore once again.")
        toast(request, text)
    else:
        toast(request, _("Nothing was restored: choose contacts that you may edit."), kind="warning")
    return redirect(way_back(request, reverse("contacts:trash")))


def _listing(request: Request) -> Listing:
    listing = trash_listing(request)
    if listing is None:
        raise PermissionDenied
    return listing
