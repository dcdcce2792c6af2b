"""The gallery of components: what `/components/` shows, each in each state."""

from __future__ import annotations

from django import forms
from django.contrib.auth.models import Permission
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html

from apps.core.listing import Action, ChoiceFilter, Column, DateRangeFilter, Empty, Listing, ListingEntry, listings

LONG = "Найнеперевершеніший металопластиковоконновиробничозбутовий кооператив імені Переяслав-Хмельницького"
KEY = "core.gallery"


class SampleForm(forms.Form):
    filled = forms.CharField(label="Filled", initial="Вікна та двері", help_text="Help stands under the field.")
    empty = forms.CharField(label=LONG, required=False, help_text=LONG)
    wrong = forms.EmailField(label="With an error")
    off = forms.CharField(label="Disabled", initial="Can't be changed", disabled=True)
    choice = forms.ChoiceField(label="One of several", choices=[("a", "Window"), ("b", LONG)])
    yes = forms.BooleanField(label="Yes or no", required=False)
    many = forms.MultipleChoiceField(
        label="Some of several",
        choices=[("a", "Window"), ("b", "Door"), ("c", LONG)],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    text = forms.CharField(label="Long text", widget=forms.Textarea(attrs={"rows": 3}), required=False)


def sample_listing(request: HttpRequest) -> Listing | None:
    """A list over Django's permissions: there are always some. For administrators."""
    if not getattr(request.user, "is_staff", False):
        return None
    return Listing(
        key=KEY,
        path="/components/",
        default_sort="name",
        letters="codename",
        columns=[
            Column("name", "Name", lambda row: row.name, sort=("name",), fixed=True),
            Column("code", "Code", lambda row: row.codename, sort=("codename",)),
            Column("model", "Model", lambda row: row.content_type.model),
            Column("number", "Number", lambda row: row.pk, sort=("pk",), numeric=True),
            Column("long", LONG, lambda row: LONG, default=False),
        ],
        filters=[
            ChoiceFilter(
                key="app",
                title="App",
                field="content_type__app_label",
                choices=[("core", "Core"), ("accounts", "Accounts"), ("contacts", "Contacts"), ("none", LONG)],
            ),
            DateRangeFilter(key="day", title="Day", narrow=lambda queryset, values: queryset),
        ],
        search=lambda queryset, text: queryset.filter(name__icontains=text),
        fetch=lambda queryset: queryset.select_related("content_type"),
        row_url=lambda row: f"#row-{row.pk}",
        row_actions=lambda row: format_html('<a class="btn btn--quiet" href="#row-{}">Open</a>', row.pk),
        actions=[
            Action("move", "Move to folder", "/components/", "folder"),
            Action("trash", "Move to trash", "/components/", "trash", danger=True),
        ],
        empty=Empty("No permissions", LONG, "lock", "Make one", "#"),
    )


def register() -> None:
    listings.register(KEY, ListingEntry(sample_listing))


def show(request: HttpRequest) -> HttpResponse:
    listing = sample_listing(request)
    if listing is None:
        raise PermissionError("the gallery is for administrators")
    page = listing.page(request, Permission.objects.all(), page_size=25)
    bound = SampleForm({"filled": "Вікна", "wrong": "no address", "choice": "b", "many": ["a"]})
    bound.is_valid()
    context = {
        "form": bound,
        "long": LONG,
        "colours": ["", "blue", "green", "yellow", "orange", "red", "purple", "teal"],
        "names": ["Anna Kovalenko", "Їжак", "ТОВ «Вікна-Київ»", "M", "", "Łukasz Ďurček", "Zoë", "Олена П'ятак"],
        "tabs": [
            {"title": "People", "url": "#", "is_current": True, "count": 1204},
            {"title": "Organisations", "url": "#", "count": 87},
            {"title": LONG, "url": "#"},
        ],
    }
    return page.render(request, "core/components.html", context)
