"""The list of contacts: its columns, filters and what can be done with chosen rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from typing import TYPE_CHECKING, Any, cast

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_countries import countries

from apps.accounts.models import OUTSIDE_ROLES, User
from apps.accounts.permissions import can_change_settings
from apps.accounts.preferences import current_preferences
from apps.accounts.templatetags.formats import day
from apps.contacts import mailing_columns
from apps.contacts.custom_columns import custom_columns, custom_filters, list_fields, with_sort_values
from apps.contacts.models import Category, Entity, EntityCategory, FieldDefinition, Folder
from apps.contacts.models.rights import rights_of
from apps.contacts.phones import dial_address, show_number
from apps.contacts.selectors.clipboard import on_clipboard
from apps.contacts.selectors.narrowing import narrow_by_words
from apps.contacts.templatetags.contacts import mailto
from apps.core import markup
from apps.core.contributions import list_parts, record_actions
from apps.core.listing import (
    Action,
    ChoiceFilter,
    Column,
    DateRangeFilter,
    Empty,
    Filter,
    Listing,
    NewFilter,
    RecordFilter,
    TextFilter,
    YesNoFilter,
)
from apps.core.markup import fill, record_url
from apps.core.text import fold

if TYPE_CHECKING:
    from apps.contacts.models.entities import EntityQuerySet

KEY = "contacts.entities"
TABS = ("people", "organisations", "all", "clipboard")


def entity_scope(user: User, tab: str = "all", fields: list[FieldDefinition] | None = None) -> EntityQuerySet:
    """All that the list may show to `user`; `fields` are those of `list_fields`, where they are known already."""
    scope = Entity.objects.visible_to(user).live()
    if tab == "people":
        scope = scope.people()
    elif tab == "organisations":
        scope = scope.organisations()
    elif tab == "clipboard":
        scope = on_clipboard(user, scope)
    return with_sort_values(scope, list_fields() if fields is None else fields)


def entity_listing(
    user: User,
    *,
    tab: str = "all",
    default_columns: Iterable[str] = (),
    fields: list[FieldDefinition] | None = None,
) -> Listing:
    """The contact list as `user` may see and use it."""
    fields = list_fields() if fields is None else fields
    return Listing(
        key=KEY,
        columns=[*_COLUMNS, *_added_columns(user), *custom_columns(fields, user)],
        default_sort="name",
        filters=[
            *_filters(user),
            *_added_filters(user),
            *custom_filters(fields, user),
            NewFilter(user=user, list_key=KEY, at="modified_at", by="modified_by"),
        ],
        search=_search,
        search_label=_("Search contacts"),
        fetch=_fetch,
        letters="sort_name",
        row_url=lambda entity: record_url("contacts:entity", entity.pk),
        row_actions=_row_actions,
        row_label=lambda entity: entity.display_name,
        actions=[
            Action("folder", _("Move to folder"), _bulk("folder", tab), "folder", sheet=True),
            Action("category", _("Categories"), _bulk("category", tab), "tag", sheet=True),
            Action("owner", _("Give to"), _bulk("owner", tab), "user-share", sheet=True),
            Action("mail", _("Mail"), reverse("contacts:selection_mail") + f"?tab={tab}", "mail", sheet=True),
            Action("merge", _("Make one"), reverse("contacts:selection_merge") + f"?tab={tab}", "arrows-join"),
            Action("print", _("Print"), reverse("contacts:selection_print") + f"?tab={tab}", "printer"),
            *_added_actions(tab),
            _clipboard_action(tab),
            Action("export", _("Export"), reverse("contacts:export") + f"?tab={tab}", "download", sheet=True),
            Action("trash", _("Move to trash"), _bulk("trash", tab), "trash", sheet=True, danger=True),
        ],
        empty=_empty(tab),
        default_columns=tuple(default_columns),
        may_set_default=can_change_settings(user),
        path=reverse("contacts:list_tab", args=[tab]),
        offers=[
            (each.title, f"{each.url(0)}?tab={tab}", each.icon)
            for each in record_actions
            if each.page == "contacts.list" and each.may_see(user) and tab != "clipboard"
        ],
    )


def _clipboard_action(tab: str) -> Action:
    if tab == "clipboard":
        url = reverse("contacts:clipboard_remove") + "?tab=clipboard"
        return Action("unclip", _("Take off the clipboard"), url, "clipboard-x")
    return Action(
        "clip", _("Put on the clipboard"), reverse("contacts:clipboard_add") + f"?tab={tab}", "clipboard-plus"
    )


def _empty(tab: str) -> Empty:
    if tab == "clipboard":
        words = _(
            "Choose contacts in a list or open one and put it here; use them on any page: mail, relate, hand over."
        )
        return Empty(_("Nothing on the clipboard"), words, "clipboard")
    return Empty(
        _("No contacts here yet"),
        _("Add the first one, or bring them from a file of your phone, mail program or old system."),
        "address-book",
        _("Import contacts"),
        reverse("contacts:import"),
    )


def _added_actions(tab: str) -> Iterable[Action]:
    for key, action in record_actions.items():
        if action.page == "contacts":
            yield Action(key, action.title, f"{action.url(0)}?tab={tab}", action.icon, sheet=action.in_sheet)


def _added_columns(user: User) -> Iterable[Column]:
    return [column for part in list_parts if part.page == "contacts" for column in part.columns(user)]


def _added_filters(user: User) -> Iterable[Filter]:
    return [each for part in list_parts if part.page == "contacts" for each in part.filters(user)]


def _bulk(action: str, tab: str) -> str:
    return reverse("contacts:bulk", args=[action]) + f"?tab={tab}"


def _search(queryset: QuerySet[Any], text: str) -> QuerySet[Any]:
    return narrow_by_words(cast("EntityQuerySet", queryset), text)


def _fetch(queryset: QuerySet[Entity]) -> Iterable[Entity]:
    return queryset.defer("search_text", "notes")


# --- cells ------------------------------------------------------------------------------------------------------------
def _name(entity: Entity) -> SafeString:
    url = record_url("contacts:photo", entity.pk) if entity.photo_id else ""
    face = markup.avatar(entity.display_name, url=url, kind=entity.kind)
    return fill('<span class="contact-name">{}<span>{}</span></span>', face, entity.display_name)


def _organisation(entity: Entity) -> object:
    if not entity.organisation_entity_id:
        return entity.organisation
    return fill(
        '<a href="{}">{}</a>', record_url("contacts:entity", entity.organisation_entity_id), entity.organisation
    )


def _phone(entity: Entity) -> object:
    if not entity.primary_phone:
        return ""
    preferences = current_preferences()
    return fill(
        '<a class="nowrap" href="{}">{}</a>',
        dial_address(entity.primary_phone, preferences),
        show_number(entity.primary_phone, preferences),
    )


def _email(entity: Entity) -> object:
    if not entity.primary_email:
        return ""
    href = mailto(entity.primary_email)
    shape = '<a href="{}" data-sheet>{}</a>' if href.startswith("/") else '<a href="{}">{}</a>'
    return fill(shape, href, markup.breakable(entity.primary_email))


def _categories(entity: Entity) -> object:
    return ", ".join(sorted(category.name for category in entity.categories.all()))


def _row_actions(entity: Entity) -> object:
    preferences = current_preferences()
    call = mail = SafeString("")
    if entity.primary_phone:
        call = markup.call_button(
            href=dial_address(entity.primary_phone, preferences),
            number=show_number(entity.primary_phone, preferences),
            name=entity.display_name,
            icon_only=True,
        )
    if entity.primary_email:
        mail = markup.mail_button(
            href=mailto(entity.primary_email),
            address=entity.primary_email,
            name=entity.display_name,
            icon_only=True,
        )
    return fill("{}{}", call, mail)


def _attribute(name: str) -> Callable[[Entity], object]:
    return lambda entity: getattr(entity, name)


_COLUMNS = [
    Column("name", pgettext_lazy("person", "Name"), _name, sort=("sort_name",), fixed=True),
    Column("organisation", _("Organisation"), _organisation, sort=("organisation_key",)),
    Column("job_title", _("Job title"), _attribute("job_title"), sort=("job_title_key",), default=False),
    Column("phone", _("Phone"), _phone, sort=("primary_phone",)),
    Column("email", _("E-mail"), _email, sort=("email_key",)),
    Column("city", _("City"), _attribute("city"), sort=("city_key",)),
    Column(
        "country",
        _("Country"),
        lambda entity: countries.name(entity.country) if entity.country else "",
        sort=("country",),
        default=False,
    ),
    mailing_columns.COLUMN,
    Column("categories", _("Categories"), _categories, default=False, prefetch=("categories",)),
    Column(
        "folder",
        _("Folder"),
        lambda entity: entity.folder.title,
        sort=("folder_id", "sort_name"),  # folder by folder, as the index has them
        default=False,
        join=("folder",),
    ),
    Column("owner", _("Owner"), lambda entity: str(entity.owner or ""), default=False, join=("owner",)),
    Column("birthday", _("Birthday"), _attribute("birthday"), default=False),
    Column("created", _("Created"), lambda entity: day(entity.created_at), sort=("created_at",), default=False),
    Column("modified", _("Changed"), lambda entity: day(entity.modified_at), sort=("modified_at",), default=False),
]


# --- filters ----------------------------------------------------------------------------------------------------------
def _filters(user: User) -> list[Filter]:
    rights = rights_of(user)

    @cache
    def all_folders() -> list[Folder]:
        return list(Folder.objects.order_by("position", "name", "pk"))

    @cache
    def all_categories() -> list[Category]:
        return list(Category.objects.order_by("name", "pk"))

    def folders() -> list[tuple[str, str]]:
        return [(str(folder.pk), folder.title) for folder in all_folders() if folder.pk in rights.view]

    def categories() -> list[tuple[str, str]]:
        hidden = rights.hidden_categories
        return [(str(category.pk), category.name) for category in all_categories() if category.pk not in hidden]

    def within_folders(queryset: QuerySet[Any], values: tuple[str, ...]) -> QuerySet[Any]:
        return queryset.filter(folder_id__in=_with_those_below(all_folders(), values))

    def within_categories(queryset: QuerySet[Any], values: tuple[str, ...]) -> QuerySet[Any]:
        chosen = _with_those_below(all_categories(), values)
        return queryset.filter(pk__in=EntityCategory.objects.filter(category_id__in=chosen).values("entity_id"))

    def owners() -> list[tuple[str, str]]:
        rows = User.objects.filter(is_active=True, is_bot=False).exclude(groups__name__in=OUTSIDE_ROLES)
        return [(str(owner.pk), str(owner)) for owner in rows.order_by("name", "email").distinct()]

    return [
        ChoiceFilter(key="folder", title=_("Folder"), choices=folders, narrow=within_folders),
        ChoiceFilter(key="category", title=_("Category"), choices=categories, narrow=within_categories),
        RecordFilter(
            key="organisation",
            title=_("Works at"),
            field="organisation_entity",
            pick_url=reverse("contacts:pick") + "?kind=organisation",
            titles=lambda ids: [
                (str(pk), name)
                for pk, name in Entity.objects.visible_to(user).filter(pk__in=ids).values_list("pk", "display_name")
            ],
        ),
        TextFilter(key="city", title=_("City"), field="city_key", match="startswith", narrow=_city),
        ChoiceFilter(key="country", title=_("Country"), field="country", choices=lambda: list(countries)),
        TextFilter(key="job_title", title=_("Job title"), field="job_title_key", narrow=_job_title),
        ChoiceFilter(key="owner", title=_("Owner"), field="owner", choices=owners),
        YesNoFilter(key="has_email", title=_("Has an e-mail address"), narrow=_filled("primary_email")),
        YesNoFilter(key="has_phone", title=_("Has a phone number"), narrow=_filled("primary_phone")),
        mailing_columns.FILTER,
        DateRangeFilter(key="created", title=_("Created"), field="created_at", moments=True),
        DateRangeFilter(key="modified", title=_("Changed"), field="modified_at", moments=True),
    ]


def _with_those_below(tree: Iterable[Folder | Category], values: tuple[str, ...]) -> set[int]:
    children: dict[int | None, list[int]] = {}
    for each in tree:
        children.setdefault(each.parent_id, []).append(each.pk)
    found: set[int] = set()
    waiting = [int(value) for value in values]
    while waiting:
        pk = waiting.pop()
        if pk not in found:
            found.add(pk)
            waiting.extend(children.get(pk, []))
    return found


def _city(queryset: QuerySet[Any], values: tuple[str, ...]) -> QuerySet[Any]:
    return queryset.filter(city_key__startswith=fold(values[0]))


def _job_title(queryset: QuerySet[Any], values: tuple[str, ...]) -> QuerySet[Any]:
    return queryset.filter(job_title_key__startswith=fold(values[0]))


def _filled(field: str) -> Callable[[QuerySet[Any], tuple[str, ...]], QuerySet[Any]]:
    def narrow(queryset: QuerySet[Any], values: tuple[str, ...]) -> QuerySet[Any]:
        empty = {field: ""}
        return queryset.exclude(**empty) if values[0] == "yes" else queryset.filter(**empty)

    return narrow
