"""The list of contacts that may be one."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts.models import User
from apps.contacts.models import DuplicatePair, Entity, Folder
from apps.contacts.models.rights import rights_of
from apps.contacts.selectors.narrowing import narrow_by_words
from apps.core.listing import ChoiceFilter, Column, Empty, Listing

KEY = "contacts.duplicates"
_COLOURS = ((90, "green"), (75, "blue"), (0, "grey"))


class ReasonFilter(ChoiceFilter):
    def lookup(self, queryset: QuerySet[Any], values: Any) -> QuerySet[Any]:
        return queryset.filter(reasons__overlap=list(values))


class EitherFilter(ChoiceFilter):
    """Pairs of which either contact fits."""

    def lookup(self, queryset: QuerySet[Any], values: Any) -> QuerySet[Any]:
        return queryset.filter(Q(**{f"left__{self.field}__in": values}) | Q(**{f"right__{self.field}__in": values}))


def duplicate_listing(user: User) -> Listing:
    editable = rights_of(user).edit

    def search(queryset: QuerySet[Any], text: str) -> QuerySet[Any]:
        found = narrow_by_words(Entity.objects.visible_to(user).live(), text)
        either = Q(pk=OuterRef("left")) | Q(pk=OuterRef("right"))
        return queryset.filter(Exists(found.filter(either)))

    def dismiss_button(pair: DuplicatePair) -> object:
        if pair.state != DuplicatePair.State.OPEN or not {pair.left.folder_id, pair.right.folder_id} & editable:
            return ""
        return format_html(
            '<button class="btn btn--quiet" form="list-selection" formaction="{}" aria-label="{}">{}</button>',
            reverse("contacts:duplicate_dismiss", args=[pair.pk]),
            _("%(one)s and %(other)s are not the same") % {"one": pair.left, "other": pair.right},
            _("Not the same"),
        )

    return Listing(
        key=KEY,
        path=reverse("contacts:duplicates"),
        columns=[
            Column("pair", gettext_lazy("Contacts"), _names, fixed=True),
            Column("score", gettext_lazy("Likeness"), _score, sort=("score",), numeric=True),
            Column("reasons", gettext_lazy("Why"), _reasons),
            Column("email", gettext_lazy("E-mail"), lambda pair: _both(pair, "primary_email")),
            Column("phone", gettext_lazy("Phone"), lambda pair: _both(pair, "primary_phone"), default=False),
            Column("organisation", gettext_lazy("Organisation"), lambda pair: _both(pair, "organisation")),
            Column("city", gettext_lazy("City"), lambda pair: _both(pair, "city")),
            Column("folder", gettext_lazy("Folder"), lambda pair: _both(pair, "folder"), default=False),
        ],
        default_sort="-score",
        filters=[
            ReasonFilter(
                key="reason", title=gettext_lazy("Why"), field="reasons", choices=DuplicatePair.Reason.choices
            ),
            ChoiceFilter(
                key="kind",
                title=gettext_lazy("Kind"),
                field="left__kind",
                choices=[("person", gettext_lazy("People")), ("organisation", gettext_lazy("Organisations"))],
            ),
            EitherFilter(key="folder", title=gettext_lazy("Folder"), field="folder", choices=lambda: _folders(user)),
        ],
        search=search,
        search_label=gettext_lazy("Search by a name of either"),
        fetch=lambda queryset: queryset.select_related("left__folder", "right__folder"),
        row_url=lambda pair: f"{reverse('contacts:merge')}?ids={pair.left_id},{pair.right_id}",
        row_label=lambda pair: f"{pair.left} · {pair.right}",
        row_actions=dismiss_button,
        empty=Empty(
            gettext_lazy("Nobody seems to be here twice"),
            gettext_lazy("New and changed contacts are compared with all others by themselves."),
            "users",
        ),
    )


def _names(pair: DuplicatePair) -> object:
    return format_html('{} <span class="text-secondary">·</span> {}', pair.left.display_name, pair.right.display_name)


def _score(pair: DuplicatePair) -> object:
    colour = next(colour for least, colour in _COLOURS if pair.score >= least)
    return format_html('<span class="status status--{}">{} %</span>', colour, pair.score)


def _reasons(pair: DuplicatePair) -> object:
    return ", ".join(str(DuplicatePair.Reason(reason).label) for reason in pair.reasons)


def _both(pair: DuplicatePair, name: str) -> object:
    values = dict.fromkeys(str(getattr(one, name)) for one in (pair.left, pair.right) if getattr(one, name))
    return format_html_join(" · ", "{}", ((value,) for value in values))


def _folders(user: User) -> list[tuple[str, str]]:
    rows = Folder.objects.filter(pk__in=rights_of(user).view).order_by("name", "pk")
    return [(str(folder.pk), folder.title) for folder in rows]
