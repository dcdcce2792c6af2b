"""What is done with chosen contacts without changing them: mail them all, print them."""

from __future__ import annotations

from urllib.parse import quote

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from apps.accounts.decorators import staff_required
from apps.contacts.listing import TABS, entity_listing, entity_scope
from apps.core.htmx import Request, render_page
from apps.core.listing import Selection
from apps.core.sheets import way_back

MOST_MAILED = 500  # more is a mailing, not a mail
MOST_PRINTED = 2000
_MAILTO_LENGTH = 1800  # longer addresses are cut by browsers and mail programs


@staff_required
@require_POST
def selection_mail(request: Request) -> HttpResponse:
    """The addresses of the chosen contacts, for one mail in the reader's own program with all of them in Bcc."""
    selection = selection_of(request)
    found = selection.queryset.exclude(primary_email="").order_by("sort_name", "pk")
    addresses = list(dict.fromkeys(found.values_list("primary_email", flat=True)[: MOST_MAILED + 1]))
    mailto = "mailto:?bcc=" + quote(",".join(addresses[:MOST_MAILED]), safe="@,+._-")
    context = {
        "addresses": addresses[:MOST_MAILED],
        "has_more": len(addresses) > MOST_MAILED,
        "without": selection.queryset.filter(primary_email="").count(),
        "mailto": mailto if len(mailto) <= _MAILTO_LENGTH else "",
        "back": way_back(request, reverse("contacts:list")),
    }
    return render_page(request, "contacts/selection_mail.html", context, fragment="sheet")


@staff_required
@require_POST
def selection_print(request: Request) -> HttpResponse:
    selection = selection_of(request)
    entities = list(selection.queryset.order_by("sort_name", "pk")[: MOST_PRINTED + 1])
    context = {
        "entities": entities[:MOST_PRINTED],
        "has_more": len(entities) > MOST_PRINTED,
        "back": way_back(request, reverse("contacts:list")),
    }
    return render_page(request, "contacts/selection_print.html", context)


def selection_of(request: Request) -> Selection:
    """The rows that a tab of the list has posted."""
    tab = request.GET.get("tab", "all")
    tab = tab if tab in TABS else "all"
    return entity_listing(request.user, tab=tab).selection(request, entity_scope(request.user, tab))
