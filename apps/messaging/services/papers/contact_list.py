"""A list of contacts on paper: of a folder with those below it, or the ones that were chosen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.http import Http404
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.contacts.models import Entity, Folder
from apps.core import clock
from apps.messaging.services.contexts.values import international
from apps.messaging.services.papers.frame import file_name, frame

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from apps.accounts.models import User

MOST = 5_000


def build(user: User, record_id: int, language: str) -> dict[str, Any]:
    """The contacts of the folder `record_id` that `user` sees. Raises Http404 for a folder without any of them."""
    folder = Folder.objects.filter(pk=record_id).first()
    found = Entity.objects.visible_to(user).live().filter(folder=record_id)
    if folder is None or not found.exists():
        raise Http404
    return _data(folder.title, found)


def build_many(user: User, ids: Sequence[int], language: str) -> dict[str, Any]:
    """Those of `ids` that `user` sees."""
    return _data(_("Contacts"), Entity.objects.visible_to(user).live().filter(pk__in=ids))


def name_of(data: dict[str, Any]) -> str:
    return file_name(data["title"])


def _data(title: str, found: QuerySet[Entity]) -> dict[str, Any]:
    fields = ("display_name", "job_title", "organisation", "primary_phone", "primary_email", "city")
    found = found.order_by("sort_name", "pk")
    rows = [
        {
            "name": name,
            "job": job,
            "organisation": organisation,
            "phone": international(phone),
            "email": email,
            "city": city,
        }
        for name, job, organisation, phone, email, city in found.values_list(*fields)[:MOST]
    ]
    count = len(rows)
    subtitle = ngettext("%(count)s contact", "%(count)s contacts", count) % {"count": count}
    return {
        **frame(str(title), today=localdate(clock.now()), subtitle=subtitle),
        "head": [_("Name"), _("Organisation"), _("Phone"), _("E-mail"), _("City")],
        "rows": rows,
        "nothing": _("No contacts here"),
    }
